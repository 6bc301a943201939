"""`manage.py reissue_certificates FILE --by EMAIL`: many, as after a stolen key."""

from argparse import FileType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.domain.issuing import reissue_certificate
from certificates.domain.verification import find_certificate
from certificates.errors import IssueRefused
from certificates.permissions import can_manage_certificates
from lms.accounts.models import User
from lms.core.clock import now


class Command(BaseCommand):
    help = "Replace the certificates whose numbers a file lists, one on each line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=FileType("r", encoding="utf-8"),
            help="numbers as withdraw_key lists them; - reads what is typed or piped",
        )
        parser.add_argument("--by", required=True, help="e-mail of who is responsible")
        parser.add_argument("--reason", default="", help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(email__iexact=options["by"]).first()
        if by is None or not can_manage_certificates(by):
            raise CommandError("--by names nobody of the certificate office.")
        numbers = [number for line in options["file"] if (number := line.strip())]
        refused = sum(
            not self._reissue(number, by, options["reason"]) for number in numbers
        )
        self.stdout.write(f"{len(numbers) - refused} reissued, {refused} refused")
        if refused:
            raise CommandError("Not every certificate was reissued; see above.")

    def _reissue(self, number: str, by: User, reason: str) -> bool:
        certificate = find_certificate(number)
        if certificate is None:
            self.stderr.write(f"{number}: no such certificate")
            return False
        try:
            new = reissue_certificate(
                certificate=certificate, by=by, now=now(), reason=reason
            )
        except IssueRefused as error:
            self.stderr.write(f"{number}: {error.message}")
            return False
        self.stdout.write(f"{number} -> {new.number}")
        return True
