"""`manage.py import_staff FILE --organization CODE`: exit 0 when every row is taken."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.core.enums import JobState
from lms.core.sheets.refusals import remark_from_json
from lms.organizations.domain.staff_import.importing import (
    is_complete,
    run_import,
    submit_import,
)
from lms.organizations.domain.staff_import.messages import message_of, place_of
from lms.organizations.domain.staff_import.workbooks import returned_workbook
from lms.organizations.domain.structure import find_organization
from lms.organizations.enums import ImportPolicy
from lms.organizations.errors import StaffImportRefused
from lms.organizations.models import StaffImport

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Import departments, positions and employees. Exit 0 only when every row was "
        "taken (or, with --dry-run, would be); the report names row and column."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--organization", required=True, metavar="CODE")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--report", type=Path, metavar="OUT.xlsx")
        parser.add_argument(
            "--good-rows",
            action="store_true",
            help="take the good rows even when others are wrong",
        )
        parser.add_argument(
            "--invite",
            action="store_true",
            help="write to new people with an e-mail address how to sign in",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(code=options["organization"])
        if organization is None:
            code = options["organization"]
            raise CommandError(f"There is no organization “{code}”.", returncode=2)
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                staff_import = submit_import(
                    organization=organization,
                    file=file,
                    size=path.stat().st_size,
                    filename=path.name,
                    policy=ImportPolicy.GOOD_ROWS
                    if options["good_rows"]
                    else ImportPolicy.ALL_OR_NOTHING,
                    is_dry_run=options["dry_run"],
                    sends_invitations=options["invite"],
                    by=None,
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
        except StaffImportRefused as error:
            raise CommandError(error.message, returncode=2) from error
        run_import(import_id=staff_import.pk)
        staff_import.refresh_from_db()
        self._report(staff_import, options["report"])

    def _report(self, staff_import: StaffImport, report: Path | None) -> None:
        if staff_import.state != JobState.DONE:
            raise CommandError(f"The import failed: {staff_import.error}", returncode=2)
        remarks = [remark_from_json(one) for one in staff_import.remarks]
        for remark in remarks[:SHOWN]:
            out = self.stderr if remark.is_error else self.stdout
            out.write(f"{place_of(remark.place)}: {message_of(remark)}")
        if len(remarks) > SHOWN:
            self.stdout.write(f"… {len(remarks) - SHOWN} more")
        if report is not None:
            report.write_bytes(returned_workbook(staff_import=staff_import))
        counts = ", ".join(f"{n} {a}" for a, n in sorted(staff_import.counts.items()))
        line = f"{staff_import.total} rows: {counts or 'none taken'}"
        line += f", {staff_import.refused} refused"
        if staff_import.is_dry_run:
            line += " (nothing was written)"
        if not is_complete(staff_import):
            raise CommandError(line, returncode=1)
        self.stdout.write(line)
