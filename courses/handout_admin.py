"""Hand-outs in the editors' admin: uploaded once, chosen in lessons."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
)
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from courses.domain.handouts import describe_file
from courses.models import Handout
from lms.core.scope import scope_for
from lms.organizations.models import Organization
from media_pipeline.forms import owner_choices


def _may_add_for(user: Any, owner: str) -> bool:
    scope = scope_for(user)
    if scope.is_staff_all:
        return True
    if not owner:
        return bool(user.has_perm("courses.add_handout"))
    return int(owner) in scope.administered_organization_ids


class HandoutForm(WagtailAdminModelForm):
    """A file is given once: what learners have taken must stay what it was.

    The same holds for its owner: whose courses may give it away.
    """

    owner = forms.ChoiceField(
        label=_("Owner"),
        required=False,
        help_text=_("An organization's hand-out goes into its own courses only."),
    )

    uploader = forms.CharField(label=_("Uploaded by"), required=False, disabled=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = owner_choices(self.for_user)
        if not self.instance.pk:
            self.fields.pop("uploader", None)
        else:
            self.fields["uploader"].initial = _uploader(self.instance)
            owner = self.instance.owner_organization_id
            self.fields["owner"].initial = "" if owner is None else str(owner)
            self.fields["owner"].disabled = True
            self.fields["file"].disabled = True
            self.fields["file"].help_text = _(
                "The file stays. For another one make a new hand-out."
            )
            self.fields["file"].widget = forms.TextInput()

    def clean_owner(self) -> str:
        owner: str = self.cleaned_data["owner"]
        if not self.instance.pk and not _may_add_for(self.for_user, owner):
            raise ValidationError(_("Choose an organization that you administer."))
        return owner

    def save(self, commit: bool = True) -> Handout:  # noqa: FBT001, FBT002, RUF100 -- Django's signature
        handout: Handout = super().save(commit=False)
        if handout.pk is None:
            describe_file(handout)
            handout.uploaded_by = self.for_user
            owner = self.cleaned_data.get("owner", "")
            handout.owner_organization_id = int(owner) if owner else None
        if commit:
            handout.save()
            self.save_m2m()
        return handout


class HandoutCreationForm(HandoutForm):
    class Meta:
        model = Handout
        fields = ["title", "file", "owner"]


def _size(row: Handout) -> str:
    return filesizeformat(row.size)


def _owner(row: Any) -> str:
    """Name the owner of a row that was read with `owner_name`."""
    if row.owner_organization_id is None:
        return str(_("The platform"))
    return row.owner_name or str(row.owner_organization_id)


def _uploader(row: Handout) -> str:
    return row.uploaded_by.get_full_name() if row.uploaded_by else "–"


class HandoutCreateView(CreateView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"for_user": self.request.user}


def _shown_to(user: Any) -> Any:
    """The platform's, and those of organizations that the person administers."""
    platform = Handout.objects.filter(owner_organization_id__isnull=True)
    return platform | Handout.objects.visible_to(user)


class _ChoiceOfHandouts:
    """Whose it is was set at the upload; saving a lesson checks that it fits."""

    request: HttpRequest

    def get_object_list(self) -> Any:
        return _shown_to(self.request.user)


class HandoutChooseView(_ChoiceOfHandouts, ChooseView):
    pass


class HandoutChooseResultsView(_ChoiceOfHandouts, ChooseResultsView):
    pass


class HandoutChooserViewSet(SnippetChooserViewSet):
    """Choosing a hand-out for a lesson; a new one is uploaded in the same window."""

    creation_form_class = HandoutCreationForm
    choose_view_class = HandoutChooseView
    choose_results_view_class = HandoutChooseResultsView


class HandoutViewSet(SnippetViewSet):
    model = Handout
    icon = "download"
    menu_label = _("Hand-outs")
    add_to_admin_menu = False
    list_display = [
        "title",
        Column("file_name", label=_("File")),
        Column(_size, label=_("File size")),
        Column(_owner, label=_("Owner")),
        Column(_uploader, label=_("Uploaded by")),
        "created_at",
    ]
    list_filter = ["uploaded_by"]
    search_fields = ["title", "file_name"]
    search_backend_name = None
    copy_view_enabled = False
    inspect_view_enabled = False
    add_view_class = HandoutCreateView
    chooser_viewset_class = HandoutChooserViewSet
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldPanel("file"),
            FieldPanel("owner"),
            FieldPanel("uploader"),
        ],
        base_form_class=HandoutForm,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        owners = Organization.objects.filter(pk=OuterRef("owner_organization_id"))
        rows = _shown_to(request.user).select_related("uploaded_by")
        return rows.annotate(owner_name=Subquery(owners.values("name")))


register_snippet(HandoutViewSet)
