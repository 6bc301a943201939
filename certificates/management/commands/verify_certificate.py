import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from certificates.domain.pdf_inspection import MAX_PDF_BYTES
from certificates.domain.verification import Report, verify_number, verify_pdf
from certificates.enums import Outcome, Verdict
from lms.core.clock import now

SIGNS = {Outcome.PASSED: "+", Outcome.FAILED: "-", Outcome.SKIPPED: "?"}


class Command(BaseCommand):
    help = "Verdict on a PDF or a number: exit 0 valid, 1 not valid, 2 undecided."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", metavar="FILE.pdf|NUMBER")
        parser.add_argument("--name", help="the holder's full name, with a number")

    def handle(
        self, *args: Any, subject: str, name: str | None, **options: Any
    ) -> None:
        report = self._report(subject, name)
        self.stdout.write(f"{report.verdict}: {Verdict(report.verdict).label}")
        for check in report.checks:
            self.stdout.write(f"  {SIGNS[check.outcome]} {check.text}")
        for label, value in (report.public_facts or {}).items():
            self.stdout.write(f"  {label}: {value}")
        if report.verdict != Verdict.VALID:
            sys.exit(2 if report.verdict == Verdict.UNDECIDED else 1)

    def _report(self, subject: str, name: str | None) -> Report:
        path = Path(subject)
        if path.is_file():
            with path.open("rb") as file:
                return verify_pdf(data=file.read(MAX_PDF_BYTES + 1), now=now())
        if subject.lower().endswith(".pdf"):
            self.stderr.write(f"{subject}: no such file")
            sys.exit(2)
        return verify_number(number=subject, name=name, now=now())
