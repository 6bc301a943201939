"""Filters over duties and credit: who may see what."""

from datetime import date
from typing import Any, Self

from django.db.models import Q

from lms.compliance.enums import RuleState
from lms.core.scope import Scope, ScopedQuerySet, scope_for


class TrainingRuleQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The statutory hours are public once approved; drafts are for editors."""
        if getattr(user, "is_authenticated", False) and user.has_perm(
            "compliance.change_trainingrule"
        ):
            return self.all()
        return self.approved()

    def approved(self) -> Self:
        return self.filter(state=RuleState.APPROVED)

    def in_force_on(self, day: date) -> Self:
        """Approved rules that hold on a day; the last day of force counts."""
        return (
            self.approved()
            .filter(effective_from__lte=day, is_repeal=False)
            .filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day))
        )


class OfMembershipQuerySet(ScopedQuerySet):
    """Rows of a person in an organization, reached through `membership`."""

    def reach(self, scope: Scope) -> Q:
        """One's own, those of administered and of regulated organizations."""
        return Q(membership__user_id=scope.user_id) | Q(
            membership__organization_id__in=scope.overseen_organization_ids
        )


class CreditEntryQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, and what counts for administered and regulated organizations."""
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        if scope.user_id is None:
            return self.none()
        return self.filter(
            Q(subject_id=user.subject_id)
            | Q(organization_id__in=scope.overseen_organization_ids)
        )


class CreditChainQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Chains hold no facts; only operators list them."""
        return self.all() if scope_for(user).is_staff_all else self.none()


class AssignmentQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """Those of administered and of regulated organizations."""
        return Q(organization_id__in=scope.overseen_organization_ids)
