"""The steps between a draft and what exams ask."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams.domain import reviewing
from exams.errors import ReviewRefused
from exams.views.authoring.finding import find_item
from lms.accounts.requests import signed_in
from lms.core.clock import now

STEPS = {
    "submit": reviewing.submit_item,
    "approve": reviewing.approve_item,
    "return": reviewing.return_item,
    "retire": reviewing.retire_item,
    "reopen": reviewing.reopen_item,
    "ask-recheck": reviewing.ask_recheck,
    "confirm-recheck": reviewing.confirm_recheck,
}
WITH_NOTE = ("return", "retire", "ask-recheck", "confirm-recheck")


@require_POST
def take(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take one step for an item; a refusal is told in words."""
    item = find_item(request, pk)
    if step not in STEPS:
        raise Http404
    note = {"note": request.POST.get("note", "")} if step in WITH_NOTE else {}
    try:
        STEPS[step](item=item, by=signed_in(request), now=now(), **note)  # type: ignore[operator]
    except ReviewRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your decision was kept."))
    return redirect("items:edit", item.pk)
