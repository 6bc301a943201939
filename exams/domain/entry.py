"""The door of an exam: from where, with which browser, with which code."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from courses.models import Enrollment
from exams.domain.attempts import (
    Seat,
    open_attempt,
    start_attempt,
    start_refusal,
    take_seat,
)
from exams.domain.writers import Tab
from exams.errors import ExamNotPermitted, TooManyTries
from exams.models import AccessTry, Attempt, Exam
from exams.validators import lines_of
from lms.accounts.models import User

MAX_TRIES = 5
TRY_WINDOW = timedelta(minutes=10)
_PURPOSE = "exams.access-code"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """From where somebody comes, as the request says.

    Attributes:
        address: IP address of the device; None: unknown.
        url: full address of the request, without fragment.
        config_key_hash: header `X-SafeExamBrowser-ConfigKeyHash`.
        request_hash: header `X-SafeExamBrowser-RequestHash`.
        user_agent: the browser's name of itself.
    """

    address: str | None = None
    url: str = ""
    config_key_hash: str = ""
    request_hash: str = ""
    user_agent: str = ""


def enter_exam(
    *,
    exam: Exam,
    candidate: User,
    enrollment: Enrollment | None,
    surroundings: Surroundings,
    access_code: str = "",
    now: datetime,
) -> Attempt:
    """Let a person in and start the attempt, or return the one that runs.

    The code is asked at the start only: who comes back needs the place, not the code.

    Raises:
        ExamNotPermitted: `wrong_network`, `safe_browser_required`,
            `access_code_required`, `access_code_wrong`.
        TooManyTries: wrong codes one after the other (`retry_after`).
        ExamNotOpen: as `start_attempt`.
    """
    _check_door(exam, candidate, surroundings, access_code, now)
    return start_attempt(exam=exam, candidate=candidate, enrollment=enrollment, now=now)


def enter_at_once(
    *,
    exam: Exam,
    candidate: User,
    enrollment: Enrollment | None,
    surroundings: Surroundings,
    access_code: str = "",
    client_key: str = "",
    now: datetime,
) -> Seat:
    """Let a person in, start or return the attempt, and let the asking tab answer.

    `client_key` is the tab's own name of itself; the same name is the same writer.

    Raises:
        ExamNotPermitted, TooManyTries, ExamNotOpen: as `enter_exam`.
    """
    _check_door(exam, candidate, surroundings, access_code, now)
    tab = Tab(client_key, surroundings.user_agent, surroundings.address)
    return take_seat(
        exam=exam, candidate=candidate, enrollment=enrollment, tab=tab, now=now
    )


def _check_door(
    exam: Exam, candidate: User, place: Surroundings, access_code: str, now: datetime
) -> None:
    check_place(exam=exam, surroundings=place)
    if exam.needs_access_code and (
        open_attempt(exam=exam, candidate=candidate, now=now) is None
    ):
        # Whoever may not start anyway must not be able to try codes.
        refusal = start_refusal(exam=exam, candidate=candidate, now=now)
        if refusal is not None:
            raise refusal
        check_access_code(exam=exam, candidate=candidate, code=access_code, now=now)


def check_place(*, exam: Exam, surroundings: Surroundings) -> None:
    """Refuse a wrong network and a wrong browser.

    Raises:
        ExamNotPermitted: `wrong_network`, `safe_browser_required`.
    """
    refusal = place_refusal(exam=exam, surroundings=surroundings)
    if refusal is not None:
        raise refusal


def place_refusal(*, exam: Exam, surroundings: Surroundings) -> ExamNotPermitted | None:
    """Return why this is not the place for the exam; None: it is."""
    networks = lines_of(exam.allowed_networks)
    if networks and not is_in_networks(surroundings.address, networks):
        return ExamNotPermitted(
            "wrong_network",
            _("This exam can be taken only from the network of the exam room."),
        )
    if exam.needs_safe_browser and not is_safe_browser(
        exam=exam, surroundings=surroundings
    ):
        return ExamNotPermitted(
            "safe_browser_required",
            _("Open this exam in Safe Exam Browser, with the file you were given."),
        )
    return None


def is_in_networks(address: str | None, networks: Iterable[str]) -> bool:
    """Tell whether an address lies in one of the networks; an unknown one does not."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(
        found in ipaddress.ip_network(network, strict=False) for network in networks
    )


def is_safe_browser(*, exam: Exam, surroundings: Surroundings) -> bool:
    """Check the headers that Safe Exam Browser sends with every request.

    Each is the SHA-256, in hexadecimal, of the address of the request followed by the
    key (https://safeexambrowser.org/developer/seb-config-key.html). Where keys of both
    kinds are kept, both have to fit.
    """
    pairs = (
        (exam.safe_browser_config_keys, surroundings.config_key_hash),
        (exam.safe_browser_exam_keys, surroundings.request_hash),
    )
    return all(
        _fits(sent, url=surroundings.url, keys=lines_of(keys))
        for keys, sent in pairs
        if keys.strip()
    )


def _fits(sent: str, *, url: str, keys: Iterable[str]) -> bool:
    expected = [
        hashlib.sha256(f"{url}{key.lower()}".encode()).hexdigest() for key in keys
    ]
    # All of them are compared, so that the time tells nothing.
    return sum(constant_time_compare(sent.lower(), value) for value in expected) > 0


def hash_access_code(code: str) -> str:
    """Return what is kept of a code: salt and keyed hash.

    Keyed with the secret of the installation: codes are short, and a stolen table
    alone must not give them away. A slow hash would cost a thousand starts a minute.
    """
    salt = secrets.token_hex(8)
    return f"{salt}${_code_digest(salt, code)}"


def is_access_code(code: str, *, kept: str) -> bool:
    """Compare in constant time; spaces around and case do not matter."""
    salt, _dollar, digest = kept.partition("$")
    return hmac.compare_digest(_code_digest(salt, code), digest)


def _code_digest(salt: str, code: str) -> str:
    normal = code.strip().casefold()
    return salted_hmac(_PURPOSE, f"{salt}{normal}", algorithm="sha256").hexdigest()


def check_access_code(*, exam: Exam, candidate: User, code: str, now: datetime) -> None:
    """Refuse a missing or wrong code; after five wrong ones nothing is looked at.

    The try is written down before it is judged, so that a hundred at once are counted
    like a hundred in a row. Must not run inside a transaction that is rolled back.

    Raises:
        ExamNotPermitted: `access_code_required`, `access_code_wrong`.
        TooManyTries: `too_many_tries` (`retry_after`).
    """
    if not code.strip():
        raise ExamNotPermitted(
            "access_code_required", _("Write the access code of this exam.")
        )
    tries = AccessTry.objects.filter(exam=exam, candidate=candidate)
    AccessTry.objects.create(exam=exam, candidate=candidate, tried_at=now)
    recent = tries.filter(tried_at__gt=now - TRY_WINDOW)
    if recent.count() > MAX_TRIES:
        raise TooManyTries(
            "too_many_tries",
            _("Too many wrong codes. Ask the invigilator and try again in 10 minutes."),
            retry_after=int(TRY_WINDOW.total_seconds()),
        )
    if not is_access_code(code, kept=exam.access_code_hash):
        raise ExamNotPermitted(
            "access_code_wrong", _("This is not the access code of this exam.")
        )
    tries.delete()
