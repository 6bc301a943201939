"""Long exports: a list, or the archives of many people, written by the worker.

A list that broke off is written again from its beginning: nobody has seen half of it.
Archives are built person by person, each in a transaction of its own; the next attempt
finds those that are there and goes on with the others.
"""

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO

from django.core.files.base import File
from django.db import transaction
from django.utils import translation

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.core.jobs import Lease, run_job, wake_jobs
from lms.core.scope import scope_for
from lms.organizations.models import Membership, Organization
from lms.reporting.domain.archives.keeping import build_person_archive, canonical
from lms.reporting.domain.lists import ListRequest, build_list, copied
from lms.reporting.domain.tables import FORMATS, counted
from lms.reporting.enums import ReportKind
from lms.reporting.models import Report, TrainingArchive
from lms.reporting.tasks import run_report as run_report_task

# A list up to here is written while the reader waits.
ROWS_AT_ONCE = 2_000
TICK = 2_000
KEPT = timedelta(days=7)


@transaction.atomic
def submit_list(
    *, name: str, asked: ListRequest, title: str, total: int, file_format: str
) -> Report:
    """Let the worker write a long list; the reader looks at its progress."""
    report = Report.objects.create(
        kind=ReportKind.LIST,
        name=name,
        organization_id=asked.organization.pk if asked.organization else None,
        created_by=asked.user,
        params=copied(asked.params),
        language=asked.language,
        title=title[:200],
        file_format=file_format,
        total=total,
        expires_at=clock.now() + KEPT,
    )
    run_report_task.delay_on_commit(report.pk)  # type: ignore[attr-defined]
    return report


@transaction.atomic
def submit_archives(
    *,
    organization: Organization,
    memberships: Sequence[Membership],
    title: str,
    by: User,
    language: str,
) -> Report:
    """Let the worker build the archives of many people, bundled in one ZIP."""
    report = Report.objects.create(
        kind=ReportKind.ARCHIVES,
        organization_id=organization.pk,
        created_by=by,
        params={"members": [membership.pk for membership in memberships]},
        language=language,
        title=title[:200],
        file_format="zip",
        total=len(memberships),
        expires_at=clock.now() + KEPT,
    )
    run_report_task.delay_on_commit(report.pk)  # type: ignore[attr-defined]
    return report


def run_report(*, report_id: int) -> bool:
    """Write one report if it can be claimed; return whether this call did it."""
    rows = Report.objects.select_related("created_by")
    return run_job(rows, job_id=report_id, work=_work)


def wake_reports() -> int:
    """Send for the reports that wait or whose worker is gone; return how many."""
    return wake_jobs(
        Report.objects.all(),
        send=run_report_task.delay_on_commit,  # type: ignore[attr-defined]
    )


def remove_expired(*, now: datetime) -> int:
    """Remove files that nobody fetches any more; archives themselves stay."""
    removed = 0
    for report in Report.objects.filter(expires_at__lt=now).exclude(file=""):
        report.file.delete(save=False)
        removed += Report.objects.filter(pk=report.pk).update(file="")
    return removed


def _work(lease: Lease[Report]) -> None:
    report = lease.job
    with tempfile.TemporaryFile() as file, translation.override(report.language):
        if report.kind == ReportKind.LIST:
            _write_list(lease, file)
        else:
            _write_archives(lease, file)
        file.seek(0)
        report.file.save(f"report.{report.file_format}", File(file), save=False)
    with transaction.atomic():
        lease.finish(file=report.file.name)
        record(
            actor=report.created_by,
            verb=Verb.LIST_EXPORTED,
            obj=report,
            data={"list": report.name or str(report.kind), "rows": report.total},
        )


def _write_list(lease: Lease[Report], file: IO[bytes]) -> None:
    report = lease.job
    table = build_list(report.name, request_of(report))
    lease.renew(total=table.total, done=0)
    rows = counted(table.rows, every=TICK, tick=lambda n: lease.renew(done=n))
    write, _kind = FORMATS[report.file_format]
    write(replace(table, rows=rows), file)


def request_of(report: Report) -> ListRequest:
    """Return what was asked for, with what the person may see today."""
    organization = None
    if report.organization_id is not None:
        organization = Organization.objects.get(pk=report.organization_id)
    return ListRequest(
        organization=organization,
        user=report.created_by,
        params=report.params,
        language=report.language,
        today=clock.shanghai_date(clock.now()),
        inside=departments_for(report.created_by, report.organization_id),
    )


def departments_for(user: User, organization_id: int | None) -> frozenset[int] | None:
    """Return the departments a person is kept to in an enterprise; None for all."""
    scope = scope_for(user)
    if (
        organization_id is None
        or scope.is_staff_all
        or organization_id in scope.administered_organization_ids
    ):
        return None
    return scope.managed_departments.get(organization_id, frozenset())


def _write_archives(lease: Lease[Report], file: IO[bytes]) -> None:
    report = lease.job
    keys = report.params["members"]
    for number, key in enumerate(keys, start=1):
        with transaction.atomic():
            membership = Membership.objects.with_people().get(pk=key)
            build_person_archive(
                membership=membership,
                by=report.created_by,
                now=clock.now(),
                language=report.language,
                report=report,
            )
            lease.renew(done=number)
    _bundle(report, keys, file)


def _bundle(report: Report, keys: list[int], file: IO[bytes]) -> None:
    """Put the archives into one ZIP, with a manifest that names the hash of each."""
    archives = TrainingArchive.objects.filter(report=report).select_related(
        "membership"
    )
    order = {key: place for place, key in enumerate(keys)}
    listed = sorted(archives, key=lambda a: order.get(a.membership_id or 0, 0))
    names: dict[str, str] = {}
    # The parts are packed already: packing them again would only cost time.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:
        for archive in listed:
            number = archive.membership.employee_number if archive.membership else ""
            name = f"{number or archive.pk}-{archive.title}.zip".replace("/", "_")
            if name in names:
                name = f"{archive.pk}-{name}"
            names[name] = archive.sha256
            with archive.file.open("rb") as stored:
                target.writestr(name, stored.read())
        manifest = canonical({"algorithm": "SHA-256", "archives": names})
        target.writestr("manifest.json", manifest)
