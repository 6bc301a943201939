from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import TimeStampedModel
from lms.core.storage import private_storage


class HolderPhoto(TimeStampedModel):
    """A person's photograph for certificates, named by the SHA-256 of its bytes.

    A payload names the hash, so the face on a certificate can't be exchanged later.
    The file stays as long as a certificate names it.
    """

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="certificate_photos"
    )
    sha256 = models.CharField(max_length=64)
    file = models.FileField(
        storage=private_storage, upload_to="certificate-photos/", max_length=200
    )
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name = _("photo for certificates")
        verbose_name_plural = _("photos for certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "sha256"], name="certificates_holderphoto_once"
            ),
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(is_current=True),
                name="certificates_holderphoto_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_id}: {self.sha256[:8]}"
