"""Hand-outs: stored in private, given to those who learn the lesson, counted."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.domain.authored import authored_handouts
from courses.domain.move_on import settle_unit
from courses.domain.opening import refuse_locked
from courses.domain.progress import lock_learner, owed_unit, refuse_closed
from courses.domain.queries import in_language
from courses.errors import HandoutUnknown
from courses.models import Enrollment, Handout, HandoutDownload


@dataclass(frozen=True, slots=True)
class HandoutLine:
    """A hand-out in a list; `size` in bytes, `kind` as in `PDF`."""

    id: UUID
    title: str
    size: int
    kind: str
    unit_key: UUID
    unit_title: str = ""
    course_title: str = ""
    is_taken: bool = False


def describe_file(handout: Handout) -> None:
    """Note name, size and hash of the file of a hand-out that is not saved yet."""
    file = handout.file
    file.open("rb")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    handout.sha256 = digest.hexdigest()
    handout.size = file.size
    handout.file_name = PurePosixPath(file.name or "").name[-200:]


def preview_lines(page: Any) -> list[HandoutLine]:
    """Return the hand-outs of a draft as its learners will see them."""
    rows = authored_handouts(
        page.handouts, owner_organization_id=page.owner_organization_id
    )
    return [_line(row, page.unit_key) for row in rows]


def _line(row: Handout, unit_key: UUID, **more: Any) -> HandoutLine:
    kind = PurePosixPath(row.file_name).suffix.removeprefix(".").upper()
    return HandoutLine(row.public_id, row.title, row.size, kind, unit_key, **more)


def handouts_of(*, enrollment: Enrollment, unit: dict[str, Any]) -> list[HandoutLine]:
    """Return the hand-outs of an owed unit, with what was taken already."""
    wanted = [row["id"] for row in unit.get("handouts", [])]
    if not wanted:
        return []
    key = UUID(unit["key"])
    rows = {str(r.public_id): r for r in Handout.objects.filter(public_id__in=wanted)}
    taken = set(
        HandoutDownload.objects.filter(enrollment=enrollment, unit_key=key).values_list(
            "handout_id", flat=True
        )
    )
    return [
        _line(rows[one], key, is_taken=rows[one].pk in taken)
        for one in wanted
        if one in rows
    ]


def handouts_in(
    *, enrollments: Iterable[Enrollment], language: str
) -> list[HandoutLine]:
    """Return all hand-outs of the lessons that somebody has downloaded before.

    `enrollments` come with their syllabus. Two queries, whatever their number.
    """
    mine = {row.pk: row for row in enrollments}
    taken = (
        HandoutDownload.objects.filter(enrollment__in=mine)
        .select_related("handout")
        .order_by("-pk")
    )
    lines: dict[tuple[int, UUID], HandoutLine] = {}
    for row in taken:
        syllabus = mine[row.enrollment_id].syllabus
        titles = {u["key"]: u["titles"] for u in syllabus.units}
        lines.setdefault(
            (row.handout_id, row.unit_key),
            _line(
                row.handout,
                row.unit_key,
                unit_title=in_language(titles.get(str(row.unit_key), {}), language),
                course_title=syllabus.title(language),
                is_taken=True,
            ),
        )
    return list(lines.values())


@transaction.atomic
def download_handout(
    *, enrollment: Enrollment, unit_key: UUID, handout_id: UUID, now: datetime
) -> Handout:
    """Return a hand-out of an open lesson and count the download.

    It may be the last thing that completes the lesson.

    Raises:
        UnitUnknown, EnrollmentClosed, UnitLocked: see `progress` and `opening`.
        HandoutUnknown: `handout_unknown`.
    """
    lock_learner(enrollment.learner_id)
    unit = owed_unit(enrollment=enrollment, unit_key=unit_key)
    refuse_closed(enrollment)
    refuse_locked(enrollment=enrollment, unit_key=unit_key)
    named = {row["id"] for row in unit.get("handouts", [])}
    row = Handout.objects.filter(public_id=handout_id).first()
    if row is None or str(handout_id) not in named:
        raise HandoutUnknown(
            "handout_unknown", _("There is no such hand-out in this lesson.")
        )
    HandoutDownload.objects.create(
        enrollment=enrollment, unit_key=unit_key, handout=row, downloaded_at=now
    )
    settle_unit(enrollment=enrollment, unit_key=unit_key, now=now)
    return row
