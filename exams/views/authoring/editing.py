"""Writing an item: the form of its type, and files on their way into it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams.domain.authoring import move_part as move_part_of
from exams.domain.exchange.bank_drafts import law_names
from exams.domain.item_citations import amended_articles
from exams.domain.item_files import kind_of, store_file
from exams.domain.reviewing import authors_of, parts_of, submit_item
from exams.domain.twins import Twin, find_twins
from exams.enums import ItemStatus, ItemType, PendingState
from exams.errors import FileRefused, ReviewRefused, TextChanged
from exams.forms import ItemForm
from exams.models import Item
from exams.row_forms import keep_value
from exams.type_forms import FORMS
from exams.views.authoring.finding import find_item, require_author
from lms.accounts.requests import signed_in
from lms.core.clock import now


def add(request: HttpRequest) -> HttpResponse:
    """Write a new item; its type comes first, because it decides the form."""
    require_author(request)
    case = _case(request)
    type_name = request.GET.get("type", "")
    if type_name not in FORMS or (case and type_name == ItemType.CASE):
        types = [
            (value, label)
            for value, label in ItemType.choices
            if not (case and value == ItemType.CASE)
        ]
        context = {"types": types, "case": case, "bank": request.GET.get("bank", "")}
        return render(request, "exams/authoring/choose_type.html", context)
    bank = request.GET.get("bank", "")
    form = FORMS[type_name](
        request.POST or None,
        request.FILES or None,
        for_user=signed_in(request),
        parent=case,
        initial={"bank": bank} if bank.isdecimal() else {},
    )
    return _answer(request, form, None, case)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write on; what exams ask stays until the new text is approved."""
    item = find_item(request, pk)
    form = FORMS[item.type](
        request.POST or None,
        request.FILES or None,
        instance=item,
        for_user=signed_in(request),
    )
    return _answer(request, form, item, item.parent)


def _case(request: HttpRequest) -> Item | None:
    key = request.GET.get("case", "")
    if not key:
        return None
    rows = Item.objects.visible_to(request.user).non_polymorphic()
    rows = rows.filter(type=ItemType.CASE).select_related("bank")
    return get_object_or_404(rows, pk=key if key.isdecimal() else 0)


def _answer(
    request: HttpRequest, form: ItemForm, item: Item | None, case: Item | None
) -> HttpResponse:
    twins: list[Twin] = []
    if request.method == "POST" and form.is_valid():
        twins = _unknown_twins(request, form, item, case)
        if not twins:
            saved = _save(request, form)
            if saved is not None:
                return saved
    context = {
        "form": form,
        "item": item,
        "case": case,
        "twins": twins,
        "type_name": form.type_name,
        "type_label": ItemType(form.type_name).label,
        "problems": form.all_messages() if form.is_bound else [],
        "laws": sorted(name for name in law_names() if not name.isascii()),
    } | (_standing(request, item) if item else {})
    return render(request, "exams/authoring/edit.html", context)


def _unknown_twins(
    request: HttpRequest, form: ItemForm, item: Item | None, case: Item | None
) -> list[Twin]:
    """Return the twins that the author was not told of yet."""
    found = find_twins(
        type_name=form.type_name,
        content=form.content,
        bank=form.cleaned_data["bank"],
        item=item or (Item(parent=case) if case else None),
    )
    accepted = set(request.POST.getlist("twin"))
    return [] if {str(twin.item.pk) for twin in found} <= accepted else found


def _save(request: HttpRequest, form: ItemForm) -> HttpResponse | None:
    try:
        item = form.save()
    except TextChanged as refusal:
        form.add_error(None, refusal.message)
        # Whoever saves again after having been told means it.
        fresh = find_item(request, form.instance.pk).newest_revision
        keep_value(form, "base", fresh.pk if fresh else "")
        return None
    messages.success(request, _("“%(code)s” was saved.") % {"code": item.code})
    if "submit" in request.POST:
        try:
            submit_item(item=item, by=signed_in(request), now=now())
        except ReviewRefused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("It was sent to review."))
    if "another" in request.POST:
        query = f"type={form.type_name}&bank={item.bank_id}"
        if item.parent_id:
            query += f"&case={item.parent_id}"
        return redirect(f"{reverse('items:add')}?{query}")
    return redirect("items:edit", item.pk)


def _standing(request: HttpRequest, item: Item) -> dict[str, Any]:
    """Return where a saved item stands, and which steps the reader may take."""
    whole = item.parent or item
    is_in_review = whole.pending == PendingState.IN_REVIEW
    is_author = is_in_review and signed_in(request).pk in authors_of(whole)
    is_retired = item.status == ItemStatus.RETIRED
    return {
        "whole": whole,
        "is_in_review": is_in_review,
        "is_author": is_author,
        "can_submit": not is_in_review
        and not is_retired
        and (whole.status == ItemStatus.DRAFT or bool(whole.pending)),
        "is_retired": is_retired,
        "needs_recheck": whole.status == ItemStatus.NEEDS_RECHECK,
        "parts": parts_of(item)[1:] if item.type == ItemType.CASE else [],
        "amended": amended_articles(item),
        "last_note": _last_note(whole),
    }


def _last_note(whole: Item) -> Any:
    if whole.pending != PendingState.DRAFT and whole.status != ItemStatus.NEEDS_RECHECK:
        return None
    return whole.reviews.exclude(note="").select_related("by").last()


@require_POST
def move_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a sub-item change places with its neighbor."""
    item = find_item(request, pk)
    if item.parent is not None:
        move_part_of(item=item, is_up=request.POST.get("direction") == "up")
        return redirect("items:edit", item.parent_id)
    return redirect("items:edit", item.pk)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a file as soon as it is chosen; the form then names it by its address."""
    require_author(request)
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"detail": _("Choose a file.")}, status=422)
    try:
        source = store_file(file, pictures_only="pictures" in request.POST)
    except FileRefused as refusal:
        return JsonResponse({"detail": refusal.message}, status=refusal.status)
    return JsonResponse({"source": source, "kind": kind_of(source)})
