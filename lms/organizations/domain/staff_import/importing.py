"""One staff list from the file to the enterprise: check all of it, then write.

Checking reads the whole file first, so that "nothing while a row is wrong" is decided
before anything is written. Writing reads it again, chunk by chunk, each chunk checked
once more inside its own transaction: what came in between is seen, and a worker that
is killed leaves whole chunks, which the next attempt recognizes by their entries.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import PurePath
from typing import IO

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.core import clock
from lms.core.enums import JobState
from lms.core.jobs import Lease, run_job, wake_jobs
from lms.core.sheets.refusals import Remark
from lms.organizations.domain.invitations import can_be_invited, send_invitation
from lms.organizations.domain.members import end_membership
from lms.organizations.domain.queries import organization_members
from lms.organizations.domain.staff_import.cells import StaffRow, row_from_cells
from lms.organizations.domain.staff_import.checking import Checker, Planned
from lms.organizations.domain.staff_import.reading import (
    MAX_FILE_BYTES,
    FileRefused,
    StaffFile,
)
from lms.organizations.domain.staff_import.writing import StaffWriter
from lms.organizations.enums import ImportPolicy, StaffAction
from lms.organizations.errors import StaffImportRefused
from lms.organizations.models import (
    Membership,
    Organization,
    StaffImport,
    StaffImportEntry,
)
from lms.organizations.querysets import MembershipQuerySet
from lms.organizations.signals import staff_imported
from lms.organizations.tasks import run_staff_import

CHUNK = 1000
MAX_REMARKS = 5_000
MAX_NOTES = 1_000
COPY_BYTES = 1024 * 1024


@transaction.atomic
def submit_import(
    *,
    organization: Organization,
    file: IO[bytes],
    size: int,
    filename: str,
    policy: str = ImportPolicy.ALL_OR_NOTHING,
    is_dry_run: bool = False,
    is_complete_list: bool = False,
    sends_invitations: bool = False,
    leaving: Sequence[int] | None = None,
    checked: StaffImport | None = None,
    by: User | None,
) -> StaffImport:
    """Take a file of `size` bytes in; the worker is told once the row is committed.

    With `leaving` (keys of memberships, as a check found them) a complete list ends
    nobody else's employment: who agreed has seen these. `checked` is the dry run of
    the same file.

    Raises:
        StaffImportRefused: `file_too_large`, before anything is stored.
    """
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        raise StaffImportRefused(
            "file_too_large",
            _("The file is larger than %(limit)s MB.") % {"limit": limit},
        )
    staff_import = StaffImport(
        organization=organization,
        filename=PurePath(filename).name[:200],
        policy=ImportPolicy(policy),
        is_dry_run=is_dry_run,
        is_complete_list=is_complete_list,
        sends_invitations=sends_invitations,
        created_by=by,
        report={"language": translation.get_language() or "zh-hans"}
        | ({} if leaving is None else {"leaving": list(leaving)})
        | ({} if checked is None else {"check": str(checked.public_id)}),
    )
    file.seek(0)
    staff_import.file.save(filename[-100:], File(file), save=False)
    staff_import.save()
    run_staff_import.delay_on_commit(staff_import.pk)  # type: ignore[attr-defined]
    return staff_import


def take_checked(*, checked: StaffImport, policy: str, by: User | None) -> StaffImport:
    """Import the file of a dry run, with the same choices.

    Raises:
        StaffImportRefused: `not_checked`: it has not ended, or it was no dry run.
    """
    if not checked.is_dry_run or checked.state != JobState.DONE:
        raise StaffImportRefused("not_checked", _("This file is not checked yet."))
    with checked.file.open("rb") as file:
        return submit_import(
            organization=checked.organization,
            file=file,
            size=checked.file.size,
            filename=checked.filename,
            policy=policy,
            is_complete_list=checked.is_complete_list,
            sends_invitations=checked.sends_invitations,
            leaving=checked.report.get("leaving"),
            checked=checked,
            by=by,
        )


def import_of_check(*, checked: StaffImport) -> StaffImport | None:
    """Return the newest import that came of a dry run and did not fail, or None.

    Another administrator, or oneself in another tab, may have taken the list already.
    """
    rows = StaffImport.objects.filter(
        organization_id=checked.organization_id,
        report__check=str(checked.public_id),
    )
    return rows.exclude(state=JobState.FAILED).order_by("-pk").first()


def leavers_of(staff_import: StaffImport) -> MembershipQuerySet:
    """Return whose employment a complete list ends, as its check found them."""
    keys = staff_import.report.get("leaving", [])
    rows = Membership.objects.filter(
        pk__in=keys, organization_id=staff_import.organization_id
    )
    return rows.select_related("department", "position").order_by("listed_name", "pk")


def run_import(*, import_id: int) -> bool:
    """Do one import if it can be claimed; return whether this call did the work."""
    rows = StaffImport.objects.select_related("organization", "created_by")
    return run_job(rows, job_id=import_id, work=_work)


def wake_imports() -> int:
    """Send for the imports that wait or whose worker is gone; return how many."""
    return wake_jobs(
        StaffImport.objects.all(),
        send=run_staff_import.delay_on_commit,  # type: ignore[attr-defined]
    )


def _work(lease: Lease[StaffImport]) -> None:
    language = str(lease.job.report.get("language", "zh-hans"))
    with translation.override(language), tempfile.TemporaryFile() as copy:
        with lease.job.file.open("rb") as stored:
            while block := stored.read(COPY_BYTES):
                copy.write(block)
        _Run(lease, copy, language).run()


class _Run:
    """One attempt at one import."""

    def __init__(
        self, lease: Lease[StaffImport], file: IO[bytes], language: str
    ) -> None:
        self._lease = lease
        self._job = lease.job
        self._file = file
        self._today = clock.shanghai_date(clock.now())
        self._remarks: list[Remark] = []
        self._counts: Counter[str] = Counter()
        self._report: dict[str, object] = {"language": language, "columns": {}}
        before = self._job.report
        self._report |= {k: before[k] for k in ("leaving", "check") if k in before}
        self._agreed: list[int] | None = before.get("leaving")
        self._refused = 0
        self._more = 0

    def run(self) -> None:
        try:
            self._check()
            if self._may_write():
                self._write()
        except FileRefused as refusal:
            self._remarks.append(refusal.remark)
            self._report["has_file_error"] = True
        self._finish()

    def _check(self) -> None:
        reading = StaffFile(self._file)
        self._report["columns"] = reading.columns
        self._remarks += reading.remarks
        self._lease.renew(total=reading.total, checked=0)
        checker = Checker(self._job.organization, self._today)
        checked = 0
        for rows in _chunks(reading):
            for planned in checker.plan(rows):
                self._count(planned)
            checked += len(rows)
            self._lease.renew(checked=checked)
        # Empty rows are no rows.
        self._lease.renew(total=checked)
        self._job.total = checked

    def _count(self, planned: Planned) -> None:
        for remark in planned.row.remarks:
            self._keep(remark)
        if planned.action is None:
            self._refused += 1
        else:
            self._counts[planned.action] += 1

    def _keep(self, remark: Remark) -> None:
        """Keep as many as a person reads, with more room for errors than for notes."""
        room = MAX_REMARKS if remark.is_error else MAX_NOTES
        if len(self._remarks) < room:
            self._remarks.append(remark)
        else:
            self._more += 1

    def _may_write(self) -> bool:
        if self._job.is_dry_run:
            if self._job.is_complete_list:
                absent = self._absent()
                self._report["leaving"] = absent
                self._counts[StaffAction.LEFT] += len(absent)
            return False
        # An earlier attempt decided, and may have written a part already.
        has_begun = self._job.entries.exists()
        is_clean = not self._refused
        return has_begun or is_clean or self._job.policy == ImportPolicy.GOOD_ROWS

    def _write(self) -> None:
        done = set(self._job.entries.values_list("row", flat=True))
        taken = len(done)
        # What was checked before belongs to the time before; now it is for good.
        self._counts.clear()
        self._refused = self._more = 0
        self._remarks = [r for r in self._remarks if not r.place.row]
        checker = Checker(self._job.organization, self._today)
        writer = StaffWriter(self._job, checker.places, clock.now())
        for rows in _chunks(StaffFile(self._file)):
            waiting = [row for row in rows if row.number not in done]
            taken += self._write_chunk(checker, writer, waiting, taken)
        if self._job.is_complete_list and not self._refused:
            self._end_absent()
        if self._job.sends_invitations:
            self._invite()

    def _write_chunk(
        self,
        checker: Checker,
        writer: StaffWriter,
        rows: list[StaffRow],
        taken: int,
    ) -> int:
        try:
            return self._attempt_chunk(checker, writer, rows, taken)
        except IntegrityError:
            # Somebody was faster with a number or contact: look again, once.
            checker.forget(rows)
            return self._attempt_chunk(checker, writer, rows, taken)

    def _attempt_chunk(
        self,
        checker: Checker,
        writer: StaffWriter,
        rows: list[StaffRow],
        taken: int,
    ) -> int:
        with transaction.atomic():
            planned = checker.plan(rows)
            written = writer.write(planned, self._today)
            self._lease.renew(taken=taken + written)
        for one in planned:
            self._count(one)
        return written

    def _absent(self) -> list[int]:
        """Return the present employees whom no row of this file speaks of."""
        named: set[int] = set()
        checker = Checker(self._job.organization, self._today)
        for rows in _chunks(StaffFile(self._file)):
            for planned in checker.plan(rows):
                if planned.membership is not None:
                    named.add(planned.membership.pk)
        entries = self._job.entries.values_list("membership_id", flat=True)
        named |= set(entries)
        members = organization_members(
            organization_id=self._job.organization_id, on=self._today
        ).filter(created_at__lte=self._job.created_at)
        if self._agreed is not None:
            # Whoever came since the check is on nobody's list of leavers.
            named |= set(members.values_list("pk", flat=True)) - set(self._agreed)
        return [pk for pk in members.values_list("pk", flat=True) if pk not in named]

    def _end_absent(self) -> None:
        members = organization_members(
            organization_id=self._job.organization_id, on=self._today
        )
        for pk in self._absent():
            with transaction.atomic():
                membership = members.get(pk=pk)
                end_membership(
                    membership=membership,
                    on=self._today,
                    by=self._job.created_by,
                    now=clock.now(),
                )
                StaffImportEntry.objects.create(
                    staff_import=self._job,
                    action=StaffAction.LEFT,
                    membership=membership,
                )
                self._lease.renew()

    def _invite(self) -> None:
        waiting = self._job.entries.filter(
            action=StaffAction.JOINED, invited_at=None, membership__user__email__gt=""
        ).select_related("membership__user", "membership__organization")
        for entry in waiting.iterator(chunk_size=CHUNK):
            with transaction.atomic():
                claimed = StaffImportEntry.objects.filter(pk=entry.pk, invited_at=None)
                if not claimed.update(invited_at=clock.now()):
                    continue
                if can_be_invited(entry.membership):
                    send_invitation(
                        membership=entry.membership, by=self._job.created_by
                    )
                self._lease.renew()

    def _finish(self) -> None:
        counts = Counter(self._counts)
        if not self._job.is_dry_run:
            # What was done stands in the entries, whichever attempt did it.
            unchanged = counts[StaffAction.UNCHANGED]
            grouped = self._job.entries.order_by().values_list("action")
            counts = Counter(dict(grouped.annotate(n=Count("pk"))))
            counts[StaffAction.UNCHANGED] = unchanged
        self._report |= {
            "counts": {str(action): n for action, n in counts.items() if n},
            "remarks": [asdict(remark) for remark in self._remarks],
            "more": self._more,
        }
        self._lease.finish(
            refused=self._refused,
            taken=0 if self._job.is_dry_run else self._job.entries.count(),
            report=self._report,
        )
        if not self._job.is_dry_run:
            staff_imported.send(
                sender=StaffImport, organization_id=self._job.organization_id
            )


def _chunks(reading: StaffFile) -> Iterator[list[StaffRow]]:
    rows = reading.rows()
    try:
        while chunk := [row_from_cells(*row) for row in islice(rows, CHUNK)]:
            yield chunk
    finally:
        reading.close()


def is_complete(staff_import: StaffImport) -> bool:
    """Tell whether every row of the file was taken, or could be (exit code 0)."""
    return (
        staff_import.state == JobState.DONE
        and not staff_import.report.get("has_file_error")
        and staff_import.refused == 0
        and staff_import.total > 0
    )
