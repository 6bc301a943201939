"""`manage.py import_items FILE --bank SLUG`: exit 0 only when every row was taken."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.domain.exchange.drafts import remark_from_json
from exams.domain.exchange.importing import is_complete, run_import, submit_import
from exams.domain.exchange.messages import message_of, place_of
from exams.domain.exchange.parsing import FORMATS
from exams.domain.exchange.workbooks import returned_workbook
from exams.enums import ImportPolicy
from exams.errors import ImportRefused
from exams.models import ItemBank, ItemImport
from lms.core.enums import JobState

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Import items into a bank. Exit 0 only when every row was taken (or, with "
        "--dry-run, would be); the report names place and reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--bank", required=True, metavar="SLUG")
        parser.add_argument("--format", choices=FORMATS, default="auto")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--report", type=Path, metavar="OUT.xlsx")
        parser.add_argument(
            "--good-rows",
            action="store_true",
            help="take the good rows even when others are wrong",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bank = ItemBank.objects.filter(slug=options["bank"]).first()
        if bank is None:
            raise CommandError(f"There is no bank “{options['bank']}”.", returncode=2)
        path: Path = options["file"]
        try:
            item_import = submit_import(
                bank=bank,
                data=path.read_bytes(),
                filename=path.name,
                policy=ImportPolicy.GOOD_ROWS
                if options["good_rows"]
                else ImportPolicy.ALL_OR_NOTHING,
                is_dry_run=options["dry_run"],
                format_name=options["format"],
                by=None,
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
        except ImportRefused as error:
            raise CommandError(error.message, returncode=2) from error
        run_import(import_id=item_import.pk)
        item_import.refresh_from_db()
        self._report(item_import, options["report"])

    def _report(self, item_import: ItemImport, report: Path | None) -> None:
        if item_import.state != JobState.DONE:
            raise CommandError(f"The import failed: {item_import.error}", returncode=2)
        remarks = [remark_from_json(one) for one in item_import.report["remarks"]]
        for remark in remarks[:SHOWN]:
            out = self.stderr if remark.is_error else self.stdout
            out.write(f"{place_of(remark.place)}: {message_of(remark)}")
        if len(remarks) > SHOWN:
            self.stdout.write(f"… {len(remarks) - SHOWN} more")
        if report is not None:
            report.write_bytes(returned_workbook(item_import=item_import))
        verb = "would be taken" if item_import.is_dry_run else "taken"
        count = (
            item_import.report["would_take"]
            if item_import.is_dry_run
            else item_import.taken
        )
        line = (
            f"{item_import.total} items: {count} {verb}, "
            f"{item_import.unchanged} unchanged, {item_import.refused} refused"
        )
        if not is_complete(item_import):
            raise CommandError(line, returncode=1)
        self.stdout.write(line)
