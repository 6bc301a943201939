"""How much study time stands to someone's credit."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet, Sum

from lms.compliance.models import CreditEntry
from lms.organizations.models import Membership


def credited_seconds(
    *,
    subject_id: UUID,
    membership: Membership | None = None,
    course_key: UUID | None = None,
    year: int | None = None,
) -> int:
    """Return the seconds in the ledger; years are those of Asia/Shanghai.

    With a membership only what counts for it.
    """
    rows: QuerySet[CreditEntry] = CreditEntry.objects.filter(subject_id=subject_id)
    if membership is not None:
        rows = rows.filter(membership_id=membership.pk)
    if course_key is not None:
        rows = rows.filter(course_key=course_key)
    if year is not None:
        rows = rows.filter(credited_on__year=year)
    return int(rows.aggregate(total=Sum("seconds"))["total"] or 0)


def credited_seconds_of_memberships(
    *, membership_ids: Iterable[int], year: int | None = None
) -> dict[int, int]:
    """Return the seconds per membership, in one query; none means 0."""
    ids = set(membership_ids)
    rows: QuerySet[CreditEntry] = CreditEntry.objects.filter(membership_id__in=ids)
    if year is not None:
        rows = rows.filter(credited_on__year=year)
    sums = rows.order_by().values_list("membership_id").annotate(total=Sum("seconds"))
    return dict.fromkeys(ids, 0) | {int(pk): int(total) for pk, total in sums}
