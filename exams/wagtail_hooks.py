"""Banks, items, papers and exams in the editors' admin."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    Panel,
)
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton

import exams.exchange_admin
import exams.print_admin  # noqa: F401 -- both register their hooks
from exams.domain.drawing import refusal_reasons
from exams.domain.papers import publish_paper
from exams.enums import Selection
from exams.errors import InfeasibleBlueprint
from exams.exam_admin import ExamViewSet, OwnedIndexView
from exams.models import ItemBank, Paper, Topic
from exams.views import authoring, office
from lms.core.clock import now, shanghai_date


class ItemBankViewSet(ModelViewSet):
    model = ItemBank
    name = url_prefix = "item-banks"
    icon = "folder-inverse"
    menu_label = _("Item banks")
    index_view_class = OwnedIndexView
    list_display = ["title", "slug", "audience"]
    search_fields = ["title", "slug"]
    search_backend_name = None
    form_fields = ["title", "slug", "description", "owner_organization_id", "audience"]


class TopicViewSet(ModelViewSet):
    model = Topic
    name = url_prefix = "item-topics"
    icon = "tag"
    menu_label = pgettext_lazy("item", "Topics")
    index_view_class = OwnedIndexView
    list_display = ["name", "parent", "order"]
    search_fields = ["name"]
    search_backend_name = None
    form_fields = ["name", "parent", "order", "owner_organization_id"]


class AuthorMenuItem(MenuItem):
    """Shown to those who may edit a bank."""

    def is_shown(self, request: HttpRequest) -> bool:
        return ItemBank.objects.visible_to(request.user).exists()


class ItemViewSet(ViewSet):
    """Plain views: Wagtail's own stumble over polymorphic proxies."""

    name = url_prefix = "items"
    icon = "help"
    menu_label = _("Items")
    menu_item_class = AuthorMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return list(authoring.urlpatterns)


class FeasibilityPanel(Panel):
    """Says whether the banks hold what the blueprint asks for."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "exams/admin/feasibility.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            paper = self.instance
            context["is_blueprint"] = paper.selection == Selection.BLUEPRINT
            if paper.pk and context["is_blueprint"]:
                context["reasons"] = refusal_reasons(
                    paper=paper, on=shanghai_date(now())
                )
            return context


def _publish(request: HttpRequest, paper: Paper) -> None:
    """Publish what can be drawn; say plainly why something can't."""
    try:
        publish_paper(paper=paper, on=shanghai_date(now()))
    except InfeasibleBlueprint as refusal:
        messages.warning(request, refusal.message)


class PaperCreateView(CreateView):
    def save_instance(self) -> Paper:
        paper = super().save_instance()
        _publish(self.request, paper)
        return paper


class PaperEditView(EditView):
    @property
    def header_buttons(self) -> list[HeaderButton]:
        keys = [self.object.pk]
        preview, prints = (
            reverse(n, args=keys) for n in ("paper_preview", "paper_prints")
        )
        figures = reverse("exam_office:paper_statistics", args=keys)
        return [
            HeaderButton(label=_("Preview"), url=preview, icon_name="view"),
            HeaderButton(label=_("Print"), url=prints, icon_name="print"),
            HeaderButton(label=_("Statistics"), url=figures, icon_name="order"),
        ]

    def save_instance(self) -> Paper:
        paper = super().save_instance()
        _publish(self.request, paper)
        return paper


class PaperViewSet(ModelViewSet):
    model = Paper
    name = url_prefix = "papers"
    icon = "doc-full"
    menu_label = _("Papers")
    index_view_class = OwnedIndexView
    add_view_class = PaperCreateView
    edit_view_class = PaperEditView
    copy_view_enabled = False
    list_display = [
        "title",
        Column("get_selection_display", label=_("selection")),
        Column("get_state_display", label=_("state")),
    ]
    list_filter = ["selection", "state"]
    search_fields = ["title", "slug"]
    search_backend_name = None
    panels = [
        FieldPanel("title"),
        FieldPanel("slug"),
        FieldRowPanel([FieldPanel("selection"), FieldPanel("role")]),
        FieldPanel("banks"),
        FieldRowPanel([FieldPanel("shuffle_items"), FieldPanel("shuffle_options")]),
        MultiFieldPanel(
            [
                FieldPanel("draw_mode"),
                FieldPanel("equal_difficulty"),
                FieldRowPanel(
                    [FieldPanel("exposure_limit"), FieldPanel("total_score")]
                ),
            ],
            heading=_("How it is drawn"),
        ),
        FieldRowPanel([FieldPanel("owner_organization_id"), FieldPanel("audience")]),
        FeasibilityPanel(heading=_("Feasibility")),
        InlinePanel("sections", label=_("section"), heading=_("Blueprint")),
        InlinePanel(
            "paper_items",
            label=_("item"),
            heading=_("Fixed items; in a blueprint: items that every draw includes"),
        ),
    ]


class ExamViewSetGroup(ModelViewSetGroup):
    menu_label = _("Exams")
    menu_icon = "form"
    menu_order = 300
    items = (
        ItemViewSet(),
        ItemBankViewSet(),
        TopicViewSet(),
        PaperViewSet(),
        ExamViewSet(),
    )


@hooks.register("register_admin_viewset")
def register_exam_viewsets() -> ExamViewSetGroup:
    return ExamViewSetGroup()


@hooks.register("register_permissions")
def register_examiner_permission() -> QuerySet:
    """Let groups be examiners of the platform's exams."""
    return Permission.objects.filter(
        content_type__app_label="exams", codename="mark_attempts"
    )


@hooks.register("register_admin_urls")
def register_office_urls() -> list[URLResolver]:
    included = (office.urlpatterns, "exam_office")
    return [path("exam-office/", include(included, namespace="exam_office"))]
