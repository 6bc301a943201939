"""Items a learner wants to find again."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from exams.domain.practice_pool import practicable_items
from exams.models import Favorite, Item, WrongAnswerCard
from lms.accounts.models import User
from lms.core.clock import shanghai_date
from lms.core.errors import NotFound


def find_favorable(*, learner: User, public_id: str, now: datetime) -> Item:
    """Return an item the learner may mark: one they may practice or got wrong.

    Raises:
        NotFound: there is none, or it is not open to this learner.
    """
    wanted = Item.objects.non_polymorphic().filter(public_id=public_id)
    items = practicable_items(user=learner, on=shanghai_date(now))
    item = items.filter(pk__in=wanted.values("pk")).first()
    if item is None:
        cards = WrongAnswerCard.objects.visible_to(learner)
        item = wanted.filter(pk__in=cards.values("item")).first()
    if item is None:
        raise NotFound("item_not_found", _("There is no such question."))
    return item


def set_favorite(
    *, learner: User, item: Item, is_favorite: bool, now: datetime
) -> bool:
    """Mark or unmark an item. Repeating is harmless."""
    if is_favorite:
        Favorite.objects.get_or_create(
            learner=learner, item=item, defaults={"created_at": now}
        )
    else:
        Favorite.objects.filter(learner=learner, item=item).delete()
    return is_favorite


def shown_favorites(*, user: User, on: date) -> QuerySet[Favorite]:
    """Return the favorites that are open to the learner, ready to be shown."""
    items = practicable_items(user=user, on=on)
    return (
        Favorite.objects.visible_to(user)
        .filter(item__in=items.values("pk"))
        .select_related(
            *("item__current_revision", "item__topic"),
            "item__parent__current_revision",
        )
    )
