"""Which items a learner may practice.

An item that is practiced is an item whose key is known. Hence the rules, all of them:

* the bank is open to practice (`ItemBank.allows_practice`);
* the bank is public, or the platform's, or of an organization the learner belongs to;
  one that is assigned opens with the course whose exam draws from it, one of a
  package to the people of the association's members;
* the item stands on no fixed paper that is closed to practice;
* it is reviewed, in force today, and not waiting for a recheck.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses.models import Enrollment
from exams.enums import ItemStatus, ItemType
from exams.models import Item, ItemBank, Paper, PaperItem
from lms.accounts.models import User
from lms.core import clock
from lms.core.enums import Audience
from lms.core.scope import scope_for
from lms.organizations.enums import PackageItemKind
from lms.organizations.models import PackageItem


def practicable_banks(*, user: User) -> QuerySet[ItemBank]:
    """Return the banks whose items this learner may practice."""
    scope = scope_for(user)
    enrolled = Enrollment.objects.filter(
        learner_id=scope.user_id, state__in=["active", "completed"]
    )
    drawn = Paper.objects.filter(
        exams__quiz_pages__course_key__in=enrolled.values("course_key")
    )
    packaged = PackageItem.objects.open_to(
        scope.member_organization_ids, on=clock.shanghai_date(clock.now())
    ).filter(
        kind=PackageItemKind.BANK,
        key=OuterRef("public_id"),
        package__association_id=OuterRef("owner_organization_id"),
    )
    return ItemBank.objects.filter(allows_practice=True).filter(
        Q(audience=Audience.PUBLIC)
        | Q(audience=Audience.ORGANIZATION, owner_organization_id__isnull=True)
        | Q(
            audience__in=[Audience.ORGANIZATION, Audience.PACKAGE],
            owner_organization_id__in=scope.member_organization_ids,
        )
        | Q(
            audience__in=[Audience.ASSIGNED, Audience.PACKAGE],
            pk__in=Paper.banks.through.objects.filter(paper__in=drawn).values(
                "itembank"
            ),
        )
        | Q(Exists(packaged), audience=Audience.PACKAGE)
    )


def practicable_items(*, user: User, on: date) -> QuerySet[Item]:
    """Return the items this learner may practice on a day: never a case as a whole."""
    secret = PaperItem.objects.filter(paper__allows_practice=False).values("item")
    in_force = Q(effective_to__isnull=True) | Q(effective_to__gte=on)
    alone = Q(parent__isnull=True, status=ItemStatus.REVIEWED)
    # The parts of a case share its fate.
    part = Q(parent__status=ItemStatus.REVIEWED) & (
        Q(parent__effective_to__isnull=True) | Q(parent__effective_to__gte=on)
    )
    return (
        Item.objects.non_polymorphic()
        .filter(in_force, alone | part, current_revision__isnull=False)
        .filter(bank__in=practicable_banks(user=user).values("pk"))
        .exclude(type=ItemType.CASE)
        .exclude(status=ItemStatus.RETIRED)
        .exclude(pk__in=secret)
        .exclude(parent__isnull=False, parent__in=secret)
    )


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A topic with items to practice."""

    id: int
    name: str
    parent_name: str
    count: int


def in_language(items: QuerySet[Item], language: str) -> QuerySet[Item]:
    """Keep the items in the reader's language; all of them where there is none."""
    own = items.filter(language=language)
    return own if own.exists() else items


def topic_choices(*, user: User, on: date, language: str) -> list[TopicChoice]:
    """Return the topics with something to practice, in the order of the tree."""
    items = in_language(practicable_items(user=user, on=on), language)
    rows = (
        items.filter(topic__isnull=False)
        .order_by()
        .values_list("topic_id", "topic__name", "topic__parent__name")
        .annotate(count=Count("pk"))
        .order_by("topic__parent__order", "topic__order", "topic__name")
    )
    return [
        TopicChoice(pk, name, parent or "", count) for pk, name, parent, count in rows
    ]
