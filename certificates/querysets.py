from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from certificates.enums import CertificateState
from lms.core.scope import Scope, ScopedQuerySet, scope_for


class CertificateQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """Keep the holder's own, those of administered and of regulated organizations.

        A certificate belongs to the organization it was earned for; later employers
        of the same person do not see it.
        """
        return Q(holder_id=scope.user_id) | Q(
            organization_id__in=scope.overseen_organization_ids
        )

    def current(self) -> Self:
        """Without those that a reissue replaced."""
        return self.exclude(state=CertificateState.SUPERSEDED)

    def valid_on(self, day: date) -> Self:
        """Issued and not expired on `day` (a calendar day in China)."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            state=CertificateState.ISSUED,
        )

    def without_pdf(self) -> Self:
        """Issued, but the worker has not stored the document yet."""
        return self.filter(pdf="", state=CertificateState.ISSUED)


class OwnedQuerySet(ScopedQuerySet):
    """Issuers and templates: the platform's own and those of administered ones."""

    def reach(self, scope: Scope) -> Q:
        return Q(owner_organization_id__isnull=True) | Q(
            owner_organization_id__in=scope.administered_organization_ids
        )


class AwardQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """Keep those of administered organizations' templates; staff see all."""
        return Q(
            template__owner_organization_id__in=scope.administered_organization_ids
        )


class ProblemQuerySet(models.QuerySet):
    def of_holder(self, holder: Any) -> Self:
        """Keep the refusals of one person, whatever the occasion."""
        return self.filter(
            Q(enrollment__learner=holder)
            | Q(attempt__candidate=holder)
            | Q(obligation__membership__user=holder)
        )

    def with_occasion(self) -> Self:
        """Fetch what `person` and `occasion` name."""
        return self.select_related(
            "enrollment__learner",
            "enrollment__syllabus",
            "attempt__candidate",
            "attempt__exam",
            "obligation__membership__user",
            "obligation__rule",
        )


class BatchQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """Keep the batches of administered organizations; staff see all."""
        return Q(organization_id__in=scope.administered_organization_ids)


class OwnQuerySet(ScopedQuerySet):
    """What a person handed in: theirs alone."""

    def visible_to(self, user: Any) -> Self:
        scope = scope_for(user)
        if scope.user_id is None:
            return self.none()
        return self.filter(created_by_id=scope.user_id)


class SamplingQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Keep the plans of the regulator's regions, whoever drew them."""
        prefixes = scope_for(user).region_prefixes
        mine = Q(pk__in=[])
        for prefix in prefixes:
            mine |= Q(region__startswith=prefix)
        return self.filter(mine)


class FindingQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Regulators see all of their regions, administrators findings, no notes."""
        scope = scope_for(user)
        findings = ~Q(state="note")
        return self.filter(
            Q(organization_id__in=scope.regulated_organization_ids)
            | Q(findings, organization_id__in=scope.administered_organization_ids)
        )
