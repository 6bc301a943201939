"""The revisions of an item, what changed between them, and going back to one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams.domain.item_facts import changes_of, compare_facts, facts_at
from exams.domain.item_history import compare
from exams.domain.reviewing import restore_revision
from exams.models import ItemReview
from exams.views.authoring.finding import find_item
from lms.accounts.requests import signed_in
from lms.core.clock import now


def index(request: HttpRequest, pk: int) -> HttpResponse:
    """List the revisions, newest first, and the steps of the review."""
    item = find_item(request, pk)
    reviews = ItemReview.objects.visible_to(request.user).filter(
        item=item.parent or item
    )
    context = {
        "item": item,
        "revisions": item.revisions.select_related("created_by").order_by("-number"),
        "reviews": reviews.select_related("by", "revision").order_by("-pk"),
        "facts_changes": changes_of(item),
    }
    return render(request, "exams/authoring/history.html", context)


def detail(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show what a revision changed against an older one (default: the one before)."""
    item = find_item(request, pk)
    revision = get_object_or_404(item.revisions, number=number)
    wanted = request.GET.get("with", "")
    other = int(wanted) if wanted.isdecimal() else number - 1
    before = item.revisions.filter(number=other).first()
    facts = facts_at(item=item, revision=revision)
    context = {
        "item": item,
        "revision": revision,
        "before": before,
        "changes": compare(
            type_name=item.type,
            before=before.content if before else revision.content,
            after=revision.content,
        ),
        "facts": compare_facts(
            facts_at(item=item, revision=before) if before else facts, facts
        ),
        "numbers": item.revisions.order_by("number").values_list("number", flat=True),
    }
    return render(request, "exams/authoring/revision.html", context)


@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Write an older text anew as a draft."""
    item = find_item(request, pk)
    revision = get_object_or_404(item.revisions, number=number)
    restore_revision(item=item, revision=revision, by=signed_in(request), now=now())
    messages.success(
        request,
        _("The text of revision %(number)d is the newest again. Send it to review.")
        % {"number": number},
    )
    return redirect("items:edit", item.pk)
