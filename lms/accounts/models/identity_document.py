from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.accounts.enums import IdentityDocumentType
from lms.accounts.querysets import OwnRowsQuerySet
from lms.core.crypto import decrypt
from lms.core.models import PublicIdModel, TimeStampedModel


class IdentityDocument(PublicIdModel, TimeStampedModel):
    """A document that says who someone is. The number exists encrypted only."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="identity_documents",
        verbose_name=_("person"),
    )
    type = models.CharField(
        _("type"), max_length=30, choices=IdentityDocumentType.choices
    )
    ciphertext = models.BinaryField()
    blind_index = models.CharField(max_length=64, editable=False)
    key_version = models.CharField(max_length=20, editable=False)
    masked = models.CharField(_("number, masked"), max_length=40)

    objects = OwnRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["type", "blind_index"],
                name="accounts_identitydocument_one_person",
            ),
            models.UniqueConstraint(
                fields=["user", "type"], name="accounts_identitydocument_one_per_type"
            ),
        ]
        indexes = [
            models.Index(fields=["key_version", "id"], name="accounts_identitydoc_key"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.masked}"

    @property
    def context(self) -> str:
        """What the ciphertext is bound to: it does not decrypt in another row."""
        return f"accounts.identity_document:{self.public_id}"

    def reveal(self) -> str:
        """Return the number in clear. The caller records who looked, and why."""
        return decrypt(bytes(self.ciphertext), context=self.context)
