from typing import cast

from django.http import HttpRequest

from lms.accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """Return the person behind a request that `login_required` let through."""
    return cast("User", request.user)
