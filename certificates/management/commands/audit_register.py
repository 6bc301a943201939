from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates.domain.audit import find_breaks
from certificates.domain.register import register_size


class Command(BaseCommand):
    help = "Re-check the certificate register; exit 1 names the first break."

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = list(find_breaks())
        for sentence in breaks[1:]:
            self.stderr.write(sentence)
        if breaks:
            raise CommandError(breaks[0], returncode=1)
        self.stdout.write(f"{register_size()} entries, all in order.")
