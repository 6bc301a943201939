import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from certificates.enums import CertificateState, RevocationReason
from certificates.models.issuer import CertificateTemplate, Issuer
from certificates.querysets import CertificateQuerySet, ProblemQuerySet
from lms.core.crypto import EncryptedTextField
from lms.core.models import AppendOnlyModel, TimeStampedModel
from lms.core.storage import private_storage


class Certificate(TimeStampedModel):
    """What someone holds: a frozen payload, one document and a leaf of the register.

    Personal text lives in `payload` only (encrypted). Erasure, when the statutory
    retention ends, empties payload, salt and file; the row and its leaf stay.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="certificates")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    template = models.ForeignKey(
        CertificateTemplate, models.PROTECT, related_name="certificates"
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="certificates"
    )
    subject_id = models.UUIDField(db_index=True)
    organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    course_key = models.UUIDField(null=True, blank=True, db_index=True)
    enrollment = models.ForeignKey(
        "courses.Enrollment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
    )
    # Without a course: the exam or the statutory duty that earned it.
    exam = models.ForeignKey(
        "exams.Exam", models.PROTECT, null=True, blank=True, related_name="+"
    )
    obligation = models.ForeignKey(
        "compliance.Obligation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=CertificateState.choices,
        default=CertificateState.ISSUED,
    )
    language = models.CharField(max_length=10, default="zh-hans")
    title = models.CharField(_("title"), max_length=255)
    payload = EncryptedTextField(context="certificates.certificate.payload", null=True)
    salt = models.BinaryField(max_length=32, null=True)
    photo_sha256 = models.CharField(max_length=64, blank=True)
    kid = models.CharField(max_length=43)
    register_index = models.BigIntegerField(unique=True)
    pdf = models.FileField(storage=private_storage, max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    issued_at = models.DateTimeField(_("issued at"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    validity_rule = models.SlugField(_("validity rule"), max_length=40, blank=True)
    review_on = models.DateField(_("review due"), null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        permissions = [("revoke_certificate", "Can revoke certificates")]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "year", "serial"],
                name="certificates_certificate_unique_serial",
            ),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=~Q(state="superseded"),
                name="certificates_certificate_one_current",
            ),
            models.UniqueConstraint(
                fields=["exam", "holder"],
                condition=~Q(state="superseded"),
                name="certificates_certificate_one_per_exam",
            ),
            models.UniqueConstraint(
                fields=["obligation"],
                condition=~Q(state="superseded"),
                name="certificates_certificate_one_per_duty",
            ),
            models.CheckConstraint(
                condition=(Q(pdf="") & Q(pdf_sha256=""))
                | (~Q(pdf="") & ~Q(pdf_sha256="")),
                name="certificates_certificate_pdf_with_hash",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def frozen(self) -> bytes:
        """The payload as it was hashed: canonical JSON; empty once erased."""
        return str(self.payload or "").encode()

    @property
    def facts(self) -> dict[str, Any]:
        """The frozen payload as data; empty once erased."""
        return json.loads(self.frozen or b"{}")


class Revocation(AppendOnlyModel):
    """Why a certificate stopped holding; written once, together with its leaf."""

    certificate = models.OneToOneField(
        Certificate, models.PROTECT, related_name="revocation"
    )
    reason = models.CharField(max_length=30, choices=RevocationReason.choices)
    note = models.CharField(max_length=500, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField()
    register_index = models.BigIntegerField(unique=True)

    class Meta:
        ordering = ["-revoked_at"]

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.reason}"


class IssueProblem(TimeStampedModel):
    """What earned a certificate that was refused, and why; staff mend it."""

    enrollment = models.OneToOneField(
        "courses.Enrollment",
        models.CASCADE,
        null=True,
        related_name="certificate_problem",
    )
    attempt = models.OneToOneField(
        "exams.Attempt", models.CASCADE, null=True, related_name="certificate_problem"
    )
    obligation = models.OneToOneField(
        "compliance.Obligation",
        models.CASCADE,
        null=True,
        related_name="certificate_problem",
    )
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    retry_after = models.DateTimeField()

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    enrollment__isnull=False,
                    attempt__isnull=True,
                    obligation__isnull=True,
                )
                | Q(
                    enrollment__isnull=True,
                    attempt__isnull=False,
                    obligation__isnull=True,
                )
                | Q(
                    enrollment__isnull=True,
                    attempt__isnull=True,
                    obligation__isnull=False,
                ),
                name="certificates_issueproblem_one_occasion",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id or self.attempt_id or self.obligation_id}"

    @property
    def person(self) -> str:
        """Whose certificate it would be; read with `with_occasion`."""
        if self.enrollment is not None:
            return str(self.enrollment.learner)
        if self.attempt is not None:
            return str(self.attempt.candidate)
        return str(self.obligation.membership.user) if self.obligation else ""

    @property
    def occasion(self) -> str:
        """What was completed, passed or met; read with `with_occasion`."""
        if self.enrollment is not None:
            return self.enrollment.syllabus.title(get_language() or "")
        if self.attempt is not None:
            return str(self.attempt.exam)
        return self.obligation.rule.citation if self.obligation else ""
