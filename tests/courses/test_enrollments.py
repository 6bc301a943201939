from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.domain.enrollments import enroll, enroll_self, withdraw
from courses.domain.progress import complete_unit
from courses.domain.queries import active_enrollment
from courses.enums import EnrollmentState
from courses.errors import CourseNotOpen, EnrollmentNotPermitted
from courses.models import Enrollment
from lms.audit.models import AuditEvent
from lms.core.enums import Audience
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.courses import (
    NOW,
    make_course,
    make_enrollment,
    make_published_course,
)
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_a_learner_joins_a_public_course_once():
    course, learner = make_published_course(), UserFactory()
    first = enroll_self(learner=learner, course=course, now=NOW)
    again = enroll_self(learner=learner, course=course, now=NOW + timedelta(days=1))
    assert first == again
    assert (first.state, first.enrolled_at) == (EnrollmentState.ACTIVE, NOW)
    assert first.syllabus.version == 1
    assert AuditEvent.objects.filter(verb="enrolled").count() == 1


def joins(user, course):
    try:
        return enroll_self(learner=user, course=course, now=NOW).pk is not None
    except EnrollmentNotPermitted:
        return False


def test_who_may_join_depends_on_the_audience():
    owner = OrganizationFactory()
    member = MembershipFactory(organization=owner).user
    ended = MembershipFactory(
        organization=owner, state="ended", ends_on=date(2026, 1, 1)
    ).user
    pending = MembershipFactory(organization=owner, state="pending").user
    stranger = MembershipFactory().user
    people = [member, ended, pending, stranger, UserFactory()]
    expected = {
        Audience.PUBLIC: [True] * 5,
        Audience.ORGANIZATION: [True, False, False, False, False],
        Audience.ASSIGNED: [False] * 5,
        Audience.PACKAGE: [False] * 5,
    }
    for audience, answers in expected.items():
        course = make_published_course(
            slug=f"c-{audience}", audience=audience, owner_organization_id=owner.pk
        )
        assert [joins(user, course) for user in people] == answers, audience


def test_a_course_without_a_lesson_is_not_open():
    with pytest.raises(CourseNotOpen):
        enroll_self(learner=UserFactory(), course=make_course(), now=NOW)


def test_an_unpublished_course_takes_nobody_new_and_loses_nobody():
    course = make_published_course()
    enrolled = make_enrollment(course=course)
    course.unpublish()
    with pytest.raises(EnrollmentNotPermitted):
        enroll_self(learner=UserFactory(), course=course, now=NOW)
    with pytest.raises(CourseNotOpen):
        enroll(learner=UserFactory(), course=course, by=None, now=NOW)
    assert enroll_self(learner=enrolled.learner, course=course, now=NOW) == enrolled


def test_an_employer_takes_over_what_was_begun_alone():
    course, membership = make_published_course(), MembershipFactory()
    own = enroll_self(learner=membership.user, course=course, now=NOW)
    assigned = enroll(
        learner=membership.user,
        course=course,
        membership=membership,
        by=None,
        now=NOW,
        due_on=date(2026, 12, 1),
    )
    assert assigned == own
    assert assigned.organization_id == membership.organization_id
    assert assigned.due_on == date(2026, 12, 1)


def test_two_employers_keep_two_records():
    course, first = make_published_course(), MembershipFactory()
    second = MembershipFactory(user=first.user)
    rows = [
        enroll(learner=first.user, course=course, membership=m, by=None, now=NOW)
        for m in (first, second)
    ]
    assert rows[0] != rows[1]
    one_admin = AdministratorFactory(organization=first.organization).user
    assert list(Enrollment.objects.visible_to(one_admin)) == [rows[0]]


def test_the_nearest_due_date_holds():
    course, membership = make_published_course(), MembershipFactory()
    values = {"learner": membership.user, "course": course, "membership": membership}
    for day in (20, 10, 30):
        row = enroll(**values, by=None, now=NOW, due_on=date(2026, 12, day))
    assert row.due_on == date(2026, 12, 10)


def test_a_membership_of_someone_else_is_refused():
    with pytest.raises(EnrollmentNotPermitted):
        enroll(
            learner=UserFactory(),
            course=make_published_course(),
            membership=MembershipFactory(),
            by=None,
            now=NOW,
        )


def test_a_completed_course_answers_until_a_new_round_is_asked_for():
    enrollment = make_enrollment(kinds=("exercise",))
    unit = enrollment.syllabus.units[0]["key"]
    complete_unit(enrollment=enrollment, unit_key=unit, now=NOW)
    values = {
        "learner": enrollment.learner,
        "course": enrollment.course_key,
        "by": None,
        "now": NOW + timedelta(days=400),
    }
    assert enroll(**values) == enrollment
    assert enroll(**values, not_before=NOW - timedelta(days=1)) == enrollment
    renewed = enroll(**values, not_before=NOW + timedelta(days=40))
    assert renewed != enrollment
    assert (
        active_enrollment(learner=enrollment.learner, course_key=enrollment.course_key)
        == renewed
    )


def test_withdrawing_is_final_and_repeatable():
    enrollment = make_enrollment()
    withdraw(enrollment=enrollment, by=enrollment.learner, now=NOW)
    withdraw(enrollment=enrollment, by=enrollment.learner, now=NOW + timedelta(days=1))
    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.WITHDRAWN
    assert enrollment.withdrawn_at == NOW
    assert AuditEvent.objects.filter(verb="withdrawn").count() == 1
    assert (
        make_enrollment(
            learner=enrollment.learner, course=enrollment_course(enrollment)
        )
        != enrollment
    )


def enrollment_course(enrollment):
    from courses.models import CoursePage

    return CoursePage.objects.get(translation_key=enrollment.course_key)


def test_a_completed_enrollment_is_not_withdrawn():
    enrollment = make_enrollment(kinds=("exercise",))
    unit = enrollment.syllabus.units[0]["key"]
    complete_unit(enrollment=enrollment, unit_key=unit, now=NOW)
    withdraw(enrollment=enrollment, by=enrollment.learner, now=NOW)
    assert enrollment.state == EnrollmentState.COMPLETED


def test_the_database_refuses_a_second_open_enrollment():
    enrollment = make_enrollment()
    twin = Enrollment(
        learner=enrollment.learner,
        course_key=enrollment.course_key,
        syllabus=enrollment.syllabus,
        enrolled_at=NOW,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_enrollments_are_seen_by_their_learner_employer_and_operators_only():
    membership = MembershipFactory()
    row = make_enrollment(learner=membership.user, membership=membership)
    admin = AdministratorFactory(organization=membership.organization).user
    allowed = [membership.user, admin, SuperuserFactory()]
    refused = [UserFactory(), AdministratorFactory().user, MembershipFactory().user]
    for user in allowed:
        assert list(Enrollment.objects.visible_to(user)) == [row]
    for user in [*refused, None]:
        assert not Enrollment.objects.visible_to(user).exists()
