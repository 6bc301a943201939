"""Papers drawn and frozen before the opening, so that a start only takes one."""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max, Q

from courses.models import Enrollment
from exams.domain.items import content_hash
from exams.domain.papers import FrozenPaper, build_paper
from exams.enums import ExamKind, PaperState, Selection
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

    One that was prepared before an item was retired, corrected or ran out is no
    longer used; the worker throws it away. Runs inside the transaction of the start:
    a start that fails puts the paper back.

    Raises:
        InfeasibleBlueprint: items were retired since the paper was published.
    """
    on = shanghai_date(now)
    stock = PreparedPaper.objects.filter(exam=exam).defer("blob", "key").order_by("pk")
    taken = stock.select_for_update(skip_locked=True).first()
    if taken is not None and taken.fingerprint == fingerprint_of(
        paper=exam.paper, on=on
    ):
        return ReadyPaper(taken.seed, taken.position_count, prepared=taken)
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
            for statement in _COPIES:
                cursor.execute(statement, [attempt.pk, ready.prepared.pk])
        ready.prepared.delete()


_PREPARED = PreparedPaper._meta.db_table  # noqa: SLF001 -- Django's public name for it
_COPIES = tuple(
    f"INSERT INTO {model._meta.db_table} (attempt_id, {columns})"  # noqa: S608, SLF001 -- names from models
    f" SELECT %s, {source} FROM {_PREPARED} WHERE id = %s"
    for model, columns, source in (
        (AttemptPaper, "blob, sha256", "blob, sha256"),
        (AttemptKey, "blob", "key"),
    )
)


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
            made += _prepare_batch(
                exam=exam,
                on=on,
                fingerprint=fingerprint,
                count=min(BATCH, missing - made),
                now=now,
            )
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
        drawn.append((seed, build_paper(paper=exam.paper, seed=seed, on=on)))
    with transaction.atomic():
        PreparedPaper.objects.bulk_create(
            PreparedPaper(
                exam=exam,
                fingerprint=fingerprint,
                seed=seed,
                position_count=paper.position_count,
                blob=paper.blob,
                key=paper.key,
                sha256=content_hash(paper.blob),
                prepared_at=now,
            )
            for seed, paper in drawn
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
    parts = [paper.pk, paper.updated_at, on, *state.values()]
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()
