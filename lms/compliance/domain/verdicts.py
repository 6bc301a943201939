"""Whether duties are met: a pure function of their terms and the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.compliance.enums import ObligationState, RuleTopic, TrainingPhase
from lms.compliance.models import Obligation


@dataclass(frozen=True, slots=True)
class Credit:
    """What the ledger holds of one day: seconds of one kind."""

    on: date
    seconds: int
    is_onsite: bool = False
    level: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a duty is met on a day; `citation` names the rule it rests on."""

    state: ObligationState
    credited_seconds: int
    onsite_seconds: int
    levels_done: list[str]
    met_on: date | None
    citation: str


def judge(
    *,
    obligations: Iterable[Obligation],
    credits: Iterable[Credit],
    on: date,
    ended_on: date | None = None,
) -> dict[UUID, Verdict]:
    """Return the verdict on each obligation (loaded with its rule), by public id.

    The obligations are those of one career; they need not be saved yet.

    Only what was learned in the period counts; initial duties may be caught up on
    later and then say so. Seconds that initial hours used up don't count again for
    the annual hours of the same group. Hours on site are converted by their own
    minutes where the rule has such. `ended_on` is the last day of the employment.
    """
    by_day: dict[date, list[Credit]] = defaultdict(list)
    for credit in credits:
        if credit.on <= on:
            by_day[credit.on].append(credit)
    days = sorted(by_day.items())
    used: dict[tuple[str, date], int] = defaultdict(int)
    ordered = sorted(
        obligations, key=lambda o: (o.phase != TrainingPhase.INITIAL, o.period_start)
    )
    return {one.public_id: _judge(one, days, used, on, ended_on) for one in ordered}


def _judge(
    one: Obligation,
    days: Sequence[tuple[date, list[Credit]]],
    used: dict[tuple[str, date], int],
    on: date,
    ended_on: date | None,
) -> Verdict:
    is_annual = one.phase == TrainingPhase.ANNUAL
    credited = onsite = 0
    levels: list[str] = []
    met_on = None
    for day, rows in days:
        if day < one.period_start or (is_annual and day > one.period_end):
            continue
        onsite += sum(row.seconds for row in rows if row.is_onsite)
        levels += [row.level for row in rows if row.level and row.level not in levels]
        worth = sum(_worth(one, row) for row in rows)
        if one.topic == RuleTopic.HOURS and is_annual:
            worth = max(0, worth - used[one.category, day])
        elif one.topic == RuleTopic.HOURS and one.phase == TrainingPhase.INITIAL:
            left = max(0, one.required_seconds - credited)
            used[one.category, day] += min(left, worth)
        credited += worth
        if met_on is None and _is_met(one, credited, onsite, levels):
            met_on = day
    return Verdict(
        state=_state(one, met_on, on, ended_on),
        credited_seconds=credited,
        onsite_seconds=onsite,
        levels_done=[level for level in one.levels if level in levels],
        met_on=met_on,
        citation=one.rule.citation,
    )


def _worth(one: Obligation, row: Credit) -> int:
    onsite_hour = one.rule.onsite_hour_seconds
    if row.is_onsite and onsite_hour:
        return row.seconds * one.rule.hour_seconds // onsite_hour
    return row.seconds


def _is_met(one: Obligation, credited: int, onsite: int, levels: list[str]) -> bool:
    return (
        credited >= one.required_seconds
        and onsite >= one.required_onsite_seconds
        and all(level in levels for level in one.levels)
    )


def _state(
    one: Obligation, met_on: date | None, on: date, ended_on: date | None
) -> ObligationState:
    if met_on is not None:
        is_late = met_on > one.period_end
        return ObligationState.MET_LATE if is_late else ObligationState.MET
    if ended_on is not None and ended_on < on and ended_on <= one.period_end:
        return ObligationState.ENDED
    return ObligationState.OVERDUE if on > one.period_end else ObligationState.OPEN
