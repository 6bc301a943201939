"""The posts that members hold, with their days: kept from what memberships say.

`Membership.position` knows today only. Whoever changes it (console, import, admin), the
next synchronization notes the change with its day.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.errors import PostingInvalid, RuleNotPermitted
from lms.compliance.models import Posting
from lms.compliance.tasks import recompute_duties
from lms.organizations.enums import MembershipRole, PositionCategory
from lms.organizations.models import Membership, Position
from lms.organizations.permissions import can_administer

ONE_DAY = timedelta(days=1)


@transaction.atomic
def sync_postings(*, membership_ids: Iterable[int], on: date) -> int:
    """Bring posts in line with memberships; return how many rows changed.

    Three statements, however many members. A position that was changed and changed
    again on one day leaves one post. Safe to repeat.
    """
    members = list(
        Membership.objects.filter(
            pk__in=list(membership_ids), role=MembershipRole.EMPLOYEE, starts_on__lte=on
        )
        .exclude(state="pending")
        .values_list("pk", "position_id", "position__category", "starts_on", "ends_on")
    )
    last: dict[int, Posting] = {}
    rows = Posting.objects.filter(
        membership__in=[row[0] for row in members], is_additional=False
    )
    for row in rows.order_by("starts_on", "pk"):
        last[row.membership_id] = row
    closed: list[Posting] = []
    opened: list[Posting] = []
    for pk, position_id, category, starts_on, ends_on in members:
        _follow(
            last.get(pk),
            Posting(
                membership_id=pk,
                position_id=position_id,
                category=category or PositionCategory.WORKER,
                starts_on=starts_on,
                ends_on=ends_on if ends_on and ends_on <= on else None,
            ),
            on,
            closed,
            opened,
        )
    Posting.objects.bulk_update(
        closed, ["position", "category", "ends_on"], batch_size=500
    )
    Posting.objects.bulk_create(opened, batch_size=1000)
    return len(closed) + len(opened)


def _follow(
    last: Posting | None,
    now: Posting,
    on: date,
    changed: list[Posting],
    opened: list[Posting],
) -> None:
    """Compare the newest post of a membership with what the membership says."""
    if last is None:
        opened.append(now)
        return
    if last.ends_on is not None:
        return  # away, or over; a return has its own row
    if now.ends_on is not None:
        last.ends_on = max(now.ends_on, last.starts_on)
        changed.append(last)
        return
    if (last.position_id, last.category) == (now.position_id, now.category):
        return
    # A member without a position got one: the same post, now with its name.
    if last.starts_on >= on or (
        last.position_id is None and last.category == now.category
    ):
        last.position_id, last.category = now.position_id, now.category
        changed.append(last)
        return
    last.ends_on = on - ONE_DAY
    changed.append(last)
    now.starts_on = on
    opened.append(now)


@transaction.atomic
def add_post(
    *, membership: Membership, position: Position, starts_on: date, by: User
) -> Posting:
    """Note that a member holds another post beside the main one. Safe to repeat.

    Raises:
        RuleNotPermitted: `not_permitted`; see `can_administer`.
        PostingInvalid: `foreign_position` or `before_membership`.
    """
    _refuse(membership, by)
    if position.organization_id != membership.organization_id:
        raise PostingInvalid(
            "foreign_position", _("This position belongs to another organization.")
        )
    if starts_on < membership.starts_on:
        raise PostingInvalid(
            "before_membership", _("The person was not employed on that day.")
        )
    post, is_new = Posting.objects.get_or_create(
        membership=membership,
        position=position,
        is_additional=True,
        ends_on=None,
        defaults={"category": position.category, "starts_on": starts_on},
    )
    if is_new:
        _note(membership, by, {"post": position.pk, "from": starts_on.isoformat()})
    return post


@transaction.atomic
def end_post(*, post: Posting, ends_on: date, by: User) -> Posting:
    """Note the last day of a post beside the main one. Safe to repeat.

    Raises:
        RuleNotPermitted: `not_permitted`.
        PostingInvalid: `main_post` (that one ends with the membership or a move),
            `post_over`, or `days_in_wrong_order`.
    """
    membership = post.membership
    _refuse(membership, by)
    post = Posting.objects.select_for_update().get(pk=post.pk)
    if not post.is_additional:
        raise PostingInvalid("main_post", _("The main post ends by a move."))
    if post.ends_on == ends_on:
        return post
    if post.ends_on is not None:
        raise PostingInvalid("post_over", _("This post has ended already."))
    _refuse_order(post.starts_on, ends_on)
    post.ends_on = ends_on
    post.save(update_fields=["ends_on", "updated_at"])
    _note(membership, by, {"post": post.position_id, "until": ends_on.isoformat()})
    return post


@transaction.atomic
def record_absence(
    *, membership: Membership, starts_on: date, ends_on: date | None, by: User
) -> Posting:
    """Note that a member was away from the post from one day to another, inclusive.

    Without a last day the person is away until `record_return`. Returns the post after
    the return, or the one that was left. Days away are in the past or known ahead.

    Raises:
        RuleNotPermitted: `not_permitted`.
        PostingInvalid: `no_post` on those days, or `days_in_wrong_order`.
    """
    _refuse(membership, by)
    _refuse_order(starts_on, ends_on or starts_on)
    post = Posting.objects.filter(
        membership=membership,
        is_additional=False,
        ends_on=None,
        starts_on__lt=starts_on,
    ).first()
    if post is None:
        raise PostingInvalid("no_post", _("The person held no post on those days."))
    post.ends_on = starts_on - ONE_DAY
    post.save(update_fields=["ends_on", "updated_at"])
    away = {"away_from": starts_on.isoformat()}
    if ends_on is not None:
        away["away_until"] = ends_on.isoformat()
        post = _go_on(post, ends_on + ONE_DAY)
    _note(membership, by, away)
    return post


@transaction.atomic
def record_return(*, membership: Membership, on: date, by: User) -> Posting:
    """Note that a member who was away is back at the post. Safe to repeat.

    Raises:
        RuleNotPermitted: `not_permitted`.
        PostingInvalid: `not_away`, or `days_in_wrong_order`.
    """
    _refuse(membership, by)
    last = last_main_post(membership=membership)
    if last is not None and last.ends_on is None and last.starts_on == on:
        return last
    if last is None or last.ends_on is None or membership.has_ended_by(on):
        raise PostingInvalid("not_away", _("The person is not away from the post."))
    _refuse_order(last.ends_on + ONE_DAY, on)
    post = _go_on(last, on)
    _note(membership, by, {"back_on": on.isoformat()})
    return post


def last_main_post(*, membership: Membership) -> Posting | None:
    """Return the newest main post of a member; one with an end means away, or over."""
    posts = Posting.objects.filter(membership=membership, is_additional=False)
    return posts.order_by("-starts_on", "-pk").first()


def _go_on(post: Posting, on: date) -> Posting:
    """Hold the same post again; a move meanwhile is found by the synchronization."""
    return Posting.objects.create(
        membership=post.membership,
        position=post.position,
        category=post.category,
        starts_on=on,
    )


def _note(membership: Membership, by: User, data: dict[str, Any]) -> None:
    """Keep who noted it, and let the duties follow."""
    record(actor=by, verb=Verb.MEMBERSHIP_CHANGED, obj=membership, data=data)
    # celery-types does not know Celery's Django task yet.
    recompute_duties.delay_on_commit([membership.pk])  # type: ignore[attr-defined]


def _refuse_order(first: date, last: date) -> None:
    if last < first:
        raise PostingInvalid(
            "days_in_wrong_order", _("The last day comes before the first.")
        )


def _refuse(membership: Membership, by: User) -> None:
    if not can_administer(by, membership.organization):
        raise RuleNotPermitted(
            "not_permitted", _("You do not administer this organization.")
        )
