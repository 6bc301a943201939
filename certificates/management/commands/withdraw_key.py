"""`manage.py withdraw_key KID --lost-at TIME`: a signing key was stolen or exposed."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.domain.keys import withdraw_key
from certificates.errors import KeyRefused
from lms.core.clock import now


class Command(BaseCommand):
    help = "Stop trusting a signing key from a moment on; lists the doubtful ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kid", help="key id, as in /.well-known/jwks.json")
        parser.add_argument(
            "--lost-at",
            help="when it was lost, such as 2026-11-23T10:00+08:00; now if not given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        moment = now()
        lost_at = moment
        if options["lost_at"]:
            try:
                lost_at = datetime.fromisoformat(options["lost_at"])
            except ValueError as error:
                raise CommandError("--lost-at is no date and time.") from error
            if lost_at.tzinfo is None:
                raise CommandError("--lost-at needs an offset, such as +08:00.")
        try:
            done = withdraw_key(kid=options["kid"], lost_at=lost_at, now=moment)
        except KeyRefused as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(
            f"withdrawn since {done.key.compromised_at:%Y-%m-%d %H:%M:%S %z}; "
            f"registered before: {done.proven}; to be reissued: {len(done.doubtful)}"
        )
        for number in done.doubtful:
            self.stdout.write(number)
