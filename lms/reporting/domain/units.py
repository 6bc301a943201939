"""The units of an enrollment in reading order, with what is done of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch

from courses.enums import MoveOn, UnitKind
from courses.models import Enrollment, UnitProgress


@dataclass(frozen=True)
class UnitLine:
    """One unit as a list shows it."""

    key: UUID
    kind: str
    title: str
    is_voluntary: bool
    is_started: bool
    completed_at: datetime | None

    @property
    def is_done(self) -> bool:
        return self.completed_at is not None

    @property
    def is_practical(self) -> bool:
        return self.kind == UnitKind.PRACTICAL


def light_progress() -> Prefetch:
    """Prefetch progress without its evidence, which can be long."""
    rows = UnitProgress.objects.defer("coverage", "evidence")
    return Prefetch("progress", queryset=rows)


def unit_lines(
    *, enrollment: Enrollment, language: str = settings.LANGUAGE_CODE
) -> list[UnitLine]:
    """Return the units of the enrollment's own syllabus; no query when prefetched."""
    progress = {row.unit_key: row for row in enrollment.progress.all()}
    lines = []
    for unit in enrollment.syllabus.units:
        key = UUID(str(unit["key"]))
        row = progress.get(key)
        titles = unit["titles"]
        lines.append(
            UnitLine(
                key=key,
                kind=unit["kind"],
                title=titles.get(language) or next(iter(titles.values()), ""),
                is_voluntary=unit.get("move_on") == MoveOn.NOT_APPLICABLE,
                is_started=row is not None,
                completed_at=row.completed_at if row else None,
            )
        )
    return lines
