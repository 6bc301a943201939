"""Find work that a lost message or a killed worker left behind."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from certificates.domain.awards import sweep_awards
from certificates.domain.issuing import attach_pdf, issue_for_enrollment
from certificates.models import Certificate, IssueProblem
from courses.models import Enrollment

logger = logging.getLogger(__name__)

BATCH = 200
# Younger ones are with the worker that the message reached.
PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Swept:
    issued: int
    rendered: int


def sweep(*, now: datetime) -> Swept:
    """Issue what was earned and is not there; render what has no PDF."""
    issued = sum(
        issue_for_enrollment(enrollment_id=pk, now=now) is not None
        for pk in _without_certificate(now)
    )
    issued += sweep_awards(now=now, most=BATCH)
    rendered = sum(_render(pk) for pk in _without_pdf(now))
    if issued or rendered:
        logger.info("Swept: %s certificates issued, %s rendered", issued, rendered)
    return Swept(issued=issued, rendered=rendered)


def _without_certificate(now: datetime) -> list[int]:
    mine = OuterRef("pk")
    certificates = Certificate.objects.current().filter(enrollment=mine)
    waiting = IssueProblem.objects.filter(enrollment=mine, retry_after__gt=now)
    rows = Enrollment.objects.filter(
        ~Exists(certificates), ~Exists(waiting), completed_at__lte=now - PATIENCE
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _without_pdf(now: datetime) -> list[int]:
    rows = Certificate.objects.without_pdf().filter(issued_at__lte=now - PATIENCE)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _render(certificate_id: int) -> bool:
    try:
        return bool(attach_pdf(certificate_id=certificate_id).pdf)
    except Exception:  # one bad certificate must not keep the others waiting
        logger.exception("Certificate %s could not be rendered", certificate_id)
        return False
