"""Study time becomes ledger entries, in the same transaction; members get duties."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.signals import post_save
from django.dispatch import receiver

from courses.models import Enrollment, PlaybackSession
from courses.signals import study_time_verified, unit_completed
from lms.compliance.domain.ledger import append_credit
from lms.compliance.enums import CreditSource
from lms.compliance.tasks import recompute_duties
from lms.organizations.enums import MembershipRole
from lms.organizations.models import Membership


@receiver(study_time_verified, dispatch_uid="compliance.credit_study_time")
def credit_study_time(
    sender: Any,
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    seconds: int,
    session: PlaybackSession,
    now: datetime,
    **kwargs: Any,
) -> None:
    append_credit(
        enrollment=enrollment,
        unit_key=unit_key,
        seconds=seconds,
        source=CreditSource.VERIFIED_TIME,
        evidence={"session": str(session.public_id), "medium": session.medium},
        now=now,
    )


@receiver(unit_completed, dispatch_uid="compliance.credit_completion")
def credit_completion(
    sender: Any,
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    credit_seconds: int,
    evidence: dict[str, Any],
    now: datetime,
    **kwargs: Any,
) -> None:
    if not credit_seconds:
        return
    is_signed = evidence.get("kind") == "sign_off"
    append_credit(
        enrollment=enrollment,
        unit_key=unit_key,
        seconds=credit_seconds,
        source=CreditSource.SIGN_OFF if is_signed else CreditSource.COMPLETION,
        evidence=evidence,
        now=now,
    )


@receiver(post_save, sender=Membership, dispatch_uid="compliance.follow_membership")
def follow_membership(sender: Any, *, instance: Membership, **kwargs: Any) -> None:
    """A new place, post or end: duties follow at once, the hourly run is the net."""
    if instance.role == MembershipRole.EMPLOYEE:
        # celery-types does not know Celery's Django task yet.
        recompute_duties.delay_on_commit([instance.pk])  # type: ignore[attr-defined]
