"""Long work as rows: one way to claim, renew, end and wake it (decision 9).

A worker may die at any line. Its lease runs out, or a sweep on the same host sees that
the process is gone, and the next attempt goes on where the rows say that it stopped.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic

from django.db.models import QuerySet

from lms.core import clock
from lms.core.enums import JobState
from lms.core.errors import DomainError
from lms.core.models import JobType, claim_job, claimable
from lms.core.workers import is_dead, worker_identity

logger = logging.getLogger(__name__)

LEASE_SECONDS = 300
MAX_ATTEMPTS = 5
WOKEN_AT_ONCE = 4
DEAD = "the worker died in each attempt"


class LeaseLost(Exception):
    """Another worker has the job now: whoever holds this stops without a trace."""


class Lease(Generic[JobType]):
    """The right to work on one job, as long as nobody else has claimed it."""

    def __init__(self, rows: QuerySet[JobType], job: JobType) -> None:
        self.job = job
        self._rows = rows

    def _held(self) -> QuerySet[JobType]:
        return self._rows.filter(
            pk=self.job.pk,
            state=JobState.RUNNING,
            claimed_by=self.job.claimed_by,
            attempts=self.job.attempts,
        )

    def renew(self, **changes: Any) -> None:
        """Note progress and keep the job.

        Raises:
            LeaseLost: inside a transaction this undoes what the loser has written.
        """
        now = clock.now()
        until = now + timedelta(seconds=LEASE_SECONDS)
        if not self._held().update(lease_expires_at=until, updated_at=now, **changes):
            raise LeaseLost(self.job.pk)

    def finish(self, **changes: Any) -> None:
        """Note that the work is done.

        Raises:
            LeaseLost: somebody else has the job.
        """
        self._end(JobState.DONE, **changes)

    def fail(self, detail: str) -> None:
        """Note that the work can't be done; a lost lease is no matter any more."""
        try:
            self._end(JobState.FAILED, error=detail[-2000:])
        except LeaseLost:
            logger.warning("Job %s was taken over", self.job.pk)

    def _end(self, state: JobState, **changes: Any) -> None:
        now = clock.now()
        changes |= {"state": state, "finished_at": now, "lease_expires_at": None}
        if not self._held().update(updated_at=now, **changes):
            raise LeaseLost(self.job.pk)


def run_job(
    rows: QuerySet[JobType], *, job_id: int, work: Callable[[Lease[JobType]], None]
) -> bool:
    """Claim one job and do its work; return whether this call did it.

    `work` ends the job by `lease.finish`. What it raises fails the job, with the
    reason kept in its row; a worker that dies leaves it to the next attempt.
    """
    job = claim_job(
        rows,
        job_id=job_id,
        worker=worker_identity(),
        lease_seconds=LEASE_SECONDS,
        now=clock.now(),
    )
    if job is None:
        return False
    lease = Lease(rows, job)
    if job.attempts > MAX_ATTEMPTS:
        lease.fail(DEAD)
        return False
    try:
        work(lease)
    except LeaseLost:
        logger.warning("Job %s was taken over", job_id)
        return False
    except DomainError as error:
        # Refused in words for people; nothing is wrong with the program.
        lease.fail(str(error.message))
        return False
    except Exception as error:
        # Storage and database raise their own kinds; the reason is kept with the row.
        logger.exception("Job %s failed", job_id)
        lease.fail(repr(error))
        return False
    return True


def wake_jobs(rows: QuerySet[JobType], *, send: Callable[[int], None]) -> int:
    """Send for jobs that wait or whose worker is gone; return how many."""
    now = clock.now()
    running = rows.filter(state=JobState.RUNNING)
    for job in running.only("pk", "claimed_by", "attempts"):
        if is_dead(job.claimed_by):
            running.filter(pk=job.pk, attempts=job.attempts).update(
                lease_expires_at=now - timedelta(seconds=1)
            )
    waiting = rows.filter(claimable(now)).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:WOKEN_AT_ONCE])
    for key in keys:
        send(key)
    return len(keys)
