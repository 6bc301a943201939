"""xAPI statements on their way to a learning record store."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.querysets import StatementDeliveryQuerySet
from lms.core.models import Job


class StatementDelivery(Job):
    """One statement to be sent. Its id follows from what happened: never twice."""

    statement_id = models.UUIDField(unique=True)
    statement = models.JSONField()
    happened_at = models.DateTimeField(db_index=True)

    objects = StatementDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("xAPI statement")
        verbose_name_plural = _("xAPI statements")
        ordering = ("pk",)
        indexes = (
            models.Index(fields=["state", "run_after"], name="courses_statement_due"),
        )

    def __str__(self) -> str:
        return str(self.statement_id)
