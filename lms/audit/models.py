"""Evidence: who did what, when. Rows are written once and chained by hash."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.audit.enums import Verb
from lms.audit.querysets import AuditEventQuerySet
from lms.core.models import AppendOnlyModel


class AuditChain(models.Model):
    """The end of one chain. Its row is the queue in which writers wait.

    There is one chain for each organization and one (key 0) for the platform, so that
    a busy enterprise does not hold up the others.
    """

    key = models.BigIntegerField(_("organization or 0"), primary_key=True)
    sequence = models.BigIntegerField(_("last sequence"), default=0)
    head = models.CharField(_("last hash"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit chain")
        verbose_name_plural = _("audit chains")

    def __str__(self) -> str:
        return f"{self.key}:{self.sequence}"


class AuditEvent(AppendOnlyModel):
    """One fact. The chain holds a salted commitment, never the data itself.

    So the salt and the data of one row may be destroyed by law (erasure) while every
    later hash still proves that the row was there.
    """

    chain_key = models.BigIntegerField(_("chain"))
    sequence = models.BigIntegerField(_("sequence"))
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)
    actor_subject_id = models.UUIDField(_("actor"), null=True, db_index=True)
    # Members of `Verb`; no choices here: a new verb must not need a migration.
    verb = models.CharField(_("verb"), max_length=40)
    object_type = models.CharField(_("object type"), max_length=60, blank=True)
    object_id = models.CharField(_("object"), max_length=64, blank=True)
    organization_id = models.BigIntegerField(
        _("organization"), null=True, db_index=True
    )
    data = models.JSONField(_("data"), default=dict)
    salt = models.CharField(_("salt"), max_length=64)
    commitment = models.CharField(_("commitment"), max_length=64)
    previous_hash = models.CharField(_("previous hash"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-pk"]
        constraints = [
            # Two writers that read the same head can't both append.
            models.UniqueConstraint(
                fields=["chain_key", "sequence"],
                name="audit_auditevent_one_per_sequence",
            ),
            models.UniqueConstraint(
                fields=["chain_key", "previous_hash"],
                name="audit_auditevent_never_forks",
            ),
        ]
        indexes = [
            models.Index(
                fields=["object_type", "object_id"], name="audit_auditevent_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain_key}/{self.sequence} {self.verb}"

    @property
    def verb_label(self) -> str:
        """The verb in the reader's language; unknown ones as they are."""
        return str(Verb(self.verb).label) if self.verb in Verb.values else self.verb
