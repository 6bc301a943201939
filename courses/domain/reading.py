"""Documents page by page: each page owns its share of the reading time.

The axis of a text's time is divided evenly among its pages, and what is reported for a
page are intervals in its share. So the coverage that is kept anyway says how long each
page was in sight, and a text is complete when each page had its time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from courses.domain.coverage import Interval, length, subtract
from courses.models import Enrollment, LearnerPresence, UnitProgress
from courses.models.playback import READING_MEDIUM

# Blocks of a page body that begin a page of a document.
BREAK = "heading"
# Timers of browsers and rounding: a page lacks no more than this when it is read.
SLACK_MS = 100


@dataclass(frozen=True, slots=True)
class PageTime:
    """One page of a document: how long it was in sight, and how long it has to be."""

    number: int
    seconds: float
    needed: float

    @property
    def is_read(self) -> bool:
        return self.seconds + SLACK_MS / 1000 >= self.needed


def split_pages(blocks: Iterable[Any]) -> list[list[Any]]:
    """Divide the blocks of a body into pages: each heading begins one.

    What stands before the first heading belongs to the first page.
    """
    pages: list[list[Any]] = []
    for block in blocks:
        begins = block.block_type == BREAK
        if not pages or (begins and any(b.block_type == BREAK for b in pages[-1])):
            pages.append([])
        pages[-1].append(block)
    return pages


def page_times(
    *, covered: Iterable[Interval], length_ms: int, count: int
) -> list[PageTime]:
    """Return the pages of a document with what of each was read, in seconds."""
    known = list(covered)
    pages = []
    for number in range(1, count + 1):
        start = length_ms * (number - 1) // count
        end = length_ms * number // count
        left = length(subtract((start, end), known))
        seconds = (end - start - left) / 1000
        pages.append(PageTime(number, seconds, (end - start) / 1000))
    return pages


def pages_read(
    *, enrollment: Enrollment, unit_key: UUID, length_ms: int, count: int
) -> list[PageTime]:
    """Return what a learner has read of a document, to this second. Two queries."""
    row = UnitProgress.objects.filter(enrollment=enrollment, unit_key=unit_key).first()
    covered = list(row.coverage.get(READING_MEDIUM, [])) if row else []
    running = LearnerPresence.objects.filter(
        pk=enrollment.learner_id, enrollment_id=enrollment.pk, unit_key=unit_key
    ).first()
    if running is not None:
        covered += running.coverage
    spans = [(start, end) for start, end in covered]
    return page_times(covered=spans, length_ms=length_ms, count=count)
