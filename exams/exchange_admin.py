"""Import and export of items in the editors' admin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from exams.domain.exchange.drafts import remark_from_json
from exams.domain.exchange.exporting import export_bank
from exams.domain.exchange.importing import is_complete, submit_import
from exams.domain.exchange.messages import message_of, place_of
from exams.domain.exchange.registry import SUFFIXES
from exams.domain.exchange.undoing import undo_import
from exams.domain.exchange.workbooks import returned_workbook, template
from exams.errors import ImportRefused
from exams.exchange_forms import ExportForm, ImportForm
from exams.models import ItemBank, ItemImport
from lms.core.clock import now
from lms.core.enums import JobState

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {".xlsx": XLSX, ".csv": "text/csv", ".xml": "application/xml",
         ".zip": "application/zip"}  # fmt: skip
SHOWN = 200
RECENT = 20


def _file(data: bytes, name: str, suffix: str) -> HttpResponse:
    kind = TYPES.get(suffix, "text/plain; charset=utf-8")
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}{suffix}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def import_items(request: HttpRequest) -> HttpResponse:
    """Upload a file: checked only, or checked and taken."""
    form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            item_import = submit_import(
                bank=data["bank"],
                data=data["file"].read(),
                filename=data["file"].name,
                policy=data["policy"],
                is_dry_run="check" in request.POST,
                format_name=data["format_name"],
                by=request.user,  # type: ignore[arg-type]
            )
        except ImportRefused as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("item_import", item_import.public_id)
    recent = ItemImport.objects.visible_to(request.user).select_related("bank")
    context = {
        "form": form,
        "export_form": ExportForm(user=request.user),
        "recent": recent[:RECENT],
    }
    return render(request, "exams/admin/exchange/import.html", context)


@require_GET
def show_import(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show progress and result of one import."""
    item_import = _import_of(request, public_id)
    remarks = [remark_from_json(one) for one in item_import.report.get("remarks", [])]
    has_ended = item_import.state in (JobState.DONE, JobState.FAILED)
    context = {
        "item_import": item_import,
        "has_ended": has_ended,
        "is_complete": is_complete(item_import),
        "errors": sum(remark.is_error for remark in remarks),
        "notes": sum(not remark.is_error for remark in remarks),
        "more": max(len(remarks) - SHOWN, 0) + item_import.report.get("more", 0),
        "remarks": [
            {
                "is_error": remark.is_error,
                "place": place_of(remark.place),
                "text": message_of(remark),
            }
            for remark in sorted(remarks, key=lambda r: not r.is_error)[:SHOWN]
        ],
        "can_undo": item_import.taken and not item_import.undone_at and has_ended,
        "can_import": item_import.is_dry_run
        and has_ended
        and item_import.report.get("would_take"),
    }
    response = render(request, "exams/admin/exchange/result.html", context)
    if not has_ended:
        response["Refresh"] = "3"
    return response


def _import_of(request: HttpRequest, public_id: str) -> ItemImport:
    rows = ItemImport.objects.visible_to(request.user).select_related("bank")
    return get_object_or_404(rows, public_id=public_id)


@require_POST
def import_checked(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the file that was only checked."""
    checked = _import_of(request, public_id)
    with checked.file.open("rb") as file:
        item_import = submit_import(
            bank=checked.bank,
            data=file.read(),
            filename=checked.filename,
            policy=request.POST.get("policy") or checked.policy,
            format_name=checked.format,
            by=request.user,  # type: ignore[arg-type]
        )
    return redirect("item_import", item_import.public_id)


@require_POST
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one import back."""
    item_import = _import_of(request, public_id)
    try:
        count = undo_import(
            item_import=item_import,
            by=request.user,  # type: ignore[arg-type]
            now=now(),
        )
    except ImportRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%(count)d items were retired.") % {"count": count})
    return redirect("item_import", item_import.public_id)


@require_GET
def download_report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the author's sheet with comments."""
    item_import = _import_of(request, public_id)
    return _file(returned_workbook(item_import=item_import), "report", ".xlsx")


@require_GET
def download_template(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """Return an empty sheet with examples."""
    data = template(format_name=name, english=language == "en")
    return _file(data, f"items-{language}", f".{name}")


def export_items(request: HttpRequest) -> HttpResponse:
    """Download a bank; what the format can't carry is shown before."""
    form = ExportForm(request.POST or None, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return redirect("item_imports")
    bank: ItemBank = form.cleaned_data["bank"]
    format_name: str = form.cleaned_data["format_name"]
    export = export_bank(bank=bank, format_name=format_name, english=_is_english())
    if export.losses and "anyway" not in request.POST:
        context = {
            "form": form,
            "bank": bank,
            "format_name": format_name,
            "format_label": dict(form.fields["format_name"].choices)[format_name],  # type: ignore[attr-defined]
            "count": export.count,
            "losses": [
                {"code": loss.place.element, "text": message_of(loss)}
                for loss in export.losses[:SHOWN]
            ],
            "more": max(len(export.losses) - SHOWN, 0),
        }
        return render(request, "exams/admin/exchange/losses.html", context)
    return _file(export.data, bank.slug, SUFFIXES[format_name])


URLS: list[URLPattern | URLResolver] = [
    path("", import_items, name="item_imports"),
    path("export/", export_items, name="item_export"),
    path(
        "template/<str:language>.<str:name>",
        download_template,
        name="item_import_template",
    ),
    path("<uuid:public_id>/", show_import, name="item_import"),
    path("<uuid:public_id>/import/", import_checked, name="item_import_checked"),
    path("<uuid:public_id>/undo/", undo, name="item_import_undo"),
    path("<uuid:public_id>/report.xlsx", download_report, name="item_import_report"),
]


@hooks.register("register_admin_urls")
def register_exchange_urls() -> list[Any]:
    return [path("item-imports/", include(URLS))]


class BankMenuItem(MenuItem):
    """Shown to those who may edit a bank."""

    def is_shown(self, request: HttpRequest) -> bool:
        return ItemBank.objects.visible_to(request.user).exists()


@hooks.register("register_admin_menu_item")
def register_exchange_menu_item() -> MenuItem:
    return BankMenuItem(
        gettext_lazy("Item exchange"),
        reverse("item_imports"),
        name="item-imports",
        icon_name="upload",
        order=301,
    )
