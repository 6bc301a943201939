from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.querysets import OwnedQuerySet
from lms.core.models import TimeStampedModel
from lms.core.storage import private_storage


class TemplatePicture(TimeStampedModel):
    """A seal, signature or background, named by the SHA-256 of its bytes.

    A payload names pictures by hash, so what a certificate shows can't be exchanged
    later; pictures are never changed or removed.
    """

    owner_organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=120)
    file = models.FileField(
        storage=private_storage, upload_to="certificate-pictures/", max_length=200
    )
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("picture of certificates")
        verbose_name_plural = _("pictures of certificates")

    def __str__(self) -> str:
        return self.name
