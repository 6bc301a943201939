"""One-time codes on paper for people without e-mail: they set their own password.

A code opens only an account that nobody has opened yet, once, for a while. It is
known to the slip alone; the row keeps a salted keyed hash, and each step is audited.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.domain.invitations import PASSWORD_LETTERS
from lms.organizations.domain.queries import organization_members
from lms.organizations.domain.sign_in import find_employment
from lms.organizations.errors import FirstCodeWrong, NotAdministrator, TooManySlips
from lms.organizations.models import FirstCode, Membership, Organization
from lms.organizations.permissions import can_administer
from lms.organizations.querysets import MembershipQuerySet

# 31 letters: 10 of them are 49 bits, out of reach with five trials.
CODE_LENGTH = 10
VALID = timedelta(days=30)
MAX_FAILURES = 5
MAX_SLIPS = 2_000
PREFIX = "anxue first code"


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on one person's paper; the code is known here and nowhere else."""

    name: str
    employee_number: str
    department: str
    code: str
    valid_until: datetime


def people_without_sign_in(
    *,
    organization: Organization,
    on: date,
    departments: Iterable[int] | None = None,
) -> MembershipQuerySet:
    """Return the employees whose account nobody has opened, and who have a number.

    An account that was ever used, by password, passkey or single sign-on, is never
    among them: a slip must not open what belongs to somebody.
    """
    rows = (
        organization_members(organization_id=organization.pk, on=on)
        .filter(
            user__password__startswith=UNUSABLE_PASSWORD_PREFIX,
            user__last_login__isnull=True,
            user__is_active=True,
        )
        .exclude(employee_number="")
    )
    if departments is not None:
        rows = rows.filter(department_id__in=set(departments))
    return rows.order_by("department__name", "department_id", "employee_number", "pk")


@transaction.atomic
def issue_first_codes(
    *,
    organization: Organization,
    departments: Iterable[int] | None,
    by: User,
    now: datetime,
    on: date,
) -> list[Slip]:
    """Make a code for each of `people_without_sign_in`; older open ones end.

    Raises:
        NotAdministrator: `by` does not administer the organization.
        TooManySlips: more than MAX_SLIPS at once; nothing is made then.
    """
    if not can_administer(by, organization):
        raise NotAdministrator(
            "not_administrator", _("You do not administer this organization.")
        )
    rows = people_without_sign_in(
        organization=organization, on=on, departments=departments
    )
    people = list(rows[: MAX_SLIPS + 1])
    if len(people) > MAX_SLIPS:
        raise TooManySlips(
            "too_many_slips",
            _("More than %(limit)s slips at once. Choose a department.")
            % {"limit": MAX_SLIPS},
        )
    FirstCode.objects.filter(membership__in=people, closed_at=None).update(
        closed_at=now
    )
    until = now + VALID
    slips, codes = [], []
    for person in people:
        code = get_random_string(CODE_LENGTH, PASSWORD_LETTERS)
        slips.append(_slip(person, code, until))
        codes.append(
            FirstCode(
                membership=person,
                code_hash=_seal(code),
                created_by=by,
                created_at=now,
                expires_at=until,
            )
        )
    FirstCode.objects.bulk_create(codes, batch_size=500)
    if people:
        record(
            actor=by,
            verb=Verb.FIRST_CODES_ISSUED,
            obj=organization,
            data={
                "count": len(people),
                "members": [str(person.public_id) for person in people],
            },
        )
    return slips


def _slip(person: Membership, code: str, until: datetime) -> Slip:
    department = person.department.name if person.department else ""
    number = person.employee_number
    return Slip(person.listed_name, number, department, code, until)


def redeem_first_code(
    *,
    organization_code: str,
    employee_number: str,
    code: str,
    password: str,
    now: datetime,
) -> User:
    """Set the first password by a code from paper; the password is validated before.

    Raises:
        FirstCodeWrong: nobody, no code, a wrong, used or old one: all look alike.
            Wrong codes are counted; after MAX_FAILURES the paper is worthless.
    """
    membership = find_employment(
        organization_code=organization_code, employee_number=employee_number
    )
    held = None
    if membership is not None:
        rows = FirstCode.objects.filter(membership=membership, closed_at=None)
        held = rows.filter(expires_at__gt=now).first()
    sealed = held.code_hash if held else _seal("")
    is_right = _is_sealed(code.strip().lower().replace(" ", ""), sealed)
    if membership is None or held is None:
        raise _wrong()
    if not is_right:
        # Outside of any transaction that the refusal would undo.
        _count_failure(held, now)
        raise _wrong()
    return _open_account(membership, held, password, now)


@transaction.atomic
def _open_account(
    membership: Membership, held: FirstCode, password: str, now: datetime
) -> User:
    used = FirstCode.objects.filter(
        pk=held.pk, closed_at=None, failures__lt=MAX_FAILURES
    ).update(closed_at=now, used_at=now)
    user = User.objects.select_for_update().get(pk=membership.user_id)
    # Opened by another way since the slip was printed: it belongs to somebody now.
    if not used or user.has_usable_password() or user.last_login is not None:
        raise _wrong()
    user.set_password(password)
    user.save(update_fields=["password"])
    record(actor=user, verb=Verb.FIRST_CODE_USED, obj=membership)
    return user


@transaction.atomic
def _count_failure(held: FirstCode, now: datetime) -> None:
    rows = FirstCode.objects.filter(pk=held.pk, closed_at=None)
    rows.update(failures=F("failures") + 1)
    closed = rows.filter(failures__gte=MAX_FAILURES).update(closed_at=now)
    if closed:
        record(verb=Verb.FIRST_CODE_REFUSED, obj=held.membership)


def _wrong() -> FirstCodeWrong:
    return FirstCodeWrong(
        "first_code_wrong",
        _(
            "The code, the employee number or the one-time code is not right, or the "
            "paper is too old. Ask your administrator for a new one."
        ),
    )


def _seal(code: str) -> str:
    salt = secrets.token_hex(16)
    return f"{salt}${_digest(code, salt)}"


def _is_sealed(code: str, sealed: str) -> bool:
    salt, _sign, digest = sealed.partition("$")
    return constant_time_compare(_digest(code, salt), digest)


def _digest(code: str, salt: str) -> str:
    """Keyed by the installation's secret: the table alone can't be tried out."""
    return salted_hmac(f"{PREFIX}{salt}", code, algorithm="sha256").hexdigest()
