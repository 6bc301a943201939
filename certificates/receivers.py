"""What happens below makes certificates; nothing below knows of them."""

import logging
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from certificates.domain.awards import issue_for_attempt
from certificates.domain.doubts import doubt_certificates
from certificates.domain.issuing import issue_for_enrollment
from courses.signals import enrollment_completed
from exams.signals import attempt_finalized, result_changed
from lms.core import clock

logger = logging.getLogger(__name__)


@receiver(enrollment_completed, dispatch_uid="certificates.issue_on_completion")
def issue_on_completion(
    sender: Any, *, enrollment: Any, now: datetime, **kwargs: Any
) -> None:
    """Issue at once, so that the page after the last unit can show the certificate.

    A refusal is kept for staff; anything worse is logged, and the sweep tries again.
    """
    issue_for_enrollment(enrollment_id=enrollment.pk, now=now)


@receiver(attempt_finalized, dispatch_uid="certificates.issue_on_passed_exam")
def issue_on_passed_exam(
    sender: Any, *, attempt: Any, result: Any, **kwargs: Any
) -> None:
    """Issue where the exam itself earns a certificate; the sweep is the net."""
    if result.passed:
        issue_for_attempt(attempt=attempt, now=clock.now())


@receiver(result_changed, dispatch_uid="certificates.doubt_on_changed_result")
def doubt_on_changed_result(
    sender: Any, *, attempt: Any, result: Any, before: Any, reason: str, **kwargs: Any
) -> None:
    """A pass that is none any more puts the certificate in doubt, and no more."""
    if before.passed and not result.passed:
        doubt_certificates(attempt=attempt, reason=reason)
