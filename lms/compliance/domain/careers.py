"""What a person owes, from the posts they held: no rows are read or written here.

A career is everything one person did for one employer, over all memberships. Days are
those of Asia/Shanghai.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.compliance.domain.rules import RuleBook
from lms.compliance.enums import RuleTopic, TrainingPhase
from lms.compliance.models import TrainingRule

# Duties of a new post are found this long after it began, and all year.
LOOK_BACK = timedelta(days=90)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Post:
    """A post in a career.

    Attributes:
        group: the group of the rules (`rules.group_of`).
        industry: GB/T 4754 code of the employer.
    """

    membership_id: int
    position_id: int | None
    group: str
    industry: str
    starts_on: date
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty: which rule it follows from and when it is due."""

    membership_id: int
    group: str
    rule: TrainingRule
    period_start: date
    period_end: date

    @property
    def key(self) -> tuple[int, str, str, str, date]:
        """What makes a duty the same duty, whatever rule it came from."""
        rule = self.rule
        return (
            self.membership_id,
            str(rule.phase),
            str(rule.topic),
            self.group,
            self.period_start,
        )


def owed_on(
    *,
    posts: Sequence[Post],
    book: RuleBook,
    on: date,
    unmet: Collection[tuple[int, str]] = (),
) -> list[Owed]:
    """Return the duties of a career in the period that holds `on`.

    Initial training in the year of a first post (and 90 days later, so that nobody
    slips through at the turn of the year); the levels again after a change of post or
    a year away; the annual hours from the next calendar year on. The rules are those
    of the day on which the duty arises. Part-time work owes the same. `unmet` names
    (membership, group) of initial duties that ended unfulfilled: who comes back owes
    them still.
    """
    ordered = sorted(posts, key=lambda post: (post.starts_on, post.membership_id))
    found: dict[tuple[int, str, str, str, date], Owed] = {}
    for index, post in enumerate(ordered):
        if not post.holds_on(on):
            continue
        earlier = ordered[:index]
        owed = [*_annual(post, ordered, book, on)]
        if post.starts_on.year == on.year or on - post.starts_on <= LOOK_BACK:
            owed += _at_the_beginning(post, earlier, book, unmet)
        for one in owed:
            found.setdefault(one.key, one)
    return list(found.values())


def _at_the_beginning(
    post: Post,
    earlier: Sequence[Post],
    book: RuleBook,
    unmet: Collection[tuple[int, str]],
) -> Iterator[Owed]:
    phase = _phase_of(post, earlier, unmet)
    for topic in RuleTopic.values if phase else ():
        rule = book.find(
            category=post.group,
            industry=post.industry,
            phase=str(phase),
            topic=topic,
            on=post.starts_on,
        )
        if rule is not None:
            due_on = post.starts_on + timedelta(days=rule.due_days)
            yield Owed(post.membership_id, post.group, rule, post.starts_on, due_on)


def _phase_of(
    post: Post, earlier: Sequence[Post], unmet: Collection[tuple[int, str]]
) -> TrainingPhase | None:
    same = [one for one in earlier if one.group == post.group]
    if not same:
        return TrainingPhase.INITIAL
    if any((one.membership_id, one.group) in unmet for one in same):
        return TrainingPhase.INITIAL
    # Article 17: a change of post, or back after a year and more away from it.
    last_day = max(one.ends_on or post.starts_on - ONE_DAY for one in earlier)
    if _a_year_after(last_day + ONE_DAY) <= post.starts_on:
        return TrainingPhase.RETURN
    is_known = same[-1].position_id == post.position_id
    return None if is_known else TrainingPhase.TRANSFER


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)


def _annual(
    post: Post, ordered: Sequence[Post], book: RuleBook, on: date
) -> Iterator[Owed]:
    began = min(one.starts_on for one in ordered if one.group == post.group)
    if began.year >= on.year:
        return
    start = date(on.year, 1, 1)
    for topic in RuleTopic.values:
        rule = book.find(
            category=post.group,
            industry=post.industry,
            phase=TrainingPhase.ANNUAL,
            topic=topic,
            on=start,
        )
        if rule is not None:
            yield Owed(
                post.membership_id, post.group, rule, start, date(on.year, 12, 31)
            )
