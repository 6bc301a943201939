"""Who may see which report and which archive."""

from typing import Any, Self

from django.db.models import Q

from lms.core.scope import Scope, ScopedQuerySet, scope_for


class ReportQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, as long as one may still see what is in it."""
        scope = scope_for(user)
        if scope.user_id is None:
            return self.none()
        mine = self.filter(created_by_id=scope.user_id)
        if scope.is_staff_all:
            return mine
        reachable = Q(organization_id__in=scope.administered_organization_ids)
        reachable |= Q(organization_id__in=scope.managed_departments)
        if scope.region_prefixes:
            reachable |= Q(organization_id=None)
        return mine.filter(reachable)


class TrainingArchiveQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """One's own, and those of organizations that one administers."""
        return Q(membership__user_id=scope.user_id) | Q(
            organization_id__in=scope.administered_organization_ids
        )


class RetentionRuleQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """How long records are kept is public."""
        return self.all()
