"""Sign-in of staff by organization code, employee number and password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from lms.accounts.models import User
from lms.organizations.domain.sign_in import find_employee


class EmployeeNumberBackend(ModelBackend):
    """Only authenticates; permissions come from the first backend all the same."""

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        *,
        organization_code: str = "",
        employee_number: str = "",
        password: str = "",
        **kwargs: Any,
    ) -> User | None:
        """Return the person behind the number, or None; wrong parts look alike."""
        if not (organization_code and employee_number and password):
            return None
        user = find_employee(
            organization_code=organization_code, employee_number=employee_number
        )
        if user is None:
            # As slow as a wrong password, so that time tells nobody who exists.
            make_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
