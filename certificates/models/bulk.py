from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.enums import BulkKind
from certificates.querysets import OwnQuerySet
from lms.core.crypto import EncryptedTextField
from lms.core.models import Job, PublicIdModel
from lms.core.storage import private_storage


class BulkCheck(PublicIdModel, Job):
    """Many certificates checked at once; the file goes when its result is there.

    `result` is a JSON list of {row, given, number, verdict}: what was handed in may
    name people, so it is encrypted.
    """

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    filename = models.CharField(_("file"), max_length=200)
    kind = models.CharField(max_length=6, choices=BulkKind.choices)
    file = models.FileField(
        storage=private_storage, upload_to="certificate-checks/", max_length=200,
        blank=True,
    )  # fmt: skip
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    result = EncryptedTextField(context="certificates.bulkcheck.result", null=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("bulk check")
        verbose_name_plural = _("bulk checks")

    def __str__(self) -> str:
        return self.filename
