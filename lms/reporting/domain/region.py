"""The enterprises of a regulator's regions, and how far their training is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from lms.core.scope import scope_for
from lms.organizations.enums import MembershipRole, OrganizationKind
from lms.organizations.models import Membership, Organization
from lms.organizations.querysets import OrganizationQuerySet
from lms.reporting.domain.counting import (
    FINISHED,
    counted_enrollments,
    overdue_on,
)


@dataclass(frozen=True)
class RegionRow:
    """One enterprise in the regulator's list."""

    code: str
    name: str
    members: int
    assigned: int
    finished: int
    overdue: int


def enterprises_in_regions(*, user: Any, text: str = "") -> OrganizationQuerySet:
    """Return the enterprises a regulator answers for; nothing for anyone else."""
    regulated = scope_for(user).regulated_organization_ids
    rows = Organization.objects.visible_to(user).filter(
        pk__in=regulated, kind=OrganizationKind.ENTERPRISE, is_active=True
    )
    text = text.strip()
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__istartswith=text))
    return rows.order_by("name", "pk")


def with_figures(
    *, organizations: Iterable[Organization], today: date
) -> list[RegionRow]:
    """Give organizations their figures, in two queries for all of them."""
    organizations = list(organizations)
    ids = [organization.pk for organization in organizations]
    members = dict(
        Membership.objects.filter(organization_id__in=ids, role=MembershipRole.EMPLOYEE)
        .active(today)
        .order_by()
        .values_list("organization_id")
        .annotate(n=Count("pk"))
    )
    figures = {
        row["organization_id"]: row
        for row in counted_enrollments(organization_ids=ids, today=today)
        .order_by()
        .values("organization_id")
        .annotate(
            assigned=Count("pk"),
            finished=Count("pk", filter=FINISHED),
            overdue=Count("pk", filter=overdue_on(today)),
        )
    }
    nothing = {"assigned": 0, "finished": 0, "overdue": 0}
    return [
        RegionRow(
            code=o.code,
            name=o.name,
            members=members.get(o.pk, 0),
            assigned=figures.get(o.pk, nothing)["assigned"],
            finished=figures.get(o.pk, nothing)["finished"],
            overdue=figures.get(o.pk, nothing)["overdue"],
        )
        for o in organizations
    ]


FIGURES: dict[str, Callable[[RegionRow], float]] = {
    "people": lambda row: row.members,
    # Who assigned nothing has finished nothing: below everyone who began.
    "finished": lambda row: row.finished / row.assigned if row.assigned else -1,
    "overdue": lambda row: row.overdue,
}


def sort_enterprises(
    *, organizations: OrganizationQuerySet, by: str, today: date
) -> OrganizationQuerySet | list[Organization]:
    """Sort by `name` or one of FIGURES, `-` for downwards; anything else is ignored.

    By a figure all of them have to be counted: two queries more, however many they are.
    """
    figure = FIGURES.get(by.removeprefix("-"))
    if figure is None:
        return organizations.order_by("-name", "pk") if by == "-name" else organizations
    listed = list(organizations)
    values = map(figure, with_figures(organizations=listed, today=today))
    pairs = zip(values, listed, strict=True)
    is_down = by.startswith("-")
    ordered = sorted(pairs, key=lambda pair: pair[0], reverse=is_down)
    return [organization for _value, organization in ordered]
