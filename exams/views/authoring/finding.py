"""How the editor's views find what they may touch: fails closed with 403 and 404."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from exams.models import Item, ItemBank


def find_item(request: HttpRequest, pk: int) -> Item:
    """Return an item of a bank one writes for, with its texts; else 404."""
    items = Item.objects.visible_to(request.user).non_polymorphic()
    rows = items.select_related(
        "bank",
        "topic",
        "current_revision",
        "draft_revision",
        "parent__bank",
        "parent__current_revision",
        "parent__draft_revision",
    )
    return get_object_or_404(rows, pk=pk)


def require_author(request: HttpRequest) -> None:
    """Let in who may edit at least one bank, or add one."""
    user = request.user
    if not user.has_perm("exams.add_itembank") and not (
        ItemBank.objects.visible_to(user).exists()
    ):
        raise PermissionDenied
