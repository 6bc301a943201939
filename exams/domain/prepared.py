"""Papers drawn and frozen before the opening, so that a start only takes one."""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max, Model, Q

from courses.models import Enrollment
from exams.domain.items import content_hash
from exams.domain.papers import FrozenPaper, build_paper
from exams.enums import ExamKind, ItemStatus, PaperState, Selection
from exams.errors import InfeasibleBlueprint
from exams.models import (
    Attempt,
    AttemptKey,
    AttemptPaper,
    Exam,
    Item,
    Paper,
    PreparedPaper,
)
from lms.core.clock import shanghai_date
from lms.core.enums import Audience
from lms.organizations.models import Membership

logger = logging.getLogger(__name__)
SEED_BITS = 62
# How long before the opening the papers are made, and how many for a public exam.
LEAD = timedelta(hours=24)
PUBLIC_STOCK = 100
MAX_STOCK = 5_000
BATCH = 50
# How many papers that no longer hold a start throws away before it draws itself.
TRIES = 5
# Goes up when what is kept with a prepared paper changes: the old ones go away then.
VERSION = 2


@dataclass(frozen=True, slots=True)
class ReadyPaper:
    """One candidate's paper before it goes into the attempt.

    Attributes:
        prepared: the row it lies in; it has text and key then.
        drawn: text and key of a paper that was drawn just now.
    """

    seed: int
    position_count: int
    prepared: PreparedPaper | None = None
    drawn: FrozenPaper | None = None


def take_paper(*, exam: Exam, now: datetime) -> ReadyPaper:
    """Take a prepared paper, or draw one on the spot when none lies ready.

    One that was prepared before one of its items was retired, corrected or ran out is
    no longer used but thrown away. Only the items of this paper are looked
    at: a start costs the same with a bank of any size. Runs inside the transaction of
    the start: a start that fails puts the paper back.

    Raises:
        InfeasibleBlueprint: items were retired since the paper was published.
    """
    on = shanghai_date(now)
    stock = PreparedPaper.objects.filter(exam=exam).defer("blob", "key").order_by("pk")
    for _turn in range(TRIES):
        taken = stock.select_for_update(skip_locked=True).first()
        if taken is None:
            break
        state = state_of_items(paper=exam.paper, ids=taken.item_ids, on=on)
        if taken.items_state == state:
            return ReadyPaper(taken.seed, taken.position_count, prepared=taken)
        # Those behind it may not have the item that changed.
        taken.delete()
    seed = secrets.randbits(SEED_BITS)
    frozen = build_paper(paper=exam.paper, seed=seed, on=on)
    return ReadyPaper(seed, frozen.position_count, drawn=frozen)


def hand_out(*, attempt: Attempt, ready: ReadyPaper) -> None:
    """Give a paper to its attempt. A prepared one is gone from the stock then.

    It is copied inside the database: at the opening, sending text and key of a
    hundred items there and back would be most of the work of a start.
    """
    if ready.drawn is not None:
        blob = ready.drawn.blob
        AttemptPaper.objects.create(
            attempt=attempt, blob=blob, sha256=content_hash(blob)
        )
        AttemptKey.objects.create(attempt=attempt, blob=ready.drawn.key)
    if ready.prepared is not None:
        with connection.cursor() as cursor:
            cursor.execute(_COPY_PAPER, [attempt.pk, ready.prepared.pk])
            blob, sha256 = cursor.fetchone()
            cursor.execute(_COPY_KEY, [attempt.pk, ready.prepared.pk])
            cursor.execute(_REMOVE, [ready.prepared.pk])
        # As it lies in the row: whoever starts reads it in the next moment.
        attempt.paper = AttemptPaper(
            attempt=attempt, blob=json.loads(blob), sha256=sha256
        )


def _copy(model: type[Model], columns: str, source: str) -> str:
    table, prepared = model._meta.db_table, PreparedPaper._meta.db_table  # noqa: SLF001 -- Django's public name for it
    return (
        f"INSERT INTO {table} (attempt_id, {columns}) "  # noqa: S608 -- names of our models
        f"SELECT %s, {source} FROM {prepared} WHERE id = %s"
    )


_COPY_PAPER = (
    _copy(AttemptPaper, "blob, sha256", "blob, sha256") + " RETURNING blob, sha256"
)
_COPY_KEY = _copy(AttemptKey, "blob", "key")
_REMOVE = f"DELETE FROM {PreparedPaper._meta.db_table} WHERE id = %s"  # noqa: S608, SLF001 -- a name of our models


def prepare_papers(*, now: datetime) -> int:
    """Fill the stock of every exam that opens soon or runs; returns how many were made.

    Safe to run at any time and to be killed: each batch is a transaction, and what was
    drawn from banks that have changed since is thrown away first.
    """
    return sum(prepare_exam(exam=exam, now=now) for exam in _due(now))


def _due(now: datetime) -> Iterator[Exam]:
    """Formal exams whose opening is near; of others nobody knows when they are sat."""
    exams = Exam.objects.filter(
        Q(closes_at__isnull=True) | Q(closes_at__gte=now),
        Q(ends_at__isnull=True) | Q(ends_at__gte=now),
        kind=ExamKind.FORMAL,
        opens_at__lte=now + LEAD,
        paper__state=PaperState.PUBLISHED,
    )
    yield from exams.select_related("paper").order_by("opens_at", "pk")


def prepare_exam(*, exam: Exam, now: datetime, count: int | None = None) -> int:
    """Bring the stock of one exam up to `count`, or to the candidates still awaited."""
    on = shanghai_date(max(now, exam.opens_at or now))
    fingerprint = fingerprint_of(paper=exam.paper, on=on)
    stock = PreparedPaper.objects.filter(exam=exam)
    stock.exclude(fingerprint=fingerprint).delete()
    wanted = count if count is not None else awaited_candidates(exam=exam)
    missing = min(wanted, MAX_STOCK) - stock.count()
    made = 0
    try:
        while made < missing:
            more = _prepare_batch(
                exam=exam,
                on=on,
                fingerprint=fingerprint,
                count=min(BATCH, missing - made),
                now=now,
            )
            if not more:
                break
            made += more
    except InfeasibleBlueprint as refusal:
        # The start says so too; authors see it at the paper.
        logger.warning("Exam %s: no papers prepared: %s", exam.pk, refusal)
    return made


def _prepare_batch(
    *, exam: Exam, on: date, fingerprint: str, count: int, now: datetime
) -> int:
    drawn = []
    for _turn in range(count):
        seed = secrets.randbits(SEED_BITS)
        paper = build_paper(paper=exam.paper, seed=seed, on=on)
        state = state_of_items(paper=exam.paper, ids=paper.item_ids, on=on)
        drawn.append((seed, paper, state))
    if fingerprint_of(paper=exam.paper, on=on) != fingerprint:
        # The banks changed meanwhile: the next run of the worker begins anew.
        return 0
    with transaction.atomic():
        PreparedPaper.objects.bulk_create(
            PreparedPaper(
                exam=exam,
                fingerprint=fingerprint,
                item_ids=paper.item_ids,
                items_state=state,
                seed=seed,
                position_count=paper.position_count,
                blob=paper.blob,
                key=paper.key,
                sha256=content_hash(paper.blob),
                prepared_at=now,
            )
            for seed, paper, state in drawn
        )
    return len(drawn)


def awaited_candidates(*, exam: Exam) -> int:
    """Return how many people may still start, as far as it can be known."""
    started = Count("attempts__candidate", distinct=True)
    already = Exam.objects.filter(pk=exam.pk).aggregate(n=started)["n"]
    if exam.audience == Audience.ASSIGNED:
        people = Enrollment.objects.filter(
            course_key__in=exam.quiz_pages.values("course_key"),
            state__in=["active", "completed"],
        )
        return max(0, people.values("learner").distinct().count() - already)
    if exam.audience == Audience.ORGANIZATION and exam.owner_organization_id:
        members = Membership.objects.filter(
            organization_id=exam.owner_organization_id, state="active"
        )
        return max(0, members.values("user").distinct().count() - already)
    return PUBLIC_STOCK


def fingerprint_of(*, paper: Paper, on: date) -> str:
    """Return a hash of all that decides what may be drawn on a day."""
    fixed = paper.paper_items.values("item")
    condition = (
        Q(bank__papers=paper)
        if paper.selection == Selection.BLUEPRINT
        else Q(pk__in=fixed) | Q(parent__in=fixed)
    )
    usable = Q(pk__in=Item.objects.usable(on).non_polymorphic().values("pk"))
    state = (
        Item.objects.non_polymorphic()
        .filter(condition)
        .aggregate(
            count=Count("pk"),
            changed=Max("updated_at"),
            revision=Max("current_revision"),
            usable_count=Count("pk", filter=usable),
            usable_last=Max("pk", filter=usable),
        )
    )
    parts = [VERSION, paper.pk, paper.updated_at, on, *state.values()]
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()


def state_of_items(*, paper: Paper, ids: Sequence[int], on: date) -> str:
    """Return a hash of all that decides whether a drawn paper still holds on a day.

    Parts of cases count with their case. In one statement that is written once: at
    the opening it runs with every start.
    """
    # Numbers in the text: two hundred parameters would cost more than the answer.
    listed = ", ".join(str(int(pk)) for pk in ids) or "0"
    day = connection.ops.adapt_datefield_value(on)
    with connection.cursor() as cursor:
        cursor.execute(_STATE.replace("#", listed), [day])
        row = cursor.fetchone()
    text = json.dumps([str(part) for part in (paper.pk, paper.updated_at, on, *row)])
    return hashlib.sha256(text.encode()).hexdigest()


# Any change of an item moves one of these, also one by an `update` of many.
_STATE = f"""
SELECT COUNT(*), MAX(updated_at), SUM(current_revision_id),
    SUM(CASE WHEN status = '{ItemStatus.REVIEWED}' THEN 1 ELSE 0 END),
    SUM(CASE WHEN status = '{ItemStatus.RETIRED}' THEN 1 ELSE 0 END),
    SUM(CASE WHEN effective_to < %s THEN 1 ELSE 0 END)
FROM {Item._meta.db_table} WHERE id IN (#) OR parent_id IN (#)
"""  # noqa: S608, SLF001 -- names of our models
