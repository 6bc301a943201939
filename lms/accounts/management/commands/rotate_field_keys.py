from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lms.accounts.domain.key_rotation import BATCH, rotate_field_keys


class Command(BaseCommand):
    help = (
        "Encrypt mobile numbers and identity documents again with the last key of "
        "FIELD_ENCRYPTION_KEYS. Safe to stop and to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch-size", type=int, default=BATCH)
        parser.add_argument(
            "--reindex",
            action="store_true",
            help="Write all rows, also to renew the blind index after the first key "
            "was removed.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = rotate_field_keys(
            batch_size=options["batch_size"], everything=options["reindex"]
        )
        for kind, count in counts.items():
            self.stdout.write(f"{kind}: {count}")
