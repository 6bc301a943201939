"""`manage.py export_items --bank SLUG --format … OUT`: the way back of import_items."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.domain.exchange.exporting import EXPORT_FORMATS, export_bank
from exams.domain.exchange.messages import message_of
from exams.models import ItemBank

ALIASES = {"qti": "qti-3.0"}


class Command(BaseCommand):
    help = (
        "Export the items of a bank that are not retired. Exit 0 only when the file "
        "carries everything; else what it lacks is named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, metavar="OUT")
        parser.add_argument("--bank", required=True, metavar="SLUG")
        parser.add_argument(
            "--format", required=True, choices=[*EXPORT_FORMATS, *ALIASES]
        )
        parser.add_argument("--english", action="store_true", help="English headings")

    def handle(self, *args: Any, **options: Any) -> None:
        bank = ItemBank.objects.filter(slug=options["bank"]).first()
        if bank is None:
            raise CommandError(f"There is no bank “{options['bank']}”.", returncode=2)
        name = ALIASES.get(options["format"], options["format"])
        export = export_bank(bank=bank, format_name=name, english=options["english"])
        try:
            options["out"].write_bytes(export.data)
        except OSError as error:
            raise CommandError(
                f"{options['out']}: {error.strerror}", returncode=2
            ) from error
        for loss in export.losses:
            self.stderr.write(f"{loss.place.element}: {message_of(loss)}")
        line = f"{export.count} items, {len(export.losses)} of them not whole"
        if export.losses:
            raise CommandError(line, returncode=1)
        self.stdout.write(line)
