"""`manage.py audit_trail`: re-check every event of the evidence."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.audit.domain.chain import find_breaks
from lms.audit.models import AuditEvent


class Command(BaseCommand):
    help = (
        "Re-check hashes and chains of the audit trail. Exit code 1 names the first "
        "break of each chain."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = list(find_breaks())
        for found in breaks:
            self.stderr.write(
                f"chain {found.chain_key}: event {found.sequence}: {found.reason}"
            )
        if breaks:
            raise CommandError(f"{len(breaks)} chain(s) broken.", returncode=1)
        events = AuditEvent.objects.all()
        self.stdout.write(
            f"{events.count()} events, no break; {events.filter(salt='').count()} "
            "erased, of which nothing but their place is left."
        )
