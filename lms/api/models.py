"""Answers that are kept for a while, so that a repeated POST does nothing twice."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models

from lms.core.crypto import EncryptedTextField

KEPT_FOR = timedelta(hours=24)


class IdempotencyRecordQuerySet(models.QuerySet):
    def outdated(self, now: datetime) -> Self:
        """Keep only what no caller may count on any more."""
        return self.filter(created_at__lt=now - KEPT_FOR)


class IdempotencyRecord(models.Model):
    """One POST that was carried out under a key of its caller.

    `answer` may hold secrets made for the caller (a grant), so it is sealed. It is
    read for a day at most, so a rotation of keys has nothing to write again.
    """

    caller = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = EncryptedTextField(context="api.idempotency_record.answer")
    created_at = models.DateTimeField(db_index=True)

    objects = IdempotencyRecordQuerySet.as_manager()

    # Written on requests that count: no reference index of Wagtail's.
    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "path", "key"],
                name="api_idempotencyrecord_one_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.path}"
