"""The rules of an exam in the editors' admin: minutes for seconds, codes for hashes."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from exams.domain.entry import hash_access_code
from exams.models import Exam
from lms.audit.domain import record
from lms.audit.enums import Verb

MIN_CODE = 4


class OwnedIndexView(IndexView):
    """Lists only what the author may edit."""

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().visible_to(self.request.user)


class MinutesField(forms.IntegerField):
    """Whole minutes for people, seconds for the model."""

    def __init__(self, *, at_least: int = 0, **kwargs: Any) -> None:
        super().__init__(min_value=at_least, max_value=525_600, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            minutes, rest = divmod(value, 60)
            return f"{value / 60:.1f}" if rest else minutes
        return value

    def clean(self, value: Any) -> int | None:
        minutes = super().clean(value)
        return None if minutes is None else minutes * 60

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ExamForm(WagtailAdminModelForm):
    """Adds the access code, which is kept as a hash and shown to nobody."""

    duration_seconds = MinutesField(label=_("duration in minutes"), at_least=1)
    entry_limit_seconds = MinutesField(
        label=_("late entry in minutes"),
        required=False,
        help_text=_("How long after the opening one may still come in. Empty: always."),
    )
    pause_between_seconds = MinutesField(
        label=_("pause between attempts in minutes"), initial=0
    )
    new_access_code = forms.CharField(
        label=_("new access code"),
        required=False,
        max_length=100,
        min_length=MIN_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Empty: nothing changes. It can't be read again later: note it."),
    )
    remove_access_code = forms.BooleanField(
        label=_("no access code any more"), required=False
    )

    class Meta:
        model = Exam
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.access_code_hash and "new_access_code" in self.fields:
            self.fields["new_access_code"].label = _("change the access code")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opens, closes, ends = (
            data.get(name) for name in ("opens_at", "closes_at", "ends_at")
        )
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The last start is before the opening."))
        if opens and ends and ends <= opens:
            self.add_error("ends_at", _("The end is before the opening."))
        if data.get("entry_limit_seconds") is not None and not opens:
            self.add_error(
                "entry_limit_seconds", _("Late entry needs a time of opening.")
            )
        if data.get("new_access_code") and data.get("remove_access_code"):
            self.add_error(
                "remove_access_code", _("Set a new code or remove it, not both.")
            )
        self._check_room(data)
        return data

    def _check_room(self, data: dict[str, Any]) -> None:
        """An end that leaves the last to come no minute is a mistake."""
        closes, ends = data.get("closes_at"), data.get("ends_at")
        if closes and ends and ends < closes + timedelta(minutes=1):
            self.add_error(
                "ends_at", ValidationError(_("The end is before the last start."))
            )

    def save(self, commit: bool = True) -> Exam:
        if self.cleaned_data.get("new_access_code"):
            code = self.cleaned_data["new_access_code"]
            self.instance.access_code_hash = hash_access_code(code)
        if self.cleaned_data.get("remove_access_code"):
            self.instance.access_code_hash = ""
        return super().save(commit=commit)


def record_rules(form: ExamForm, exam: Exam, user: Any) -> None:
    """Leave a trace of which rules were changed; values of codes stay out of it."""
    changed = sorted(form.changed_data)
    if changed:
        record(
            actor=user,
            verb=Verb.EXAM_RULES_CHANGED,
            obj=exam,
            data={"fields": changed},
        )


class ExamCreateView(CreateView):
    def save_instance(self) -> Exam:
        exam = super().save_instance()
        record_rules(self.form, exam, self.request.user)
        return exam


class ExamEditView(EditView):
    def get_queryset(self) -> Any:
        return Exam.objects.visible_to(self.request.user)

    def save_instance(self) -> Exam:
        exam = super().save_instance()
        record_rules(self.form, exam, self.request.user)
        return exam

    @property
    def header_buttons(self) -> list[HeaderButton]:
        live = reverse("exams:live", args=[self.object.public_id])
        intro = reverse("exams:intro", args=[self.object.public_id])
        policy = reverse("exam_office:policy", args=[self.object.pk])
        figures = reverse("exam_office:exam_statistics", args=[self.object.pk])
        return [
            HeaderButton(label=_("To the exam"), url=intro, icon_name="view"),
            HeaderButton(label=_("Invigilation"), url=live, icon_name="group"),
            HeaderButton(label=_("Marking and results"), url=policy, icon_name="check"),
            HeaderButton(label=_("Statistics"), url=figures, icon_name="order"),
        ]


RULES = [
    FieldPanel("title"),
    FieldPanel("slug"),
    FieldRowPanel([FieldPanel("kind"), FieldPanel("paper")]),
    FieldPanel("instructions"),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
            FieldRowPanel([FieldPanel("entry_limit_seconds"), FieldPanel("ends_at")]),
            FieldRowPanel(
                [FieldPanel("duration_seconds"), FieldPanel("grace_seconds")]
            ),
        ],
        heading=_("Times"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel(
                [FieldPanel("max_attempts"), FieldPanel("pause_between_seconds")]
            ),
            FieldPanel("pass_mark"),
        ],
        heading=_("Attempts and passing"),
    ),
    FieldRowPanel([FieldPanel("owner_organization_id"), FieldPanel("audience")]),
]
DOOR = [
    MultiFieldPanel(
        [FieldPanel("new_access_code"), FieldPanel("remove_access_code")],
        heading=_("Access code"),
    ),
    FieldPanel("allowed_networks"),
    MultiFieldPanel(
        [
            HelpPanel(
                content=_(
                    "Copy the keys from the configuration tool of Safe Exam Browser. "
                    "The config key belongs to the settings file, the browser exam "
                    "key to one version of the program as well."
                )
            ),
            FieldPanel("safe_browser_config_keys"),
            FieldPanel("safe_browser_exam_keys"),
        ],
        heading=_("Safe Exam Browser"),
    ),
    FieldPanel("wants_full_screen"),
]


class ExamViewSet(ModelViewSet):
    model = Exam
    name = url_prefix = "exam-deliveries"
    icon = "time"
    menu_label = _("Exams")
    index_view_class = OwnedIndexView
    add_view_class = ExamCreateView
    edit_view_class = ExamEditView
    copy_view_enabled = False
    list_display = [
        "title",
        Column("get_kind_display", label=_("kind")),
        Column("paper", label=_("paper")),
        Column("opens_at", label=_("opens at"), sort_key="opens_at"),
    ]
    list_filter = ["kind"]
    search_fields = ["title", "slug"]
    search_backend_name = None
    edit_handler = TabbedInterface(
        [
            ObjectList(RULES, heading=_("Rules")),
            ObjectList(DOOR, heading=_("Who is let in")),
        ],
        base_form_class=ExamForm,
    )
