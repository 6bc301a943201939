"""What is owed and whether it is met, for one person or for everyone at once.

Rows are written in sets: a chunk of members costs the same few statements, whether
they are ten or five thousand.
"""

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, Sum

from lms.compliance.domain.careers import Owed, Post, owed_on
from lms.compliance.domain.postings import sync_postings
from lms.compliance.domain.rules import RuleBook, group_of, industry_class
from lms.compliance.domain.verdicts import Credit, Verdict, judge
from lms.compliance.enums import (
    SETTLED_STATES,
    CreditSource,
    ObligationState,
    TrainingPhase,
)
from lms.compliance.models import CreditEntry, Obligation, Posting, TrainingRule
from lms.core import clock
from lms.organizations.enums import MembershipRole, PositionCategory
from lms.organizations.models import Membership

__all__ = ["derive_obligations", "duty_status", "industry_class", "recompute_duties"]

CHUNK = 5000
# From this many equal verdicts on one statement is cheaper than a batch of rows.
ALIKE = 20
CACHED = [
    "state",
    "credited_seconds",
    "onsite_seconds",
    "levels_done",
    "met_on",
    "judged_on",
]
# What new duties of many members have in common.
ALIKE_IN = [
    *("rule_id", "phase", "topic", "category", "period_start", "period_end"),
    *("required_seconds", "required_onsite_seconds", "levels", *CACHED),
]
# Whom a career belongs to: a person and an employer.
Career = tuple[int, int]
# The memberships of a career, each with its last day.
Careers = dict[Career, list[tuple[int, date | None]]]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a run did: members looked at, duties added, verdicts that changed."""

    members: int
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Counts:
    added: int
    changed: int


def rules_for(*, membership: Membership, on: date) -> list[TrainingRule]:
    """Return the hours that hold for a member on a day, initial before annual."""
    position = membership.position
    category = position.category if position else PositionCategory.WORKER
    return RuleBook().table(
        category=group_of(category), industry=membership.organization.industry, on=on
    )


def derive_obligations(*, membership: Membership, on: date) -> list[Obligation]:
    """Return what a member owes in the period that holds `on`, writing what is missing.

    A repeat changes nothing, and a row that exists keeps its terms.
    """
    recompute_duties(on=on, membership_ids=[membership.pk])
    rows = Obligation.objects.filter(membership=membership, period_start__lte=on)
    in_period = Q(period_end__gte=on) | ~Q(phase=TrainingPhase.ANNUAL)
    return list(rows.filter(in_period).select_related("rule").order_by("period_start"))


def duty_status(*, obligation: Obligation, on: date) -> Verdict:
    """Return how far an obligation is met, from the ledger as it is now."""
    membership = obligation.membership
    career = (membership.user_id, membership.organization_id)
    mine = Membership.objects.filter(
        user=membership.user_id, organization=membership.organization_id
    )
    owed = Obligation.objects.filter(membership=membership).select_related("rule")
    ledger = credits_of_careers(
        dict.fromkeys(mine.values_list("pk", flat=True), career)
    )
    verdicts = judge(
        obligations=owed,
        credits=ledger.get(career, []),
        on=on,
        ended_on=membership.ends_on,
    )
    return verdicts[obligation.public_id]


def recompute_duties(
    *, on: date, membership_ids: Collection[int] | None = None
) -> Recomputed:
    """Derive duties and judge them for these members, or for all who are employed.

    Each chunk is one transaction: a run that is killed has done whole chunks and the
    next one does the rest. A repeat changes nothing.
    """
    book = RuleBook()
    members = added = changed = 0
    waiting = _members(on, membership_ids)
    while chunk := list(islice(waiting, CHUNK)):
        with _one_collection(), transaction.atomic():
            sync_postings(membership_ids=chunk, on=on)
            careers = _careers(chunk)
            counts = _settle(careers, set(chunk), book, on)
        added += counts.added
        changed += counts.changed
        members += len(chunk)
    return Recomputed(members=members, added=added, changed=changed)


@contextmanager
def _one_collection() -> Iterator[None]:
    """Keep the collector from walking the rows of a chunk again and again.

    They are tens of thousands, live until the chunk is written and hold no cycles: two
    fifths of the time went into looking for some. Between chunks it runs as always.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _members(on: date, membership_ids: Collection[int] | None) -> Iterator[int]:
    rows = Membership.objects.filter(role=MembershipRole.EMPLOYEE)
    if membership_ids is not None:
        rows = rows.filter(pk__in=membership_ids)
    else:
        # Who left counts on, until the last verdict says so.
        unsettled = Obligation.objects.exclude(state__in=SETTLED_STATES)
        rows = rows.filter(
            Q(state="active", starts_on__lte=on)
            | Q(pk__in=unsettled.values("membership"))
        )
    # A career stays in one piece as far as possible: people in their order.
    ids = rows.order_by("user_id", "pk").values_list("pk", flat=True)
    # Read at once: chunks commit in between.
    return iter(list(ids))


def _careers(
    membership_ids: Iterable[int],
) -> Careers:
    """Return all memberships of the careers that these members stand in."""
    users = Membership.objects.filter(pk__in=list(membership_ids)).values("user_id")
    found: Careers = defaultdict(list)
    rows = Membership.objects.filter(role=MembershipRole.EMPLOYEE, user__in=users)
    for pk, user_id, organization_id, ends_on in rows.values_list(
        "pk", "user_id", "organization_id", "ends_on"
    ):
        found[user_id, organization_id].append((pk, ends_on))
    return found


def _settle(careers: Careers, wanted: set[int], book: RuleBook, on: date) -> _Counts:
    """Add the duties that are missing and judge those that still move.

    A new duty is written once, with its verdict.
    """
    rules = book.by_id
    known: dict[int, list[Obligation]] = defaultdict(list)
    for row in Obligation.objects.filter(membership__in=list(wanted)):
        # Rules are few: they are joined here and not in the database.
        row.rule = rules[row.rule_id]
        known[row.membership_id].append(row)
    fresh: dict[int, list[Obligation]] = defaultdict(list)
    for one in _owed(careers, wanted, book, on):
        if all(_key(row) != one.key for row in known.get(one.membership_id, [])):
            fresh[one.membership_id].append(_row(one))
    moving = {
        pk
        for pk in wanted
        if pk in fresh or any(d.state not in SETTLED_STATES for d in known[pk])
    }
    ledger = credits_of_careers(
        {pk: career for career, rows in careers.items() for pk, _ends in rows}
    )
    changed: list[Obligation] = []
    for career, rows in careers.items():
        for pk, ended_on in rows:
            if pk not in moving:
                continue
            verdicts = judge(
                obligations=[*known[pk], *fresh[pk]],
                credits=ledger.get(career, []),
                on=on,
                ended_on=ended_on,
            )
            for duty in fresh[pk]:
                _take(duty, verdicts[duty.public_id], on)
            changed += [
                duty for duty in known[pk] if _take(duty, verdicts[duty.public_id], on)
            ]
    added = [duty for duties in fresh.values() for duty in duties]
    _add(added)
    _write(changed)
    return _Counts(added=len(added), changed=len(changed))


def _add(added: list[Obligation]) -> None:
    """Insert duties: equal ones in one statement, the others in batches.

    Another worker may do the same just now: the constraint lets one row in.
    """
    single = added
    if connection.vendor == "postgresql":
        groups: dict[str, list[Obligation]] = defaultdict(list)
        for duty in added:
            groups[repr([getattr(duty, name) for name in ALIKE_IN])].append(duty)
        single = []
        for alike in groups.values():
            if len(alike) < ALIKE:
                single += alike
            else:
                _add_alike(alike)
    Obligation.objects.bulk_create(single, batch_size=2000, ignore_conflicts=True)


def _add_alike(duties: list[Obligation]) -> None:
    """Insert duties that differ in their member only, named as one array."""
    model, moment = duties[0], clock.now()
    model.created_at = model.updated_at = moment
    fields = [
        field
        for field in Obligation._meta.concrete_fields  # noqa: SLF001 -- Django's public name for it
        if field.name not in {"id", "public_id", "membership"}
    ]
    values = [
        field.get_db_prep_save(getattr(model, field.attname), connection)
        for field in fields
    ]
    columns = ", ".join(
        connection.ops.quote_name(str(field.column)) for field in fields
    )
    places = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
    table = connection.ops.quote_name(Obligation._meta.db_table)  # noqa: SLF001 -- as above
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (membership_id, public_id, {columns})"  # noqa: S608 -- names from the model
            f" SELECT member, gen_random_uuid(), {places}"
            " FROM unnest(%s::bigint[]) AS member ON CONFLICT DO NOTHING",
            [*values, [duty.membership_id for duty in duties]],
        )


def _write(changed: list[Obligation]) -> None:
    """Write verdicts: equal ones in one statement, the others row by row in batches.

    At the turn of a year most of them say the same.
    """
    groups: dict[str, list[Obligation]] = defaultdict(list)
    for duty in changed:
        groups[repr([getattr(duty, name) for name in CACHED])].append(duty)
    single: list[Obligation] = []
    for alike in groups.values():
        if len(alike) < ALIKE:
            single += alike
            continue
        values = {name: getattr(alike[0], name) for name in CACHED}
        Obligation.objects.filter(pk__in=[duty.pk for duty in alike]).update(**values)
    Obligation.objects.bulk_create(
        single,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=CACHED,
    )


def _key(duty: Obligation) -> tuple[int, str, str, str, date]:
    return (
        duty.membership_id,
        str(duty.phase),
        str(duty.topic),
        str(duty.category),
        duty.period_start,
    )


def _owed(
    careers: Careers, wanted: set[int], book: RuleBook, on: date
) -> Iterator[Owed]:
    """Yield what the members owe in the period that holds a day."""
    memberships = [pk for rows in careers.values() for pk, _ends in rows]
    posts: dict[Career, list[Post]] = defaultdict(list)
    rows: Any = Posting.objects.filter(membership__in=memberships).values_list(
        "membership__user_id",
        "membership__organization_id",
        "membership_id",
        "position_id",
        "category",
        "membership__organization__industry",
        "starts_on",
        "ends_on",
    )
    for user_id, organization_id, pk, position_id, category, *days in rows:
        post = Post(pk, position_id, str(group_of(category)), *days)
        posts[user_id, organization_id].append(post)
    unmet = set(
        Obligation.objects.filter(
            membership__in=memberships,
            phase=TrainingPhase.INITIAL,
            state=ObligationState.ENDED,
        ).values_list("membership_id", "category")
    )
    for held in posts.values():
        for one in owed_on(posts=held, book=book, on=on, unmet=unmet):
            if one.membership_id in wanted:
                yield one


def _row(owed: Owed) -> Obligation:
    rule = owed.rule
    return Obligation(
        membership_id=owed.membership_id,
        rule=rule,
        phase=rule.phase,
        topic=rule.topic,
        category=owed.group,
        period_start=owed.period_start,
        period_end=owed.period_end,
        required_seconds=rule.required_seconds,
        required_onsite_seconds=rule.required_onsite_seconds,
        levels=rule.levels,
    )


def _take(duty: Obligation, verdict: Verdict, on: date) -> bool:
    """Write a verdict into the row; False where it says what stands there."""
    # A settled verdict is history.
    if duty.state in SETTLED_STATES:
        return False
    before = [getattr(duty, name) for name in CACHED[:-1]]
    for name in CACHED[:-1]:
        setattr(duty, name, getattr(verdict, name))
    is_new = duty.judged_on is None or before != [
        getattr(duty, name) for name in CACHED[:-1]
    ]
    duty.judged_on = on
    return is_new


def credits_of_careers(career_of: dict[int, Career]) -> dict[Career, list[Credit]]:
    """Return the ledger of careers by day and kind, in one statement.

    `career_of` names the career of each membership.
    """
    found: dict[Career, list[Credit]] = defaultdict(list)
    rows = (
        CreditEntry.objects.filter(membership_id__in=list(career_of))
        .order_by()
        .values_list("membership_id", "credited_on", "source", "level")
        .annotate(total=Sum("seconds"))
    )
    for membership_id, day, source, level, total in rows:
        is_onsite = source == CreditSource.SIGN_OFF
        found[career_of[membership_id]].append(
            Credit(day, int(total), is_onsite, level or "")
        )
    return found
