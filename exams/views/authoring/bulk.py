"""One step for many items: shown first, done after a confirmation."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from exams.domain.reviewing import move_to_topic, retire_item, submit_item
from exams.errors import ReviewRefused
from exams.models import Item, Topic
from exams.views.authoring.finding import require_author
from lms.accounts.requests import signed_in
from lms.core.clock import now

SUBMIT, RETIRE, MOVE = "submit", "retire", "move"
ACTIONS = [
    (SUBMIT, gettext_lazy("Send to review")),
    (MOVE, gettext_lazy("Move to another topic")),
    (RETIRE, gettext_lazy("Retire")),
]
MAX_ITEMS = 500
NAMED = 10


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Ask first; the same request with `confirmed` does it."""
    require_author(request)
    action = request.POST.get("action", "")
    items = _items(request)
    back = _back(request)
    if action not in dict(ACTIONS) or not items:
        messages.warning(request, _("Choose items and what to do with them."))
        return redirect(back)
    owners = {item.bank.owner_organization_id for item in items}
    topics = Topic.objects.visible_to(request.user)
    topics = topics.filter(_of_owners(owners)) if len(owners) == 1 else topics.none()
    if "confirmed" not in request.POST:
        context = {
            "action": action,
            "label": dict(ACTIONS)[action],
            "items": items,
            "topics": topics,
            "back": back,
        }
        return render(request, "exams/authoring/bulk.html", context)
    if action == MOVE:
        return _move(request, items, topics, back)
    _each(request, items, submit_item if action == SUBMIT else retire_item)
    return redirect(back)


def _of_owners(owners: set[int | None]) -> Q:
    owner = next(iter(owners))
    if owner is None:
        return Q(owner_organization_id__isnull=True)
    return Q(owner_organization_id=owner)


def _items(request: HttpRequest) -> list[Item]:
    keys = [key for key in request.POST.getlist("item") if key.isdecimal()]
    rows = Item.objects.visible_to(request.user).non_polymorphic()
    rows = rows.filter(pk__in=keys[:MAX_ITEMS]).select_related("bank", "topic")
    return list(rows.order_by("code", "pk"))


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if is_ours and wanted.startswith("/") else "items:index"


def _move(request: HttpRequest, items: list[Item], topics: Any, back: str) -> Any:
    wanted = request.POST.get("topic", "")
    topic = topics.filter(pk=wanted).first() if wanted.isdecimal() else None
    if topic is None:
        messages.error(request, _("Choose a topic of the owner of these items."))
        return redirect(back)
    count = move_to_topic(items=items, topic_id=topic.pk, by=signed_in(request))
    _tell(request, count)
    return redirect(back)


def _each(request: HttpRequest, items: list[Item], step: Callable[..., Item]) -> None:
    """Take one step for each; what is refused keeps no other waiting."""
    done, refused = 0, []
    for item in items:
        try:
            step(item=item, by=signed_in(request), now=now())
        except ReviewRefused as refusal:
            refused.append(f"{item.code}: {refusal.message}")
        else:
            done += 1
    if done:
        _tell(request, done)
    for text in refused[:NAMED]:
        messages.warning(request, text)
    if len(refused) > NAMED:
        rest = len(refused) - NAMED
        messages.warning(request, _("%(count)d more were refused.") % {"count": rest})


def _tell(request: HttpRequest, count: int) -> None:
    text = ngettext(
        "%(count)d item was changed.", "%(count)d items were changed.", count
    )
    messages.success(request, text % {"count": count})
