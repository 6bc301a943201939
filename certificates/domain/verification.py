"""Is this certificate genuine, and does it hold today? By number, QR token or PDF.

Precedence: altered > revoked > superseded > expired > valid. A number that does not
exist and a name that does not belong to it look the same from outside.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from certificates.domain import merkle
from certificates.domain.keys import is_key_in_force
from certificates.domain.names import is_same_name
from certificates.domain.numbers import clean_number
from certificates.domain.pdf_inspection import (
    MAX_PDF_BYTES,
    Inspection,
    Inspector,
    inspect_pdf,
)
from certificates.domain.register import commit
from certificates.domain.tokens import peek_number, read_token
from certificates.enums import CertificateState, Outcome, Verdict
from certificates.models import Certificate, RegisterEntry
from lms.core.clock import shanghai_date
from lms.core.signing import TokenError

PASSED, FAILED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED


@dataclass(frozen=True, slots=True)
class Check:
    """One step: a stable code for programs, a sentence for people."""

    code: str
    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """The answer. `certificate` is None for unknown and undecided."""

    verdict: Verdict
    checks: tuple[Check, ...]
    certificate: Certificate | None = None

    @property
    def public_facts(self) -> dict[str, Any] | None:
        """What a stranger may know: masked holder, no organization, no score."""
        return public_facts(self.certificate) if self.certificate else None


def public_facts(certificate: Certificate) -> dict[str, Any]:
    """Return the facts of a certificate for the public."""
    facts = certificate.facts
    hours = facts.get("hours") or []
    return {
        "number": certificate.number,
        "state": certificate.state,
        "holder": facts.get("holder", {}).get("masked", ""),
        "title": certificate.title,
        "hours": hours[0]["hours"] if hours else None,
        "issued_on": shanghai_date(certificate.issued_at),
        "valid_until": certificate.valid_until,
        "issuer": certificate.issuer.name,
        "register_index": certificate.register_index,
    }


def verify_number(*, number: str, name: str | None = None, now: datetime) -> Report:
    """Check a number, and the holder's full name if given."""
    return _by_number(find_certificate(number), name, now)


def verify_numbers(
    *, pairs: list[tuple[str, str | None]], now: datetime
) -> list[Report]:
    """Do the same for many (number, name), in two queries for all of them."""
    cleaned = [clean_number(number) for number, _name in pairs]
    rows = Certificate.objects.select_related("issuer", "revocation").filter(
        number__in={number for number in cleaned if number}, payload__isnull=False
    )
    found = {row.number: row for row in rows}
    entries = RegisterEntry.objects.in_bulk(
        [row.register_index for row in found.values()]
    )
    reports = []
    for number, (_given, name) in zip(cleaned, pairs, strict=True):
        certificate = found.get(number or "")
        entry = entries.get(certificate.register_index) if certificate else None
        reports.append(_by_number(certificate, name, now, entry=entry))
    return reports


def _by_number(
    certificate: Certificate | None,
    name: str | None,
    now: datetime,
    *,
    entry: RegisterEntry | None = None,
) -> Report:
    if certificate is None or (
        name and not is_same_name(name, certificate.facts["holder"]["name"])
    ):
        return unknown()
    checks = [Check("number_known", PASSED, _("The number is in our register."))]
    if name:
        checks.append(Check("name_matches", PASSED, _("The name belongs to it.")))
    return _judge(certificate, checks, now, entry=entry)


def find_certificate(number: str) -> Certificate | None:
    """Return the certificate of a number as people type it; erased ones are gone."""
    cleaned = clean_number(number)
    if cleaned is None:
        return None
    rows = Certificate.objects.select_related("issuer", "revocation")
    return rows.filter(number=cleaned, payload__isnull=False).first()


def unknown(text: str = "") -> Report:
    """Return the one answer for everything that we never issued, in fitting words."""
    text = text or _("No certificate with these details was issued here.")
    return Report(Verdict.UNKNOWN, (Check("number_known", FAILED, text),))


def _judge(
    certificate: Certificate,
    before: list[Check],
    now: datetime,
    *,
    entry: RegisterEntry | None = None,
) -> Report:
    """Add the checks that hold for every way of asking, and apply the precedence."""
    checks = [*before, *_state_checks(certificate, now, entry)]
    failed = {check.code for check in checks if check.outcome == FAILED}
    verdict = Verdict.VALID
    for codes, candidate in _PRECEDENCE:
        if failed & codes:
            verdict = candidate
            break
    return Report(verdict, tuple(checks), certificate)


_PRECEDENCE: tuple[tuple[frozenset[str], Verdict], ...] = (
    (
        frozenset(
            {"register", "bytes", "signature", "payload", "token", "claims", "key"}
        ),
        Verdict.ALTERED,
    ),
    (frozenset({"not_revoked"}), Verdict.REVOKED),
    (frozenset({"not_superseded"}), Verdict.SUPERSEDED),
    (frozenset({"not_expired"}), Verdict.EXPIRED),
)


def _state_checks(
    certificate: Certificate, now: datetime, entry: RegisterEntry | None
) -> list[Check]:
    # The row of a revocation can't be removed; the state alone could be set back.
    is_revoked = (
        certificate.state == CertificateState.REVOKED
        or getattr(certificate, "revocation", None) is not None
    )
    is_superseded = certificate.state == CertificateState.SUPERSEDED
    until = certificate.valid_until
    is_expired = until is not None and until < shanghai_date(now)
    return [
        _check(
            "register",
            is_registered(certificate, entry=entry),
            _("The append-only register holds it; the entry is unchanged."),
            _("The stored data no longer match the register."),
        ),
        _check(
            "not_revoked",
            not is_revoked,
            _("It has not been revoked."),
            _("The issuer has revoked it."),
        ),
        _check(
            "not_superseded",
            not is_superseded,
            _("It has not been replaced."),
            _("A newer certificate has replaced it; ask for the new one."),
        ),
        _check(
            "not_expired",
            not is_expired,
            _("It has not expired."),
            _("Its validity has ended."),
        ),
    ]


def _check(code: str, is_good: bool, good: str, bad: str) -> Check:
    return Check(code, PASSED if is_good else FAILED, good if is_good else bad)


def is_registered(
    certificate: Certificate, *, entry: RegisterEntry | None = None
) -> bool:
    """Tell whether the leaf commits to exactly this payload and is hashed right.

    Who has read the leaf already hands it in.
    """
    if entry is None:
        entry = RegisterEntry.objects.filter(index=certificate.register_index).first()
    if entry is None or not certificate.payload or not certificate.salt:
        return False
    leaf_is_whole = bytes(entry.leaf_hash) == merkle.leaf_hash(entry.leaf.encode())
    commitment = commit(salt=bytes(certificate.salt), payload=certificate.frozen)
    return leaf_is_whole and f'"commitment":"{commitment}"' in entry.leaf


def verify_token(*, token: str, now: datetime) -> Report:
    """Check what a QR code holds: the address with `#t=`, or the bare token.

    A foreign or damaged signature is `altered`, whatever number it names.
    """
    token = token.strip().rpartition("#t=")[2]
    try:
        claims = read_token(token)
    except TokenError:
        named = find_certificate(peek_number(token))
        if named is None:
            return unknown()
        text = _("The code was not signed by us, or it was changed.")
        return _judge(named, [Check("token", FAILED, text)], now)
    certificate = find_certificate(claims.get("n", ""))
    if certificate is None:
        return unknown()
    checks = [
        Check("token", PASSED, _("The code carries our signature.")),
        _check(
            "claims",
            certificate.facts.get("token") == token,
            _("The code is the one printed on the certificate."),
            _("The code does not belong to this certificate."),
        ),
        *_key_checks(certificate),
    ]
    return _judge(certificate, checks, now)


def _key_checks(certificate: Certificate) -> list[Check]:
    """Return what there is to say of the signing key: nothing while it is in force."""
    standing = is_key_in_force(certificate)
    if standing is None:
        return []
    return [
        _check(
            "key",
            standing,
            _("It was in the register before its signing key was withdrawn."),
            _(
                "Its signing key was withdrawn, and nothing shows that it was "
                "registered before. Ask for a new one."
            ),
        )
    ]


def verify_pdf(
    *, data: bytes, now: datetime, inspector: Inspector | None = None
) -> Report:
    """Check a document byte by byte. Size first, parsing in a limited process.

    Who checks many hands in an `Inspector`, which spares a new process for each.
    """
    if len(data) > MAX_PDF_BYTES:
        return _undecided(
            "size", _("The file is too large to be a certificate of ours.")
        )
    if not data[:1024].lstrip().startswith(b"%PDF-"):
        return _undecided("format", _("This is not a PDF file."))
    inspection = inspector.inspect(data) if inspector else inspect_pdf(data)
    certificate = (
        Certificate.objects.select_related("issuer", "revocation")
        .filter(pdf_sha256=hashlib.sha256(data).hexdigest(), payload__isnull=False)
        .first()
    )
    if certificate is not None:
        return _judge(certificate, _issued_file(certificate, inspection), now)
    return _foreign_file(inspection, now)


def _issued_file(certificate: Certificate, inspection: Inspection) -> list[Check]:
    checks = [Check("bytes", PASSED, _("The file is byte for byte as issued."))]
    if not inspection.is_readable:
        # Identical bytes prove it already; only this second look was cut short.
        text = _("The signature was not looked at again: equal bytes prove it already.")
        return [*checks, Check("signature", SKIPPED, text)]
    return [
        *checks,
        _check(
            "signature",
            inspection.is_signed_by_us,
            _("The digital signature is ours and intact."),
            _("The digital signature is missing, broken or not ours."),
        ),
        _check(
            "payload",
            inspection.attachment == certificate.payload,
            _("The facts inside the file are those of the register."),
            _("The facts inside the file differ from the register."),
        ),
        *_key_checks(certificate),
    ]


def _foreign_file(inspection: Inspection, now: datetime) -> Report:
    """Judge a file that we never stored: a changed copy of ours, or not ours at all."""
    named = _first(find_certificate, inspection.numbers)
    if named is not None:
        checks = [
            Check(
                "bytes",
                FAILED,
                _(
                    "The file names a certificate of ours but is not the file that was "
                    "issued: it was changed or saved anew."
                ),
            ),
            _check(
                "signature",
                inspection.is_signed_by_us,
                _("The digital signature is ours and intact."),
                _("The digital signature is missing, broken or not ours."),
            ),
        ]
        return _judge(named, checks, now)
    if not inspection.is_readable:
        return _undecided(
            "format", _("The file is locked or damaged and cannot be read.")
        )
    if not inspection.has_text and not inspection.has_signature:
        return _undecided(
            "text",
            _(
                "The file is only a picture. Scan its QR code or type its number "
                "instead."
            ),
        )
    return unknown(_("The file names no certificate that was issued here."))


def _first(
    find: Callable[[str], Certificate | None], numbers: tuple[str, ...]
) -> Certificate | None:
    return next((found for found in map(find, numbers) if found is not None), None)


def _undecided(code: str, text: str) -> Report:
    return Report(Verdict.UNDECIDED, (Check(code, FAILED, text),))
