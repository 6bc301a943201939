"""Figures of a regulator's regions: by month, by district, by industry."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from certificates.enums import CertificateState
from certificates.models import Certificate
from lms.core.scope import scope_for
from lms.organizations.code_names import industry_label, region_label
from lms.organizations.models import Organization

MONTHS = 12
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Figure:
    """One line of a table and its chart."""

    label: str
    issued: int
    valid: int
    revoked: int


@dataclass(frozen=True)
class RegionalStatistics:
    months: list[Figure]
    districts: list[Figure]
    industries: list[Figure]


def regional_statistics(*, user: Any, today: date) -> RegionalStatistics:
    """Return the certificates of the regions in three cuts, in three queries."""
    regulated = scope_for(user).regulated_organization_ids
    rows = Certificate.objects.filter(organization_id__in=regulated).order_by()
    counts = {
        "issued": Count("pk"),
        "revoked": Count("pk", filter=Q(state=CertificateState.REVOKED)),
        "valid": Count(
            "pk",
            filter=Q(state=CertificateState.ISSUED)
            & (Q(valid_until__isnull=True) | Q(valid_until__gte=today)),
        ),
    }
    by_month: dict[tuple[int, int], Any] = {
        (row["month"].year, row["month"].month): row
        for row in rows.annotate(month=TruncMonth("issued_at", tzinfo=SHANGHAI))
        .values("month")
        .annotate(**counts)
    }
    by_organization: list[Any] = list(rows.values("organization_id").annotate(**counts))
    places = {
        pk: (region, industry)
        for pk, region, industry in Organization.objects.filter(
            pk__in=[row["organization_id"] for row in by_organization]
        ).values_list("pk", "region", "industry")
    }
    return RegionalStatistics(
        months=[
            _figure(f"{year}-{month:02}", by_month.get((year, month), {}))
            for year, month in _last_months(today)
        ],
        districts=_grouped(
            by_organization, {pk: region_label(p[0]) for pk, p in places.items()}
        ),
        industries=_grouped(
            by_organization,
            {pk: industry_label(p[1][:3]) for pk, p in places.items()},
        ),
    )


def _last_months(today: date) -> list[tuple[int, int]]:
    count = today.year * 12 + today.month - 1
    months = range(count - MONTHS + 1, count + 1)
    return [(number // 12, number % 12 + 1) for number in months]


def _figure(label: str, row: dict[str, Any]) -> Figure:
    return Figure(
        label, row.get("issued", 0), row.get("valid", 0), row.get("revoked", 0)
    )


def _grouped(rows: list[dict[str, Any]], labels: dict[int, str]) -> list[Figure]:
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        label = labels.get(row["organization_id"]) or "—"
        counter = sums.setdefault(label, Counter())
        counter.update({key: row[key] for key in ("issued", "valid", "revoked")})
    figures = [_figure(label, dict(counter)) for label, counter in sums.items()]
    return sorted(figures, key=lambda figure: (-figure.issued, figure.label))
