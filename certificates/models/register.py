"""The append-only register (RFC 6962): leaves, inner nodes, signed checkpoints.

A leaf holds a salted commitment and no personal data. Nodes are the roots of complete
subtrees, which never change once written; a proof reads a handful of them. Triggers
refuse UPDATE, DELETE and TRUNCATE on all three tables.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.enums import EntryKind
from lms.core.models import AppendOnlyModel


class RegisterHead(models.Model):
    """How long the register is: the one row that appenders queue for."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    log_id = models.UUIDField(default=uuid.uuid4)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="certificates_registerhead_only_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.log_id}: {self.size}"


class RegisterEntry(AppendOnlyModel):
    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    leaf = models.TextField(help_text=_("Canonical JSON: what is hashed."))
    leaf_hash = models.BinaryField(max_length=32)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["index"]
        verbose_name = _("register entry")
        verbose_name_plural = _("register entries")

    def __str__(self) -> str:
        return f"{self.index} {self.kind}"


class RegisterNode(AppendOnlyModel):
    """The hash over leaves position*2^level .. (position+1)*2^level - 1."""

    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["level", "position"], name="certificates_registernode_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.position}"


class Checkpoint(AppendOnlyModel):
    """A signed statement: at this size the register had this root."""

    size = models.BigIntegerField(unique=True)
    root_hash = models.BinaryField(max_length=32)
    kid = models.CharField(max_length=43)
    token = models.TextField(help_text=_("Compact JWS over origin, size, root, time."))
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["-size"]

    def __str__(self) -> str:
        return f"{self.size}"
