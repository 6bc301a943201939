from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lms.notifications.domain import unread_count as count_unread


def unread_count(request: HttpRequest) -> dict[str, object]:
    """Give every page the number of unread messages; asked only when it is shown."""
    user = getattr(request, "user", None)
    return {"unread_count": SimpleLazyObject(lambda: count_unread(user))}
