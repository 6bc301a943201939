"""Extra time for one person in one exam; with a reason, audited."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from exams.errors import InvalidResponse
from exams.models import Accommodation, Exam
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

MAX_MINUTES = 480
MIN_REASON = 2


@transaction.atomic
def grant_extra_time(
    *, exam: Exam, candidate: User, minutes: int, reason: str, by: User
) -> Accommodation:
    """Give a person more time in attempts that start from now on.

    Granting again replaces the minutes. An attempt that runs already is extended by
    the invigilator instead.

    Raises:
        InvalidResponse: `minutes_invalid`, `reason_missing`.
    """
    if not 1 <= minutes <= MAX_MINUTES:
        raise InvalidResponse(
            "minutes_invalid",
            _("Extend by 1 to %(longest)d minutes.") % {"longest": MAX_MINUTES},
        )
    if len(reason.strip()) < MIN_REASON:
        raise InvalidResponse(
            "reason_missing", _("Say why: the reason is kept with the attempt.")
        )
    row, _created = Accommodation.objects.update_or_create(
        exam=exam,
        candidate=candidate,
        defaults={
            "extra_seconds": minutes * 60,
            "reason": reason.strip(),
            "granted_by": by,
        },
    )
    _leave_trace(row, by=by, minutes=minutes)
    return row


@transaction.atomic
def withdraw_extra_time(*, accommodation: Accommodation, by: User) -> None:
    """Take it back for attempts that start from now on; a repeat changes nothing."""
    deleted, _rows = Accommodation.objects.filter(pk=accommodation.pk).delete()
    if deleted:
        _leave_trace(accommodation, by=by, minutes=0)


def _leave_trace(row: Accommodation, *, by: User, minutes: int) -> None:
    # The reason may be about health: it stays with the row, not in the chain.
    record(
        actor=by,
        verb=Verb.EXTRA_TIME_CHANGED,
        obj=row.exam,
        data={"candidate": str(row.candidate.subject_id), "minutes": minutes},
    )


def find_candidate(*, exam: Exam, name: str) -> User | None:
    """Find a person by e-mail or employee number.

    Organizations find their own people only: the form must not tell who else has an
    account here.
    """
    name = name.strip()
    people = User.objects.filter(is_active=True)
    if exam.owner_organization_id is None:
        return people.filter(email__iexact=name).first()
    membership = Q(
        memberships__organization_id=exam.owner_organization_id,
        memberships__state="active",
    )
    return (
        people.filter(
            Q(email__iexact=name) & membership
            | membership & Q(memberships__employee_number=name)
        )
        .distinct()
        .first()
    )
