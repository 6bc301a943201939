"""Abstract models that every package stands on."""

import uuid
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lms.core.enums import Audience, JobState
from lms.core.errors import AppendOnlyError


class TimeStampedModel(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class PublicIdModel(models.Model):
    """A row that outsiders may name: addresses never show a primary key."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class AppendOnlyQuerySet(models.QuerySet):
    """Refuses to change or remove rows: history appends (style, rule 7)."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are append-only.")

    update = delete = bulk_update = update_or_create = _refuse


class AppendOnlyModel(models.Model):
    """A row that is written once. `save()` of an existing row is refused."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{type(self).__name__} rows are append-only.")


class OwnedModel(models.Model):
    """An object that the platform (null) or one organization owns."""

    owner_organization_id = models.BigIntegerField(
        _("owner organization"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("Empty: the platform owns it."),
    )
    audience = models.CharField(
        _("audience"),
        max_length=20,
        choices=Audience.choices,
        default=Audience.PUBLIC,
    )

    class Meta:
        abstract = True


class Job(TimeStampedModel):
    """Long work as a row: claimed by compare-and-set, leased, found again by a sweep.

    The broker's message is only a hint. A worker that dies leaves an expired lease,
    and the next claim takes the row over.
    """

    state = models.CharField(
        max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True


JobType = TypeVar("JobType", bound=Job)


def claimable(now: datetime) -> Q:
    """Jobs that wait and are due, or whose worker let the lease run out."""
    due = Q(run_after__isnull=True) | Q(run_after__lte=now)
    waiting = Q(state=JobState.QUEUED) & due
    return waiting | Q(state=JobState.RUNNING, lease_expires_at__lt=now)


def claim_job(
    jobs: QuerySet[JobType],
    *,
    job_id: int,
    worker: str,
    lease_seconds: int,
    now: datetime,
) -> JobType | None:
    """Take one job for `worker`; None when someone else has it or it is done.

    One UPDATE decides, so two workers can't both win, on SQLite as on PostgreSQL.
    """
    claimed = jobs.filter(claimable(now), pk=job_id).update(
        state=JobState.RUNNING,
        attempts=F("attempts") + 1,
        claimed_by=worker,
        lease_expires_at=now + timedelta(seconds=lease_seconds),
        error="",
        updated_at=now,
    )
    return jobs.get(pk=job_id) if claimed else None
