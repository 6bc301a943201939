"""Training rules in the editors' admin: drafts, review, versions; never an edit of law.

What was approved is shown and not changed: a new version takes its place from a day.
"""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, DeleteView, EditView
from wagtail.admin.viewsets.model import ModelViewSet

from lms.accounts.requests import signed_in
from lms.compliance.domain.rules import (
    approve_rule,
    next_version,
    reject_rule,
    submit_rule,
)
from lms.compliance.enums import RuleState
from lms.compliance.forms import ReviewForm, TrainingRuleForm
from lms.compliance.models import TrainingRule
from lms.compliance.permissions import can_approve_rules
from lms.core import clock
from lms.core.errors import DomainError

EDITABLE = (RuleState.DRAFT, RuleState.REJECTED)
# What a reviewer compares with the version before.
TERMS = (
    "category",
    "industry_class",
    "industry_prefixes",
    "phase",
    "topic",
    "hours",
    "hour_seconds",
    "onsite_hour_seconds",
    "offline_share",
    "levels",
    "due_days",
    "is_repeal",
    "effective_from",
    "effective_to",
    "basis",
    "law_slug",
    "article",
    "source",
    "note",
)


def _shown(rule: TrainingRule | None, name: str) -> Any:
    if rule is None:
        return ""
    if name == "levels":
        return ", ".join(rule.level_names)
    if name == "industry_prefixes":
        return ", ".join(rule.industry_prefixes)
    if name == "is_repeal":
        return _("Yes") if rule.is_repeal else _("No")
    label = getattr(rule, f"get_{name}_display", None)
    return label() if label else getattr(rule, name)


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(f"compliance.{permission}"):
        raise PermissionDenied


def show_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version beside the one before it, with what can be done next."""
    _require(request, "view_trainingrule")
    rule = get_object_or_404(
        TrainingRule.objects.select_related("proposed_by", "reviewed_by"), pk=pk
    )
    before = (
        TrainingRule.objects.approved()
        .filter(code=rule.code, version__lt=rule.version)
        .order_by("-version")
        .first()
    )
    terms = []
    for name in TERMS:
        now, then = _shown(rule, name), _shown(before, name)
        field = cast("Field[Any, Any]", TrainingRule._meta.get_field(name))  # noqa: SLF001
        label = field.verbose_name
        is_changed = before is not None and now != then
        terms.append(
            {"label": label, "now": now, "then": then, "is_changed": is_changed}
        )
    return render(
        request,
        "compliance/admin/rule.html",
        {
            "rule": rule,
            "before": before,
            "terms": terms,
            "form": ReviewForm(),
            "can_edit": rule.state in EDITABLE,
            "can_review": rule.state == RuleState.IN_REVIEW
            and can_approve_rules(request.user)
            and rule.proposed_by_id != request.user.pk,
            "is_own": rule.proposed_by_id == request.user.pk,
            "versions": TrainingRule.objects.filter(code=rule.code).order_by(
                "-version"
            ),
        },
    )


@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a draft in for review."""
    _require(request, "change_trainingrule")
    rule = get_object_or_404(TrainingRule, pk=pk)
    return _answer(
        request,
        rule,
        lambda: submit_rule(rule=rule, by=signed_in(request)),
        _("Handed in. Somebody else has to approve it."),
    )


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a rule or send it back."""
    rule = get_object_or_404(TrainingRule, pk=pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what to do with the rule."))
        return redirect("training_rules:show", pk)
    is_approved = form.cleaned_data["decision"] == "approve"
    act = approve_rule if is_approved else reject_rule
    return _answer(
        request,
        rule,
        lambda: act(
            rule=rule,
            by=signed_in(request),
            now=clock.now(),
            comment=form.cleaned_data["comment"],
        ),
        _("Approved.") if is_approved else _("Sent back to its author."),
    )


@require_POST
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft of the next version and open it."""
    _require(request, "add_trainingrule")
    rule = get_object_or_404(TrainingRule, pk=pk)
    today = clock.shanghai_date(clock.now())
    draft = next_version(
        rule=rule,
        by=signed_in(request),
        effective_from=today.replace(today.year + 1, 1, 1),
    )
    return redirect("training_rules:edit", draft.pk)


def _answer(request: HttpRequest, rule: TrainingRule, act: Any, done: str) -> Any:
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("training_rules:show", rule.pk)


class RuleCreateView(CreateView):
    def save_instance(self) -> TrainingRule:
        self.form.instance.proposed_by = self.request.user
        return self.form.save()

    def get_success_url(self) -> str:
        return reverse("training_rules:show", args=[self.object.pk])


@method_decorator(require_admin_access, name="dispatch")
class RuleEditView(EditView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rule = get_object_or_404(TrainingRule, pk=self.kwargs["pk"])
        if rule.state not in EDITABLE:
            return redirect("training_rules:show", rule.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        return reverse("training_rules:show", args=[self.object.pk])


class RuleDeleteView(DeleteView):
    """Drafts may be thrown away; what was approved is history."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rule = get_object_or_404(TrainingRule, pk=self.kwargs["pk"])
        if rule.state not in EDITABLE:
            return redirect("training_rules:show", rule.pk)
        return super().dispatch(request, *args, **kwargs)


class TrainingRuleViewSet(ModelViewSet):
    model = TrainingRule
    name = url_prefix = "training_rules"
    icon = "list-ul"
    menu_label = gettext_lazy("Training rules")
    menu_order = 350
    add_to_admin_menu = True
    add_view_class = RuleCreateView
    edit_view_class = RuleEditView
    delete_view_class = RuleDeleteView
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = [
        "code",
        Column("version", label=gettext_lazy("version")),
        Column("get_state_display", label=gettext_lazy("state"), sort_key="state"),
        Column("get_category_display", label=gettext_lazy("position category")),
        Column("get_industry_class_display", label=gettext_lazy("kind of enterprise")),
        Column("get_phase_display", label=gettext_lazy("phase")),
        Column("hours", label=gettext_lazy("credit hours")),
        Column("effective_from", label=gettext_lazy("in force from")),
        Column("basis", label=gettext_lazy("basis")),
    ]
    list_filter = ["state", "category", "industry_class", "phase", "topic"]
    search_fields = ["code", "basis", "note"]
    search_backend_name = None

    def get_form_class(self, for_update: bool = False) -> type:
        return TrainingRuleForm

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("show/<int:pk>/", show_rule, name="show"),
            path("hand-in/<int:pk>/", hand_in, name="hand_in"),
            path("decide/<int:pk>/", decide, name="decide"),
            path("new-version/<int:pk>/", new_version, name="new_version"),
        ]


@hooks.register("register_admin_viewset")
def register_training_rules() -> TrainingRuleViewSet:
    return TrainingRuleViewSet()
