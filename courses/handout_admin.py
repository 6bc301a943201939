"""Hand-outs in the editors' admin: uploaded once, chosen in lessons."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from courses.domain.handouts import describe_file
from courses.models import Handout


class HandoutForm(WagtailAdminModelForm):
    """A file is given once: what learners have taken must stay what it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["file"].disabled = True
            self.fields["file"].help_text = _(
                "The file stays. For another one make a new hand-out."
            )
            self.fields["file"].widget = forms.TextInput()

    def save(self, commit: bool = True) -> Handout:  # noqa: FBT001, FBT002, RUF100 -- Django's signature
        handout: Handout = super().save(commit=False)
        if handout.pk is None:
            describe_file(handout)
            handout.uploaded_by = self.for_user
        if commit:
            handout.save()
            self.save_m2m()
        return handout


class HandoutCreationForm(HandoutForm):
    class Meta:
        model = Handout
        fields = ["title", "file"]


class HandoutCreateView(CreateView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"for_user": self.request.user}


class HandoutChooserViewSet(SnippetChooserViewSet):
    """Choosing a hand-out for a lesson; a new one is uploaded in the same window."""

    creation_form_class = HandoutCreationForm

    def get_object_list(self) -> Any:
        # Those of an organization are chosen by its own authors, elsewhere.
        return Handout.objects.filter(owner_organization_id__isnull=True)


class HandoutViewSet(SnippetViewSet):
    model = Handout
    icon = "download"
    menu_label = _("Hand-outs")
    add_to_admin_menu = False
    list_display = ["title", "file_name", "size", "created_at"]
    search_fields = ["title", "file_name"]
    search_backend_name = None
    copy_view_enabled = False
    inspect_view_enabled = False
    add_view_class = HandoutCreateView
    chooser_viewset_class = HandoutChooserViewSet
    edit_handler = ObjectList(
        [FieldPanel("title"), FieldPanel("file")], base_form_class=HandoutForm
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        platform = Handout.objects.filter(owner_organization_id__isnull=True)
        return platform | Handout.objects.visible_to(request.user)


register_snippet(HandoutViewSet)
