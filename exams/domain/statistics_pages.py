"""The statistics rows, put into the words and figures of a page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from exams.domain.flags import flag_text
from exams.models import Exam, ExamStatistics, Item, ItemStatistics

BAND_PERCENT = 10


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item with its figures and what is odd about it, in words."""

    row: ItemStatistics
    title: str
    flags: list[str]
    options: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ExamPage:
    statistics: ExamStatistics | None
    bands: list[dict[str, Any]]
    pass_rate: int | None
    items: list[ItemLine]
    flagged: list[ItemLine]


def bands_of(counts: list[int]) -> list[dict[str, Any]]:
    """Return a distribution in tenths as a chart takes it: label and value."""
    return [
        {
            "label": f"{place * BAND_PERCENT}–{(place + 1) * BAND_PERCENT}%",
            "value": count,
        }
        for place, count in enumerate(counts)
    ]


def exam_page(*, exam: Exam) -> ExamPage:
    """Return an exam's figures; items that misbehave come first and apart."""
    statistics = ExamStatistics.objects.filter(exam=exam).first()
    rows = ItemStatistics.objects.filter(exam=exam).select_related(
        "item__current_revision"
    )
    lines = [item_line(row) for row in rows]
    is_known = statistics is not None and statistics.attempt_count
    return ExamPage(
        statistics=statistics,
        bands=bands_of(statistics.bands) if statistics else [],
        pass_rate=round(100 * statistics.passed_count / statistics.attempt_count)
        if statistics and is_known
        else None,
        items=lines,
        flagged=[line for line in lines if is_odd(line.row)],
    )


def is_odd(row: ItemStatistics) -> bool:
    """Return whether an item is flagged for more than a small sample."""
    return any(flag["code"] != "too_few" for flag in row.flags)


def item_line(row: ItemStatistics) -> ItemLine:
    """Return one item's figures in words; options with the share that chose them."""
    return ItemLine(
        row=row,
        title=str(row.item),
        flags=[flag_text(flag, n=row.sample_size) for flag in row.flags],
        options=[
            option
            | {
                "text": _option_text(row.item, option["key"]),
                "percent": round(100 * option["count"] / row.sample_size)
                if row.sample_size
                else 0,
            }
            for option in row.options
        ],
    )


def _option_text(item: Item, key: str) -> str:
    for option in item.content.get("options", []):
        if option["key"] == key:
            return str(option["text"])
    return {"true": _("true"), "false": _("false")}.get(key, key)


def paper_page(*, exams: QuerySet[Exam]) -> list[ExamStatistics]:
    """Return the statistics of several exams of one paper."""
    return list(
        ExamStatistics.objects.filter(exam__in=exams)
        .select_related("exam")
        .order_by("-computed_at")
    )


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item over all exams the reader manages; the means weigh by sample."""

    lines: list[ItemLine]
    sample_size: int
    facility: Decimal | None


def item_page(*, item: Item, exams: QuerySet[Exam]) -> ItemPage:
    """Return an item's figures in each exam, and its facility over all of them."""
    rows = list(
        ItemStatistics.objects.filter(item=item, exam__in=exams)
        .select_related("exam", "item__current_revision")
        .order_by("-computed_at")
    )
    known = [row for row in rows if row.facility is not None]
    total = sum(row.sample_size for row in known)
    weighed = sum((row.facility or 0) * row.sample_size for row in known)
    return ItemPage(
        lines=[item_line(row) for row in rows],
        sample_size=total,
        facility=Decimal(str(round(weighed / total, 3))) if total else None,
    )
