from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lms.core import clock
from lms.notifications.domain.messages import mark_all_read, mark_read
from lms.notifications.models import Message

PER_PAGE = 20


@login_required
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """List the person's messages, newest first, unread ones marked."""
    rows = Message.objects.visible_to(request.user)
    only_unread = request.GET.get("show") == "unread"
    if only_unread:
        rows = rows.unread()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "only_unread": only_unread}
    return render(request, "notifications/inbox.html", context)


@login_required
@require_POST
def open_message(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mark a message as read and go where it points."""
    rows = Message.objects.visible_to(request.user)
    message = get_object_or_404(rows, public_id=public_id)
    mark_read(message=message, now=clock.now())
    if message.url and url_has_allowed_host_and_scheme(message.url, set()):
        return redirect(message.url)
    return redirect("notifications:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    mark_all_read(user=request.user, now=clock.now())
    return redirect("notifications:inbox")
