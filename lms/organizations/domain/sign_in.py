"""Finding the person behind an organization code and an employee number."""

from lms.accounts.models import User
from lms.core.text import normalize
from lms.organizations.domain.queries import today
from lms.organizations.enums import MembershipRole
from lms.organizations.models import Membership
from lms.organizations.validators import normalize_credit_code


def find_employee(*, organization_code: str, employee_number: str) -> User | None:
    """Return the person behind `find_employment`, or None."""
    found = find_employment(
        organization_code=organization_code, employee_number=employee_number
    )
    return found.user if found else None


def find_employment(
    *, organization_code: str, employee_number: str
) -> Membership | None:
    """Return the active employment with this number, or None.

    The code is the unified social credit code or the organization's short code, in
    any case and width.
    """
    code = normalize_credit_code(organization_code)
    short = normalize(organization_code).lower()
    number = normalize(employee_number).replace(" ", "")
    rows = (
        Membership.objects.filter(
            employee_number__iexact=number,
            role=MembershipRole.EMPLOYEE,
            organization__is_active=True,
        )
        .active(today())
        .select_related("user", "organization")
    )
    found = list(rows.filter(organization__code=code)[:3])
    found = found or list(rows.filter(organization__short_code=short)[:3])
    # Numbers that differ in case only: exactness decides, else nobody.
    exact = [m for m in found if m.employee_number == number] or found
    return exact[0] if len(exact) == 1 else None
