"""What waits for the people who edit: their drafts, items, videos, and the numbers."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page

from certificates.models import Certificate
from courses.models import CoursePage
from exams.enums import ItemStatus
from exams.models import Item
from lms.accounts.models import User
from lms.core.scope import scope_for
from lms.notifications.enums import DeliveryState
from lms.notifications.models import EmailDelivery
from lms.organizations.enums import MembershipState
from lms.organizations.models import Membership, Organization
from media_pipeline.enums import AssetState
from media_pipeline.models import Asset

SHOWN = 6


@dataclass(frozen=True)
class Shortlist:
    """The first rows of something, and how many there are."""

    rows: list[Any]
    total: int


def _shortlist(rows: QuerySet[Any]) -> Shortlist:
    found = list(rows[: SHOWN + 1])
    total = len(found) if len(found) <= SHOWN else rows.count()
    return Shortlist(found[:SHOWN], total)


def drafts_of(user: User) -> Shortlist:
    """Return the pages whose newest draft is the person's own, newest first."""
    rows = Page.objects.filter(
        has_unpublished_changes=True, latest_revision__user=user
    ).select_related("locale", "content_type")
    return _shortlist(rows.order_by("-latest_revision_created_at", "pk"))


def items_to_recheck(user: User) -> Shortlist:
    """Return the items that wait for a second look, of banks the person may edit."""
    rows = Item.objects.visible_to(user).non_polymorphic()
    rows = rows.filter(status=ItemStatus.NEEDS_RECHECK).select_related("bank")
    return _shortlist(rows.order_by("pk"))


def failed_videos(user: User) -> Shortlist:
    """Return the uploads that could not be converted and that the person may mend."""
    rows = Asset.objects.editable_by(user).filter(state=AssetState.FAILED)
    return _shortlist(rows.order_by("-pk"))


@dataclass(frozen=True)
class Numbers:
    """The size of the site; the second half is for operators only."""

    pages: int
    courses: int
    organizations: int | None = None
    members: int | None = None
    certificates: int | None = None
    failed_emails: int | None = None


def site_numbers(user: User) -> Numbers:
    """Count what is live; operators also see organizations and trouble."""
    content = {
        "pages": Page.objects.live().filter(depth__gt=2).count(),
        "courses": CoursePage.objects.live()
        .values("translation_key")
        .distinct()
        .count(),
    }
    if not scope_for(user).is_staff_all:
        return Numbers(**content)
    return Numbers(
        **content,
        organizations=Organization.objects.filter(is_active=True).count(),
        members=Membership.objects.filter(
            state=MembershipState.ACTIVE, organization__is_active=True
        )
        .values("user")
        .distinct()
        .count(),
        certificates=Certificate.objects.current().count(),
        failed_emails=EmailDelivery.objects.filter(state=DeliveryState.FAILED).count(),
    )
