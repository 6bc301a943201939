"""`manage.py audit_ledger`: re-check every entry of the credit ledger."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.compliance.domain.ledger import find_breaks
from lms.compliance.models import CreditEntry


class Command(BaseCommand):
    help = (
        "Re-check hashes and chains of the credit ledger. Exit code 1 names the "
        "first break of each chain."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--subject", help="Only the chain of this subject (UUID).")

    def handle(self, *args: Any, **options: Any) -> None:
        subject = _parse(options["subject"])
        breaks = list(find_breaks(subject_id=subject))
        for found in breaks:
            self.stderr.write(
                f"{found.subject_id}: entry {found.sequence}: {found.reason}"
            )
        if breaks:
            raise CommandError(f"{len(breaks)} chain(s) broken.", returncode=1)
        entries = CreditEntry.objects.all()
        if subject is not None:
            entries = entries.filter(subject_id=subject)
        self.stdout.write(f"{entries.count()} entries, no break.")


def _parse(raw: str | None) -> UUID | None:
    try:
        return UUID(raw) if raw else None
    except ValueError as error:
        raise CommandError(f"{raw} is no UUID.", returncode=2) from error
