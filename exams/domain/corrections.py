"""Correcting a key: proposed, tried out, approved by a second person, applied.

What was frozen stays frozen: a correction lies over the keys of the papers that show
the item, and every changed answer gets a new mark.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from exams.domain.items import revise_item
from exams.domain.keys import covers, overlay
from exams.domain.marks import (
    NewMark,
    Standing,
    append_marks,
    latest_marks,
    lock_attempt,
    standing_of,
)
from exams.domain.scoring import score_value, total_of
from exams.domain.validators import validate_content
from exams.enums import AttemptState, CorrectionKind, CorrectionState, MarkSource
from exams.errors import CorrectionRefused
from exams.models import Attempt, AttemptKey, Item, KeyCorrection, Mark
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

# By a person: a corrected key does not overrule it.
JUDGED = (MarkSource.EXAMINER, MarkSource.APPEAL)
ROWS_SHOWN = 200
CHUNK = 100


@transaction.atomic
def propose_correction(
    *,
    item: Item,
    kind: str,
    content: dict[str, Any] | None = None,
    reason: str,
    only_raises: bool = False,
    by: User,
    now: datetime,
) -> KeyCorrection:
    """Propose another answer to an item that papers have shown.

    Args:
        item: the item as its bank holds it now.
        kind: a new key, or full points for everybody.
        content: the corrected content (new key only).
        reason: what candidates are told.
        only_raises: nobody loses points.
        by: who proposes.
        now: time of the server.

    Raises:
        CorrectionRefused: `not_objective`, `reason_missing`, `open_already`.
        ValidationError: the content is not that of such an item.
    """
    if not item.interaction.is_objective or item.current_revision is None:
        raise CorrectionRefused("not_objective", _("An examiner marks this item."))
    if not reason.strip():
        raise CorrectionRefused("reason_missing", _("Say why the key is corrected."))
    if kind == CorrectionKind.NEW_KEY:
        validate_content(type_name=item.type, content=content or {})
    try:
        with transaction.atomic():
            correction = KeyCorrection.objects.create(
                item=item,
                kind=kind,
                content=content or {},
                base_revision=item.current_revision,
                reason=reason.strip(),
                only_raises=only_raises,
                proposed_by=by,
                proposed_at=now,
            )
    except IntegrityError as conflict:
        raise CorrectionRefused(
            "open_already", _("A correction of this item is already under way.")
        ) from conflict
    record(actor=by, verb=Verb.KEY_CORRECTION_PROPOSED, obj=correction)
    return correction


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction does to one paper."""

    attempt: str
    position: int
    before: str
    after: str
    total_before: str
    total_after: str
    passed_before: bool | None
    passed_after: bool | None


@dataclass(slots=True)
class DryRun:
    """What a correction would do; numbers of papers.

    Attributes:
        seen: papers that show the item.
        judged: left alone, because a person decided.
        unfit: papers that showed other options.
    """

    seen: int = 0
    changed: int = 0
    raised: int = 0
    lowered: int = 0
    now_passed: int = 0
    now_failed: int = 0
    judged: int = 0
    unfit: int = 0

    def count(self, change: Change) -> None:
        self.changed += 1
        self.raised += Decimal(change.after) > Decimal(change.before)
        self.lowered += Decimal(change.after) < Decimal(change.before)
        self.now_passed += change.passed_after is True and not change.passed_before
        self.now_failed += change.passed_after is False and bool(change.passed_before)


def try_correction(*, correction: KeyCorrection, now: datetime) -> KeyCorrection:
    """Compute what would change and keep it on the row; changes no score."""
    run = DryRun()
    rows: list[dict[str, Any]] = []
    for attempt in _attempts_showing(correction):
        run.seen += 1
        outcome = _rescore(attempt=attempt, correction=correction)
        if isinstance(outcome, str):
            run.judged += outcome == "judged"
            run.unfit += outcome == "unfit"
        if not isinstance(outcome, NewMark):
            continue
        change = _foresee(attempt=attempt, new=outcome)
        run.count(change)
        if len(rows) < ROWS_SHOWN:
            rows.append(asdict(change))
    KeyCorrection.objects.filter(pk=correction.pk).update(
        dry_run=asdict(run) | {"rows": rows}, dry_run_at=now
    )
    correction.refresh_from_db()
    return correction


def _attempts_showing(correction: KeyCorrection) -> Iterator[Attempt]:
    """Stream the closed papers that show the item, a chunk in memory at a time."""
    shown = (
        AttemptKey.objects.annotate(text=Cast("blob", TextField()))
        .filter(text__contains=str(correction.item.public_id))
        .values("attempt_id")
    )
    closed = [AttemptState.SUBMITTED, AttemptState.EXPIRED, AttemptState.FINALIZED]
    attempts = Attempt.objects.filter(pk__in=shown, state__in=closed)
    return (
        attempts.select_related("paper", "key", "result", "exam")
        .order_by("pk")
        .iterator(chunk_size=CHUNK)
    )


def _rescore(*, attempt: Attempt, correction: KeyCorrection) -> NewMark | str | None:
    """Return the mark that the correction gives; None: as it is; a word: why not."""
    position = _position_of(attempt, correction)
    if position is None:
        return "unfit"
    mark = (
        Mark.objects.filter(attempt_id=attempt.pk, position=position)
        .order_by("-number")
        .first()
    )
    if mark is None or mark.source in JUDGED or mark.raw is None:
        return "judged"
    key = overlay(attempt.key.blob[str(position)], correction)
    if key is None:
        return "unfit"
    view = next(i for i in attempt.paper.blob["items"] if i["position"] == position)
    _normal, score = score_value(view=view, key=key, value=mark.value)
    if score is None or score.raw == mark.raw:
        return None
    if correction.only_raises and score.raw < mark.raw:
        return None
    return NewMark(position=position, raw=score.raw, source=MarkSource.CORRECTION)


def _position_of(attempt: Attempt, correction: KeyCorrection) -> int | None:
    for position, key in attempt.key.blob.items():
        if covers(correction, key):
            return int(position)
    return None


def _foresee(*, attempt: Attempt, new: NewMark) -> Change:
    before = standing_of(attempt.result)
    marks = latest_marks(attempt)
    raws = {position: mark.raw for position, mark in marks.items()}
    after_raw = total_of([*(raws | {new.position: new.raw}).values()])
    needed = before.max * attempt.result.pass_mark
    is_known = before.raw is not None
    after = Standing(
        raw=after_raw if is_known else None,
        max=before.max,
        passed=after_raw >= needed if is_known else None,
    )
    return Change(
        attempt=str(attempt.public_id),
        position=new.position,
        before=str(raws[new.position]),
        after=str(new.raw),
        total_before=str(before.raw),
        total_after=str(after.raw),
        passed_before=before.passed,
        passed_after=after.passed,
    )


@transaction.atomic
def approve_correction(
    *, correction: KeyCorrection, by: User, now: datetime
) -> KeyCorrection:
    """A second person lets the correction take effect; the worker scores again.

    From here on papers that are handed in follow it, and the bank holds the new key.

    Raises:
        CorrectionRefused: `own_proposal`, `not_tried`, `decided_already`.
    """
    if correction.proposed_by_id == by.pk:
        raise CorrectionRefused(
            "own_proposal", _("Somebody else has to approve your proposal.")
        )
    if correction.dry_run_at is None:
        raise CorrectionRefused(
            "not_tried", _("Wait until it is computed whose score changes.")
        )
    _decide(correction, CorrectionState.APPROVED, by=by, now=now)
    if correction.kind == CorrectionKind.NEW_KEY:
        item = Item.objects.non_polymorphic().get(pk=correction.item_id)
        revise_item(item=item, content=correction.content, by=by, now=now)
    record(actor=by, verb=Verb.KEY_CORRECTION_APPROVED, obj=correction)
    return correction


@transaction.atomic
def reject_correction(
    *, correction: KeyCorrection, by: User, now: datetime
) -> KeyCorrection:
    """Drop a proposal; its author may withdraw it so. Nothing was changed by it.

    Raises:
        CorrectionRefused: `decided_already`.
    """
    _decide(correction, CorrectionState.REJECTED, by=by, now=now)
    record(actor=by, verb=Verb.KEY_CORRECTION_REJECTED, obj=correction)
    return correction


def _decide(correction: KeyCorrection, state: str, *, by: User, now: datetime) -> None:
    decided = KeyCorrection.objects.filter(
        pk=correction.pk, state=CorrectionState.PROPOSED
    ).update(state=state, decided_by=by, decided_at=now)
    if not decided:
        raise CorrectionRefused(
            "decided_already", _("This correction was decided already.")
        )
    correction.refresh_from_db()


def apply_correction(*, correction: KeyCorrection, now: datetime) -> int:
    """Score the papers again that show the item; returns how many changed.

    Each paper is its own transaction; what was scored again before changes no more, so
    a worker that died is followed by another. Candidates get a message, other packages
    the signal `result_changed`; a certificate is never altered by this.
    """
    if correction.state != CorrectionState.APPROVED:
        return 0
    count = 0
    for seen in _attempts_showing(correction):
        with transaction.atomic():
            attempt = lock_attempt(seen.pk)
            outcome = _rescore(attempt=attempt, correction=correction)
            if isinstance(outcome, NewMark):
                append_marks(
                    attempt=attempt,
                    marks=[outcome],
                    by=correction.decided_by,
                    reason=correction.reason,
                    now=now,
                )
                count += 1
    KeyCorrection.objects.filter(
        pk=correction.pk, state=CorrectionState.APPROVED
    ).update(
        state=CorrectionState.APPLIED,
        applied_at=now,
        changed_count=F("changed_count") + count,
    )
    correction.refresh_from_db()
    return count


def continue_corrections(*, now: datetime) -> int:
    """Try what was proposed and apply what was approved, should a message be lost."""
    for correction in KeyCorrection.objects.filter(
        state=CorrectionState.PROPOSED, dry_run_at__isnull=True
    ).select_related("item"):
        try_correction(correction=correction, now=now)
    waiting = KeyCorrection.objects.filter(state=CorrectionState.APPROVED)
    return sum(
        apply_correction(correction=correction, now=now)
        for correction in waiting.select_related("item", "decided_by")
    )
