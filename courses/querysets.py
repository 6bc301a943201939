"""Filters over courses and learning records: who may see what."""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, Subquery
from wagtail.models import PageManager, PageQuerySet

from courses.enums import OPEN_STATES, EnrollmentState
from lms.core import clock
from lms.core.enums import Audience
from lms.core.scope import Scope, ScopedQuerySet, scope_for
from lms.organizations.enums import PackageItemKind
from lms.organizations.models import PackageItem


def _enrollments() -> "EnrollmentQuerySet":
    """The rows by which something is opened to a learner; models load later."""
    return apps.get_model("courses.Enrollment").objects.all()


def _owned_by(scope: Scope) -> Q:
    return Q(owner_organization_id__in=scope.administered_organization_ids)


def _packaged(organization_ids: Iterable[int]) -> Q:
    """Courses that an association opens to one of its members, and that it owns."""
    items = PackageItem.objects.open_to(
        organization_ids, on=clock.shanghai_date(clock.now())
    ).filter(
        kind=PackageItemKind.COURSE,
        key=OuterRef("translation_key"),
        package__association_id=OuterRef("owner_organization_id"),
    )
    return Q(Exists(items), audience=Audience.PACKAGE)


class CoursePageQuerySet(PageQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Courses that `user` may look at.

        Public ones for everyone, an organization's own for its members, all others
        for those who are enrolled, for the administrators of the owner, and those of a
        package for the administrators of the association's members.
        """
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        allowed = Q(audience=Audience.PUBLIC)
        if scope.user_id is None:
            return self.filter(allowed)
        members = Q(
            audience=Audience.ORGANIZATION,
            owner_organization_id__in=scope.member_organization_ids,
        )
        enrollments = _enrollments().filter(
            learner_id=scope.user_id, course_key=OuterRef("translation_key")
        )
        mine = Exists(enrollments.exclude(state=EnrollmentState.WITHDRAWN))
        packaged = _packaged(scope.administered_organization_ids)
        return self.filter(allowed | members | _owned_by(scope) | mine | packaged)

    def enrollable_by(self, user: Any) -> Self:
        """Live courses that `user` may join without being assigned."""
        scope = scope_for(user)
        if scope.user_id is None:
            return self.none()
        members = Q(
            audience=Audience.ORGANIZATION,
            owner_organization_id__in=scope.member_organization_ids,
        )
        return self.live().filter(Q(audience=Audience.PUBLIC) | members)

    def assignable_by(self, organization_id: int) -> Self:
        """Live courses that an organization may assign to its members.

        Its own of any audience, public ones, the platform's own that are open by
        assignment only, and those of a package that is open to it. Never another
        organization's.
        """
        foreign = Q(audience=Audience.PUBLIC) | Q(
            audience=Audience.ASSIGNED, owner_organization_id__isnull=True
        )
        own = Q(owner_organization_id=organization_id)
        return self.live().filter(own | foreign | _packaged([organization_id]))

    def closed_to(self, organization_id: int) -> Self:
        """Courses of packages that are not, or no longer, open to an organization."""
        return self.filter(audience=Audience.PACKAGE).exclude(
            Q(owner_organization_id=organization_id) | _packaged([organization_id])
        )


CoursePageManager = PageManager.from_queryset(CoursePageQuerySet)


class SyllabusQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """What one is enrolled in; all of it for platform operators."""
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        if scope.user_id is None:
            return self.none()
        enrollments = _enrollments()
        visible = enrollments.visible_to(user).filter(syllabus=OuterRef("pk"))
        return self.filter(Exists(visible))

    def of_course(self, course_key: UUID) -> Self:
        """All versions of one course, the newest first."""
        return self.filter(course_key=course_key).order_by("-version")


class EnrollmentQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """One's own, those of administered and of regulated organizations."""
        return Q(learner_id=scope.user_id) | Q(
            organization_id__in=scope.overseen_organization_ids
        )

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def in_force(self) -> Self:
        """Open or completed: everything that was not withdrawn."""
        return self.exclude(state=EnrollmentState.WITHDRAWN)

    def completed(self) -> Self:
        return self.filter(state=EnrollmentState.COMPLETED)

    def with_newest_version(self) -> Self:
        """Add the number of the newest syllabus of the course as `newest_version`."""
        syllabi = apps.get_model("courses.Syllabus").objects.filter(
            course_key=OuterRef("course_key")
        )
        newest = syllabi.order_by("-version").values("version")[:1]
        return self.annotate(newest_version=Subquery(newest))


class OfEnrollmentQuerySet(ScopedQuerySet):
    """Rows that belong to an enrollment are seen with it."""

    def visible_to(self, user: Any) -> Self:
        enrollments = _enrollments()
        return self.filter(enrollment__in=enrollments.visible_to(user))


class PlaybackSessionQuerySet(OfEnrollmentQuerySet):
    def active(self) -> Self:
        return self.filter(ended_at__isnull=True)


class LearnerPresenceQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """One's own; a counter of the server that nobody else needs."""
        return Q(learner_id=scope.user_id)


class OnSiteTrainingQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """For administrators and regulators of the enterprise."""
        return Q(organization_id__in=scope.overseen_organization_ids)


class AttendanceQuerySet(OfEnrollmentQuerySet):
    def running(self) -> Self:
        """Signed in and not out, in a training that goes on."""
        return self.filter(signed_out_at__isnull=True, training__state="planned")


class ActivityVersionQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """For platform operators: the rows hold keys; learners get views of them."""
        return self.all() if scope_for(user).is_staff_all else self.none()


class HandoutQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Whom the platform or their own organization lets choose it for a lesson.

        Learners get hand-outs through their enrollment, never from this list.
        """
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        if scope.user_id is None:
            return self.none()
        return self.filter(_owned_by(scope))


class RequiredMoveQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """For those who learn the course, and for platform operators."""
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        if scope.user_id is None:
            return self.none()
        mine = _enrollments().filter(learner_id=scope.user_id)
        return self.filter(course_key__in=mine.values("course_key"))

    def unfinished(self) -> Self:
        return self.filter(finished_at__isnull=True)


class StatementDeliveryQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """For platform operators."""
        return self.all() if scope_for(user).is_staff_all else self.none()
