"""An item as candidates see it, saved or while it is being written."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from exams.domain.item_media import attach_players
from exams.domain.item_preview import View, preview_of, view_of
from exams.enums import ItemType
from exams.type_forms import FORMS
from exams.views.authoring.finding import find_item, require_author
from lms.accounts.requests import signed_in
from lms.core.clock import now


def saved(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the newest text; a case with its parts."""
    item = find_item(request, pk)
    return _show(request, preview_of(item=item), item.code)


@require_POST
def draft(request: HttpRequest, type_name: str) -> HttpResponse:
    """Show what a form says now, or what it still lacks. Nothing is saved."""
    require_author(request)
    if type_name not in FORMS:
        raise Http404
    key = request.POST.get("item", "")
    item = find_item(request, int(key)) if key.isdecimal() else None
    form = FORMS[type_name](
        request.POST,
        request.FILES,
        instance=item,
        for_user=signed_in(request),
        parent=item.parent if item else None,
    )
    form.fields["bank"].required = False
    if not form.is_valid():
        context = {"problems": form.all_messages()}
        return render(request, "exams/authoring/preview.html", context)
    if item is not None and type_name == ItemType.CASE:
        return _show(request, preview_of(item=item, story=form.content))
    view = view_of(
        type_name=type_name,
        content=form.content,
        score=form.cleaned_data["score"],
        language=form.cleaned_data["language"],
    )
    return _show(request, [view])


def _show(request: HttpRequest, items: list[View], title: str = "") -> HttpResponse:
    attach_players(views=items, subject=signed_in(request).subject_id, now=now())
    context = {"items": items, "title": title}
    return render(request, "exams/authoring/preview.html", context)
