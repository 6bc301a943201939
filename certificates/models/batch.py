from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.models.certificate import Certificate
from certificates.models.issuer import CertificateTemplate
from certificates.querysets import BatchQuerySet
from lms.core.crypto import EncryptedTextField
from lms.core.models import Job, PublicIdModel
from lms.core.storage import private_storage


class CertificateBatch(PublicIdModel, Job):
    """Many certificates as one job: thousands of completions, or one on-site day.

    The counters are for the progress bar; what was done is read from the rows.
    """

    template = models.ForeignKey(
        CertificateTemplate,
        models.PROTECT,
        related_name="batches",
        verbose_name=_("template"),
    )
    name = models.CharField(_("name"), max_length=200)
    organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    evidence = models.FileField(
        _("evidence"), storage=private_storage, upload_to="certificate-evidence/%Y/",
        max_length=200, blank=True,
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    total = models.PositiveIntegerField(default=0)
    issued = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    rendered = models.PositiveIntegerField(default=0)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("batch of certificates")
        verbose_name_plural = _("batches of certificates")

    def __str__(self) -> str:
        return self.name


class BatchRow(models.Model):
    """One person of a batch: waits, has a certificate, or was refused with a reason.

    Written together with the certificate, so a killed worker can't issue it twice.
    """

    batch = models.ForeignKey(CertificateBatch, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    enrollment = models.ForeignKey(
        "courses.Enrollment", models.PROTECT, null=True, related_name="+"
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    facts = EncryptedTextField(context="certificates.batchrow.facts", null=True)
    certificate = models.OneToOneField(
        Certificate, models.PROTECT, null=True, related_name="batch_row"
    )
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=500, blank=True)
    is_told = models.BooleanField(default=False)

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "position"], name="certificates_batchrow_position"
            ),
            models.CheckConstraint(
                condition=Q(enrollment__isnull=False) | Q(holder__isnull=False),
                name="certificates_batchrow_somebody",
            ),
            models.CheckConstraint(
                condition=Q(certificate__isnull=True) | Q(code=""),
                name="certificates_batchrow_one_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"

    @property
    def person(self) -> str:
        """Whose row it is; read with `enrollment__learner` and `holder`."""
        return str(self.enrollment.learner if self.enrollment else self.holder)
