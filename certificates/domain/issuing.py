"""Issue: row, register leaf and number in one transaction, then the document."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import translation
from django.utils.translation import gettext as _

from certificates.domain.facts import facts_again, gather_facts
from certificates.domain.payload import Facts
from certificates.domain.photos import NO_PHOTO, rows_that_wait
from certificates.domain.rendering import render_pdf, sign_pdf
from certificates.domain.templates import family_of
from certificates.domain.writing import Order, write_certificates
from certificates.enums import CertificateState
from certificates.errors import IssueRefused
from certificates.models import Certificate, CertificateTemplate, IssueProblem
from certificates.tasks import render_certificate
from courses.models import Enrollment
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.errors import DomainError
from lms.core.signing import signing_key
from lms.notifications.domain import notify
from lms.ui.languages import site_path

logger = logging.getLogger(__name__)

OBJECT_TYPE = "certificates.certificate"
RETRY_AFTER = timedelta(hours=1)


def issue_certificate(
    *, enrollment: Enrollment, now: datetime, by: User | None = None
) -> Certificate:
    """Issue the certificate of a completed enrollment; asked again, return the same.

    A revoked certificate is returned too: completing once does not earn a second one.
    The PDF follows in the worker (`attach_pdf`).

    Raises:
        IssueRefused: `not_completed` or `no_template`.
        GlyphMissing: a character of the name or title can't be printed.
        RegisterBehind: see `certificates.domain.register`.
    """
    existing = _current_of(enrollment)
    if existing is not None:
        return existing
    if enrollment.completed_at is None:
        raise IssueRefused("not_completed", _("The course has to be completed first."))
    template = pick_template(enrollment=enrollment)
    facts = gather_facts(enrollment=enrollment, language=template.language)
    try:
        order = Order(facts=facts, template=template, enrollment=enrollment)
        return issue_order(order=order, by=by, now=now)
    except IntegrityError:
        # Another worker issued it between our look and our write.
        existing = _current_of(enrollment)
        if existing is None:
            raise
        return existing


def _current_of(enrollment: Enrollment) -> Certificate | None:
    return Certificate.objects.current().filter(enrollment=enrollment).first()


def pick_template(*, enrollment: Enrollment) -> CertificateTemplate:
    """Return the template in the learner's language, the organization's first.

    Of several that which was set up first, in its newest version: one that was added
    for other occasions does not take over the courses.

    Raises:
        IssueRefused: `no_template`.
    """
    owners = Q(owner_organization_id__isnull=True)
    if enrollment.organization_id is not None:
        owners |= Q(owner_organization_id=enrollment.organization_id)
    templates = CertificateTemplate.objects.filter(
        owners, is_active=True, issuer__is_active=True
    ).select_related("issuer")
    first_version = CertificateTemplate.objects.filter(
        issuer=OuterRef("issuer"), name=OuterRef("name"),
        language=OuterRef("language"), version=1,
    )  # fmt: skip
    templates = templates.annotate(set_up=Subquery(first_version.values("pk")[:1]))
    language = enrollment.learner.language
    ranked = sorted(
        templates,
        key=lambda t: (
            t.language == language,
            t.owner_organization_id is not None,
            -(t.set_up or t.pk),
        ),
    )
    if not ranked:
        raise IssueRefused("no_template", _("No certificate template is set up yet."))
    return ranked[-1]


@transaction.atomic
def issue_order(
    *, order: Order, by: User | None, now: datetime, reason: str = ""
) -> Certificate:
    """Write, audit and tell; the document follows in the worker.

    Raises:
        IntegrityError: somebody issued it meanwhile; nothing is written then.
    """
    written = write_certificates(orders=[order], now=now)
    if not written:
        raise IntegrityError("issued meanwhile; the serial rolls back")
    certificate = written[0]
    record(
        actor=by,
        verb=Verb.CERTIFICATE_ISSUED,
        object_type=OBJECT_TYPE,
        object_id=certificate.number,
        organization_id=certificate.organization_id,
        data={
            "kind": str(order.kind),
            "register_index": certificate.register_index,
            **({"reason": reason[:300]} if reason else {}),
        },
    )
    tell_holder(certificate)
    render_certificate.delay_on_commit(certificate.pk)  # type: ignore[attr-defined]
    return certificate


def issue_from_facts(
    *, facts: Facts, template: CertificateTemplate, now: datetime, by: User | None
) -> Certificate:
    """Issue a certificate that no enrollment stands behind (on-site training).

    Not idempotent: the caller says when a second one is meant.
    """
    return issue_order(order=Order(facts=facts, template=template), by=by, now=now)


@transaction.atomic
def reissue_certificate(
    *, certificate: Certificate, by: User, now: datetime, reason: str = ""
) -> Certificate:
    """Replace a certificate by one with today's facts, such as a corrected name.

    The old one stays in the register and verifies as superseded from now on. Without
    an enrollment (on-site training) the facts are those of the old one; only the
    person's name is today's.

    Raises:
        IssueRefused: `not_replaceable` unless it is issued and not erased.
    """
    if not certificate.payload or certificate.state != CertificateState.ISSUED:
        raise IssueRefused("not_replaceable", _("This certificate cannot be replaced."))
    enrollment = certificate.enrollment
    if enrollment is None:
        template = newest_version(certificate.template)
        facts = facts_again(certificate)
    else:
        template = pick_template(enrollment=enrollment)
        facts = gather_facts(enrollment=enrollment, language=template.language)
    changed = Certificate.objects.filter(
        pk=certificate.pk, state=CertificateState.ISSUED
    ).update(state=CertificateState.SUPERSEDED)
    if not changed:
        raise IssueRefused("not_replaceable", _("This certificate cannot be replaced."))
    order = Order(
        facts=facts, template=template, enrollment=enrollment, replaces=certificate,
        exam_id=certificate.exam_id, obligation_id=certificate.obligation_id,
    )  # fmt: skip
    return issue_order(order=order, by=by, now=now, reason=reason)


def newest_version(template: CertificateTemplate) -> CertificateTemplate:
    """Return the version of a template that is in use, itself if none is."""
    family = family_of(template).filter(is_active=True)
    found = family.select_related("issuer").order_by("-version").first()
    return found or template


def tell_holder(certificate: Certificate) -> None:
    """Send the message that a certificate is there; once, however often it is asked."""
    with translation.override(certificate.holder.language):
        notify(
            recipient=certificate.holder,
            kind="certificate_issued",
            subject=_("Your certificate is ready"),
            body=_("%(title)s, number %(number)s.")
            % {"title": certificate.title, "number": certificate.number},
            url=site_path(f"learn/certificates/{certificate.number}/"),
            dedupe_key=f"issued:{certificate.number}",
        )


def attach_pdf(*, certificate_id: int) -> Certificate:
    """Render, sign and store the document once; a repeated call changes nothing.

    Two workers may render the same one: the compare-and-set keeps the first and the
    loser removes its file, so one document exists. A signature is not deterministic,
    which is why the second must not replace it.
    """
    certificate = Certificate.objects.get(pk=certificate_id)
    attach_pdfs(certificates=[certificate])
    certificate.refresh_from_db()
    return certificate


def attach_pdfs(*, certificates: Iterable[Certificate]) -> int:
    """Do the same for several, in one transaction; return how many got one."""
    documents = []
    for certificate in certificates:
        if certificate.pdf or not certificate.payload:
            continue
        unsigned = render_pdf(payload=certificate.facts)
        document = sign_pdf(unsigned, key=signing_key(), reason=certificate.number)
        name = certificate.pdf.storage.save(
            f"certificates/{certificate.year}/{certificate.subject_id.hex[:2]}/"
            f"{certificate.number}.pdf",
            ContentFile(document),
        )
        digest = hashlib.sha256(document).hexdigest()
        documents.append((certificate, name, digest))
    late = []
    with transaction.atomic():
        for certificate, name, digest in documents:
            mine = Certificate.objects.filter(pk=certificate.pk, pdf="")
            if not mine.update(pdf=name, pdf_sha256=digest):
                late.append((certificate, name))
    for certificate, name in late:
        certificate.pdf.storage.delete(name)
    return len(documents) - len(late)


def waits_for_photo(*, holder: User) -> bool:
    """Tell whether a certificate of the person waits for their photo."""
    problems = IssueProblem.objects.of_holder(holder).filter(code=NO_PHOTO)
    return problems.exists() or rows_that_wait(holder=holder).exists()


def issue_for_enrollment(*, enrollment_id: int, now: datetime) -> Certificate | None:
    """Issue on completion; a refusal is kept as `IssueProblem` for staff, not lost."""
    enrollment = Enrollment.objects.select_related("learner").get(pk=enrollment_id)
    try:
        return issue_certificate(enrollment=enrollment, now=now)
    except DomainError as error:
        keep_problem(error=error, now=now, enrollment=enrollment)
        return None


def keep_problem(*, error: DomainError, now: datetime, **occasion: Any) -> None:
    """Keep a refusal for staff and for the sweep, which tries again later.

    `occasion` is one of enrollment, attempt, obligation.
    """
    logger.warning("No certificate for %s: %s", occasion, error.code)
    IssueProblem.objects.update_or_create(
        **occasion,
        defaults={
            "code": error.code,
            "message": str(error.message)[:500],
            "retry_after": now + RETRY_AFTER,
        },
    )
