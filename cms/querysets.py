from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from wagtail.models import PageManager, PageQuerySet
from wagtail.search.queryset import SearchableQuerySetMixin

from lms.core.enums import Audience
from lms.core.scope import ScopedQuerySet, scope_for


class LawVersionQuerySet(PageQuerySet):
    def in_force_on(self, day: date) -> Self:
        """Versions that hold on a day; the last day of force counts."""
        return self.filter(in_force_from__lte=day).filter(
            Q(in_force_to__isnull=True) | Q(in_force_to__gte=day)
        )


LawVersionManager = PageManager.from_queryset(LawVersionQuerySet)


class ProvisionQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Provisions of versions that are live."""
        return self.filter(version__live=True)

    def articles(self) -> Self:
        return self.filter(kind="article")


def visible_rows(user: Any) -> Q:
    """Public rows for all; an organization's own rows for its active members."""
    scope = scope_for(user)
    if scope.is_staff_all:
        return Q()
    own = scope.member_organization_ids | scope.administered_organization_ids
    # Rows for those to whom something is assigned are known only above this layer;
    # inside the owning organization they may be named.
    inside = [Audience.ORGANIZATION, Audience.ASSIGNED]
    return Q(audience=Audience.PUBLIC) | Q(
        audience__in=inside, organization_id__in=sorted(own)
    )


class CitationQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """What may be shown as citing; items are never shown (decision 4)."""
        return self.filter(visible_rows(user)).exclude(source_kind="item")


class SearchEntryQuerySet(SearchableQuerySetMixin, ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(visible_rows(user))

    def in_force_on(self, day: date) -> Self:
        """Leave out wordings that do not hold on a day."""
        return self.filter(
            Q(in_force_from__isnull=True) | Q(in_force_from__lte=day)
        ).filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=day))
