"""Forms of the admin: upload a file, change what stands beside it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from lms.accounts.models import User
from lms.core.errors import DomainError
from lms.core.scope import scope_for
from lms.organizations.models import Organization
from media_pipeline.domain.assets import change_asset, create_asset
from media_pipeline.domain.captions import MAX_CHARACTERS, CaptionInput, parse_webvtt
from media_pipeline.enums import AssetKind
from media_pipeline.models import Asset
from media_pipeline.permissions import can_upload_for

CAPTIONS = {"zh-hans": "中文", "en": "English"}
PLATFORM = ""


class AssetForm(WagtailAdminModelForm):
    """Title, audience and captions; each caption file replaces the one before."""

    captions_zh_hans = forms.FileField(
        label=_("Chinese captions (WebVTT)"), required=False
    )
    captions_en = forms.FileField(label=_("English captions (WebVTT)"), required=False)

    class Meta:
        model = Asset
        fields: tuple[str, ...] = ("title", "audience")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.caption_inputs: list[CaptionInput] = []
        for language, label in CAPTIONS.items():
            field = f"captions_{language.replace('-', '_')}"
            if cleaned.get(field):
                self._read_captions(field, language, label)
        return cleaned

    def _read_captions(self, field: str, language: str, label: str) -> None:
        file = self.cleaned_data[field]
        try:
            text = file.read(4 * MAX_CHARACTERS).decode("utf-8-sig")
            parse_webvtt(text)
        except UnicodeDecodeError:
            self.add_error(field, _("Save the captions as UTF-8 text."))
        except DomainError as error:
            self.add_error(field, error.message)
        else:
            self.caption_inputs.append(CaptionInput(language, label, text))

    def store(self, *, by: User) -> Asset:
        """Keep the changes; call it only on a valid form."""
        return change_asset(
            asset=self.instance,
            title=self.cleaned_data["title"],
            audience=self.cleaned_data["audience"],
            captions=self.caption_inputs,
            by=by,
        )


class AssetUploadForm(AssetForm):
    """The same with the file and its owner, which never change afterwards."""

    file = forms.FileField(label=_("File"))
    owner = forms.ChoiceField(label=_("Owner"), required=False)

    field_order = ("file", "title", "owner", "audience")

    class Meta(AssetForm.Meta):
        fields = ("title", "kind", "audience")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = AssetKind.VIDEO
        self.fields["owner"].choices = owner_choices(self.for_user)

    def store(self, *, by: User) -> Asset:
        """Check and keep the upload.

        Raises:
            UploadRefused: with what to do about the file.
        """
        owner = self.cleaned_data["owner"]
        return create_asset(
            file=self.cleaned_data["file"],
            title=self.cleaned_data["title"],
            kind=AssetKind(self.cleaned_data["kind"]),
            owner_organization_id=int(owner) if owner else None,
            audience=self.cleaned_data["audience"],
            captions=self.caption_inputs,
            by=by,
        )

    def clean_owner(self) -> str:
        owner = self.cleaned_data["owner"]
        if not can_upload_for(self.for_user, int(owner) if owner else None):
            raise ValidationError(_("Choose an organization that you administer."))
        return owner


def owner_choices(user: User) -> list[tuple[str, Any]]:
    """Return in whose name a person may upload."""
    scope = scope_for(user)
    organizations = Organization.objects.order_by("name")
    if not scope.is_staff_all:
        organizations = organizations.filter(pk__in=scope.administered_organization_ids)
    platform = [(PLATFORM, _("The platform"))] if can_upload_for(user, None) else []
    named = organizations.values_list("pk", "name")
    return [*platform, *((str(pk), name) for pk, name in named)]
