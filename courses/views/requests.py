from django.http import HttpRequest

from lms.accounts.models import User


class LearnerRequest(HttpRequest):
    """A request of someone who is signed in (for the type checker only)."""

    user: User
    is_preview: bool
