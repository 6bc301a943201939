"""Batches: thousands of certificates as one job that may be killed at any line.

A chunk of rows becomes certificates in one transaction, together with the mark on each
row; a killed worker leaves whole chunks behind and its lease runs out. Then documents
are rendered, from the end, while other processes of the worker start at the beginning;
then people are told. Each step asks the rows what is left to do.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from certificates.domain.facts import gather_facts
from certificates.domain.fonts import require_glyphs
from certificates.domain.issuing import attach_pdfs, tell_holder
from certificates.domain.payload import Facts, Hours
from certificates.domain.photos import (
    NO_PHOTO,
    no_photo,
    photos_of,
    rows_that_wait,
    wants_photo,
)
from certificates.domain.writing import Order, write_certificates
from certificates.enums import CertificateState
from certificates.models import (
    BatchRow,
    Certificate,
    CertificateBatch,
    CertificateTemplate,
)
from certificates.tasks import render_chunk, run_certificate_batch
from courses.models import Enrollment
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.core.enums import JobState
from lms.core.errors import DomainError
from lms.core.jobs import Lease, run_job, wake_jobs
from lms.notifications.domain import notify

CHUNK = 200
# Some seconds of work: the embedded broker is asked once a second for the next one.
RENDER_CHUNK = 100
OPEN = {"certificate__isnull": True, "code": ""}
HAS_CERTIFICATE = "has_certificate"


@dataclass(frozen=True, slots=True)
class Trained:
    """A person of an on-site training; seconds of study time, 0 for none."""

    holder: User
    seconds: int = 0


@transaction.atomic
def submit_completions(
    *, template: CertificateTemplate, name: str, enrollment_ids: Iterable[int],
    by: User | None, organization_id: int | None = None,
) -> CertificateBatch:  # fmt: skip
    """Queue certificates for completed enrollments; those that have one stay as is."""
    batch = CertificateBatch.objects.create(
        template=template, name=name, organization_id=organization_id, created_by=by
    )
    _add_rows(
        batch,
        (
            BatchRow(batch=batch, position=place, enrollment_id=pk)
            for place, pk in enumerate(enrollment_ids, start=1)
        ),
    )
    return batch


@transaction.atomic
def submit_training(
    *, template: CertificateTemplate, name: str, title: str, completed_on: date,
    people: list[Trained], by: User, evidence: tuple[str, bytes],
    organization_id: int | None = None, organization_name: str = "",
) -> CertificateBatch:  # fmt: skip
    """Queue certificates for an on-site training; `evidence` is (file name, content).

    The evidence (attendance list, photos) is kept with the batch, in private storage.
    """
    batch = CertificateBatch(
        template=template, name=name, organization_id=organization_id, created_by=by
    )
    filename, content = evidence
    batch.evidence.save(PurePath(filename).name[-80:], ContentFile(content), save=False)
    batch.save()
    facts = {
        "title": title,
        "completed_on": completed_on.isoformat(),
        "organization_name": organization_name,
    }
    _add_rows(
        batch,
        (
            BatchRow(
                batch=batch,
                position=place,
                holder=person.holder,
                facts=json.dumps(facts | {"seconds": person.seconds}),
            )
            for place, person in enumerate(people, start=1)
        ),
    )
    return batch


def _add_rows(batch: CertificateBatch, rows: Iterable[BatchRow]) -> None:
    batch.total = len(BatchRow.objects.bulk_create(rows, batch_size=500))
    batch.save(update_fields=["total"])
    record(
        actor=batch.created_by,
        verb=Verb.CERTIFICATE_BATCH_SUBMITTED,
        obj=batch,
        data={"rows": batch.total},
    )
    run_certificate_batch.delay_on_commit(batch.pk)  # type: ignore[attr-defined]


@transaction.atomic
def retry_batch(
    *, batch: CertificateBatch, by: User, only: QuerySet[BatchRow] | None = None
) -> bool:
    """Queue an ended batch once more for whom it refused; return whether it was ended.

    Whoever has the certificate already stays refused: nobody gets a second one. With
    `only`, the other refused rows stay as they are.
    """
    ended = CertificateBatch.objects.filter(
        pk=batch.pk, state__in=(JobState.DONE, JobState.FAILED)
    )
    if not ended.update(
        state=JobState.QUEUED, attempts=0, error="", finished_at=None,
        updated_at=clock.now(),
    ):  # fmt: skip
        return False
    refused = batch.rows.exclude(code__in=("", HAS_CERTIFICATE))
    if only is not None:
        refused = refused.filter(pk__in=list(only.values_list("pk", flat=True)))
    opened = refused.update(code="", message="")
    record(
        actor=by,
        verb=Verb.CERTIFICATE_BATCH_RETRIED,
        obj=batch,
        data={"rows": opened},
    )
    run_certificate_batch.delay_on_commit(batch.pk)  # type: ignore[attr-defined]
    return True


def retry_for_photo(*, holder: User) -> None:
    """Queue the batches that refused a person for want of a photo, for them alone."""
    rows = rows_that_wait(holder=holder)
    for batch in CertificateBatch.objects.filter(pk__in=rows.values("batch")):
        retry_batch(batch=batch, by=holder, only=rows)


def run_batch(*, batch_id: int) -> bool:
    """Do what is left of a batch if it can be claimed; return whether this call did."""
    rows = CertificateBatch.objects.select_related("template__issuer", "created_by")
    return run_job(rows, job_id=batch_id, work=_work)


def _work(lease: Lease[CertificateBatch]) -> None:
    _issue_rows(lease)
    _render_rows(lease)
    _tell_people(lease)
    _ask_for_photos(lease)
    lease.finish(**progress_of(lease.job))


def _renew(lease: Lease[CertificateBatch]) -> None:
    """Lengthen the lease, in the transaction of the work: a lost one rolls it back."""
    lease.renew(**progress_of(lease.job))


def progress_of(batch: CertificateBatch) -> dict[str, int]:
    """Count the rows: issued, refused, rendered."""
    rows = BatchRow.objects.filter(batch=batch)
    return {
        "issued": rows.filter(certificate__isnull=False).count(),
        "refused": rows.exclude(code="").count(),
        "rendered": rows.filter(certificate__isnull=False)
        .exclude(certificate__pdf="")
        .count(),
    }


# --- issue ---


def _issue_rows(lease: Lease[CertificateBatch]) -> None:
    batch = lease.job
    reader = batch.created_by.language if batch.created_by else settings.LANGUAGE_CODE
    while rows := list(
        BatchRow.objects.filter(batch=batch, **OPEN)
        .select_related("enrollment__learner", "enrollment__syllabus", "holder")
        .order_by("position")[:CHUNK]
    ):
        orders = {}
        photos = _photos_of(batch, rows)
        # Whoever handed the batch in reads why a row was refused.
        with translation.override(reader):
            for row in rows:
                order = _order_of(batch, row, photos)
                if order is not None:
                    orders[row.pk] = order
            _issue_chunk(lease, rows, orders)


def _holder_of(row: BatchRow) -> User:
    return row.enrollment.learner if row.enrollment else row.holder  # type: ignore[return-value]


def _photos_of(batch: CertificateBatch, rows: list[BatchRow]) -> dict[int, str] | None:
    """Return the photos of a chunk; None when the template shows none."""
    if not wants_photo(batch.template.layout):
        return None
    return photos_of([_holder_of(row) for row in rows])


def _order_of(
    batch: CertificateBatch, row: BatchRow, photos: dict[int, str] | None
) -> Order | None:
    """Return the order of a row; a refusal is noted on the row instead."""
    template = batch.template
    try:
        if row.enrollment is None:
            facts = _facts_of(batch, row)
        elif row.enrollment.completed_at is None:
            _refuse(row, "not_completed", _("The course is not completed."))
            return None
        else:
            facts = gather_facts(enrollment=row.enrollment, language=template.language)
        printed = [facts.title, facts.title_other, facts.organization_name]
        name = facts.holder.get_full_name()
        if not name.strip():
            _refuse(row, "no_name", _("The person has no name."))
            return None
        require_glyphs({"texts": [*printed, name]})
        if photos is not None and facts.holder.pk not in photos:
            raise no_photo()
    except DomainError as error:
        _refuse(row, error.code, str(error.message))
        return None
    return Order(facts=facts, template=template, enrollment=row.enrollment)


def _facts_of(batch: CertificateBatch, row: BatchRow) -> Facts:
    data = json.loads(str(row.facts or "{}"))
    seconds = data["seconds"]
    return Facts(
        holder=row.holder,  # type: ignore[arg-type]
        title=data["title"],
        completed_on=date.fromisoformat(data["completed_on"]),
        organization_id=batch.organization_id,
        organization_name=data["organization_name"],
        hours=(Hours(seconds=seconds),) if seconds else (),
    )


def _refuse(row: BatchRow, code: str, message: str) -> None:
    row.code, row.message = code, message[:500]


@transaction.atomic
def _issue_chunk(
    lease: Lease[CertificateBatch], rows: list[BatchRow], orders: dict[int, Order]
) -> None:
    """Write certificates and marks together, so that neither is there alone."""
    batch, now = lease.job, clock.now()
    written = write_certificates(orders=list(orders.values()), now=now)
    waiting = iter(written)
    certificate = next(waiting, None)
    for row in rows:
        if row.pk not in orders:
            continue
        if certificate is not None and _is_of(certificate, orders[row.pk]):
            row.certificate, certificate = certificate, next(waiting, None)
        else:
            _refuse(row, HAS_CERTIFICATE, _("The person has it already."))
    BatchRow.objects.bulk_update(
        rows, ["certificate", "code", "message"], batch_size=CHUNK
    )
    _renew(lease)
    if written:
        record(
            actor=batch.created_by,
            verb=Verb.CERTIFICATE_ISSUED,
            obj=batch,
            data={
                "numbers": [certificate.number for certificate in written],
                "register_index": written[0].register_index,
            },
        )
    keys = [certificate.pk for certificate in written]
    for start in range(0, len(keys), RENDER_CHUNK):
        part = keys[start : start + RENDER_CHUNK]
        render_chunk.delay_on_commit(part)  # type: ignore[attr-defined]


def _is_of(certificate: Certificate, order: Order) -> bool:
    """Tell whether it was written for the order: both come in one sequence."""
    enrollment_id = order.enrollment.pk if order.enrollment else None
    return (certificate.enrollment_id, certificate.holder_id) == (
        enrollment_id,
        order.facts.holder.pk,
    )


# --- documents and messages ---


def render_certificates(*, certificate_ids: list[int]) -> int:
    """Render those that have no document yet; return how many got one here."""
    rows = Certificate.objects.without_pdf().filter(pk__in=certificate_ids)
    return attach_pdfs(certificates=rows)


def _render_rows(lease: Lease[CertificateBatch]) -> None:
    """Render from the end: other processes of the worker come from the beginning."""
    waiting = Certificate.objects.filter(
        batch_row__batch=lease.job, pdf="", state=CertificateState.ISSUED
    ).order_by("-register_index")
    while rows := list(waiting[:RENDER_CHUNK]):
        attach_pdfs(certificates=rows)
        _renew(lease)


def _tell_people(lease: Lease[CertificateBatch]) -> None:
    rows = BatchRow.objects.filter(
        batch=lease.job, certificate__isnull=False, is_told=False
    ).select_related("certificate__holder")
    while part := list(rows.order_by("position")[:RENDER_CHUNK]):
        with transaction.atomic():
            for row in part:
                tell_holder(row.certificate)  # type: ignore[arg-type]
            keys = [row.pk for row in part]
            BatchRow.objects.filter(pk__in=keys).update(is_told=True)
            _renew(lease)


def _ask_for_photos(lease: Lease[CertificateBatch]) -> None:
    """Tell whom the batch refused for want of a photo, once for each batch."""
    rows = BatchRow.objects.filter(batch=lease.job, code=NO_PHOTO)
    rows = rows.select_related("enrollment__learner", "holder").order_by("position")
    for count, row in enumerate(rows):
        if count % RENDER_CHUNK == 0:
            _renew(lease)
        holder = _holder_of(row)
        with translation.override(holder.language):
            notify(
                recipient=holder,
                kind="certificate_photo",
                subject=_("A certificate waits for your photo."),
                body=_("%(title)s: it is issued as soon as you hand one in.")
                % {"title": lease.job.name},
                url="/learn/certificates/photo/",
                dedupe_key=f"photo:{lease.job.public_id}",
            )


def wake_batches() -> int:
    """Send for batches that wait or whose worker is gone; return how many."""
    return wake_jobs(CertificateBatch.objects.all(), send=_send)


def _send(batch_id: int) -> None:
    run_certificate_batch.delay_on_commit(batch_id)  # type: ignore[attr-defined]


def completed_without_certificate(
    *, course_key: Any, organization_id: int | None = None
) -> list[int]:
    """Return the completed enrollments of a course that have no certificate."""
    rows = Enrollment.objects.filter(
        course_key=course_key, completed_at__isnull=False
    ).exclude(
        pk__in=Certificate.objects.current()
        .filter(enrollment__isnull=False)
        .values("enrollment_id")
    )
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    return list(rows.order_by("completed_at", "pk").values_list("pk", flat=True))
