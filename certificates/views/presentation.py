"""What the pages say about a report: tone, icon and one sentence of advice."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from certificates.domain.verification import Check, Report
from certificates.enums import Outcome, Verdict

TONES = {
    Verdict.VALID: ("success", "circle-check-big"),
    Verdict.EXPIRED: ("signal", "calendar-x"),
    Verdict.SUPERSEDED: ("signal", "replace"),
    Verdict.REVOKED: ("danger", "ban"),
    Verdict.ALTERED: ("danger", "octagon-x"),
    Verdict.UNKNOWN: ("danger", "search-x"),
    Verdict.UNDECIDED: ("signal", "circle-help"),
}
NOTES = {
    Verdict.VALID: _("Issued here and in force today."),
    Verdict.EXPIRED: _("It was genuine, but its validity has ended."),
    Verdict.SUPERSEDED: _("A newer certificate replaces it. Ask for the new one."),
    Verdict.REVOKED: _("The issuer has taken it back. It no longer counts."),
    Verdict.ALTERED: _("What you have is not what was issued. Do not accept it."),
    Verdict.UNKNOWN: _(
        "Nothing was issued here with these details. Check number and name letter by "
        "letter."
    ),
    Verdict.UNDECIDED: _("Try the QR code, the number, or the original PDF file."),
}
CHECK_ICONS = {
    Outcome.PASSED: "circle-check",
    Outcome.FAILED: "circle-x",
    Outcome.SKIPPED: "circle-minus",
}


@dataclass(frozen=True, slots=True)
class Line:
    icon_name: str
    outcome: str
    text: str


def present(report: Report) -> dict[str, Any]:
    """Return what `certificates/report.html` shows."""
    tone, icon_name = TONES[report.verdict]
    return {
        "verdict": report.verdict,
        "word": Verdict(report.verdict).label,
        "note": NOTES[report.verdict],
        "tone": tone,
        "icon_name": icon_name,
        "lines": [_line(check) for check in report.checks],
        "facts": report.public_facts,
    }


def _line(check: Check) -> Line:
    return Line(CHECK_ICONS[check.outcome], str(check.outcome), check.text)
