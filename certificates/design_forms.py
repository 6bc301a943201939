"""The designer's form: one row for each field and picture, numbers in millimeters."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from certificates.domain.validity import rule_choices
from certificates.models import TemplatePicture
from certificates.validators import (
    LAYOUT_TEXTS,
    MAX_TEXT,
    PAGES,
    validate_layout,
)

FIELD_WORDS = {
    "holder": _("Holder"),
    "title": _("Title"),
    "title_other": _("Title in the other language"),
    "hours": _("Credit hours"),
    "score": _("Score"),
    "organization": _("Organization"),
    "completed_on": _("Completed on"),
    "issued_on": pgettext_lazy("certificate", "Issued on"),
    "review_on": _("Review due"),
    "valid_until": _("Valid until"),
    "number": _("Number"),
    "issuer": pgettext_lazy("certificate", "Issuer"),
    "text": _("Fixed text"),
}
MILLIMETERS: dict[str, Any] = {"min_value": 0, "max_value": 400}


class PageForm(forms.Form):
    page = forms.ChoiceField(label=_("Page"), choices=[(p, p) for p in PAGES])
    orientation = forms.ChoiceField(
        label=_("Orientation"),
        choices=[("landscape", _("Landscape")), ("portrait", _("Portrait"))],
    )
    validity_months = forms.IntegerField(
        label=_("Valid for months"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=_("Empty: the certificate does not expire."),
    )
    validity_rule = forms.ChoiceField(
        label=_("Or by a dated rule"),
        required=False,
        help_text=_("The row in force on the day of issue decides."),
    )
    qr_x = forms.IntegerField(label=_("QR code: left"), **MILLIMETERS)
    qr_y = forms.IntegerField(label=_("QR code: top"), **MILLIMETERS)
    qr_size = forms.IntegerField(label=_("QR code: width"), **MILLIMETERS)
    background = forms.ModelChoiceField(
        TemplatePicture.objects.none(), label=_("Background"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *rule_choices()]
        self.fields["validity_rule"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("validity_rule") and data.get("validity_months"):
            self.add_error(
                "validity_rule", _("Choose months or a rule, not both at once.")
            )
        return data


class PhotoForm(forms.Form):
    """Where the holder's photo stands; all empty for none."""

    x = forms.IntegerField(label=_("Left"), required=False, **MILLIMETERS)
    y = forms.IntegerField(label=_("Top"), required=False, **MILLIMETERS)
    width = forms.IntegerField(
        label=_("Width"),
        required=False,
        help_text=_("The height follows: 7 to a width of 5."),
        **MILLIMETERS,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in ("x", "y", "width") if data.get(name) is not None]
        if given and len(given) < len(self.fields) and not self.errors:
            raise ValidationError(_("Give left, top and width of the photo, or none."))
        return data


class FieldForm(forms.Form):
    name = forms.ChoiceField(
        label=_("Field"), choices=[("", "—"), *FIELD_WORDS.items()]
    )
    x = forms.IntegerField(label=_("Left"), **MILLIMETERS)
    y = forms.IntegerField(label=_("Top"), **MILLIMETERS)
    width = forms.IntegerField(label=_("Width"), **MILLIMETERS)
    size = forms.IntegerField(label=_("Size"), min_value=6, max_value=60)
    align = forms.ChoiceField(
        label=_("Alignment"),
        choices=[
            ("left", _("Left")),
            ("center", _("Center")),
            ("right", pgettext_lazy("alignment", "Right")),
        ],
        initial="center",
    )
    color = forms.ChoiceField(
        label=_("Color"),
        choices=[("ink", _("Black")), ("muted", _("Gray")), ("accent", _("Blue"))],
        initial="ink",
    )
    bold = forms.BooleanField(label=_("Bold"), required=False)
    text = forms.CharField(
        label=_("Fixed text, or text before the value"),
        required=False,
        max_length=MAX_TEXT,
        strip=False,
    )


class PictureForm(forms.Form):
    picture = forms.ModelChoiceField(TemplatePicture.objects.none(), label=_("Picture"))
    x = forms.IntegerField(label=_("Left"), **MILLIMETERS)
    y = forms.IntegerField(label=_("Top"), **MILLIMETERS)
    width = forms.IntegerField(label=_("Width"), **MILLIMETERS)
    height = forms.IntegerField(label=_("Height"), **MILLIMETERS)


FieldFormSet = forms.formset_factory(
    FieldForm, extra=1, can_delete=True, max_num=30, validate_max=True
)
PictureFormSet = forms.formset_factory(
    PictureForm, extra=1, can_delete=True, max_num=10, validate_max=True
)


class PictureUploadForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    file = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG or JPEG, at most 3 MB. PNG with transparency for seals."),
    )


class CopyForm(forms.Form):
    name = forms.CharField(label=_("Name of the new template"), max_length=120)


class DesignForm:
    """The page and its two lists as one: `is_valid`, then `layout`."""

    def __init__(
        self, *, layout: dict[str, Any], months: int | None, pictures: Any,
        rule: str = "", data: Any = None,
    ) -> None:  # fmt: skip
        by_hash = {picture.sha256: picture for picture in pictures}
        self.before, self.layout = layout, layout
        code = layout["qr"]
        initial = {
            "page": layout["page"], "orientation": layout["orientation"],
            "validity_months": months, "validity_rule": rule,
            "qr_x": code["x"], "qr_y": code["y"],
            "qr_size": code["size"], "background": by_hash.get(layout["background"]),
        }  # fmt: skip
        self.page = PageForm(data, initial=initial, prefix="page")
        self.page.fields["background"].queryset = pictures  # type: ignore[attr-defined]
        # Posted rows are all read, also those that equal the template's.
        fields = None if data else layout["fields"]
        self.fields = FieldFormSet(data, initial=fields, prefix="fields")
        rows = [
            part | {"picture": by_hash.get(part["sha256"])}
            for part in layout["pictures"]
        ]
        self.pictures = PictureFormSet(
            data, initial=None if data else rows, prefix="pictures"
        )
        for form in [*self.pictures.forms, self.pictures.empty_form]:
            form.fields["picture"].queryset = pictures  # type: ignore[attr-defined]
        self.photo = PhotoForm(data, initial=layout.get("photo"), prefix="photo")
        self.error = ""

    def is_valid(self) -> bool:
        """Read the layout; what is wrong stands beside its field or in `error`."""
        parts = [
            self.page.is_valid(),
            self.photo.is_valid(),
            self.fields.is_valid(),
            self.pictures.is_valid(),
        ]
        if not all(parts):
            return False
        self.layout = self._read()
        try:
            validate_layout(self.layout)
        except ValidationError as error:
            self.error = " ".join(error.messages)
        return not self.error

    @property
    def months(self) -> int | None:
        return self.page.cleaned_data["validity_months"]

    @property
    def rule(self) -> str:
        return self.page.cleaned_data["validity_rule"]

    def _read(self) -> dict[str, Any]:
        page = self.page.cleaned_data
        background = page["background"]
        photo = self.photo.cleaned_data
        kept = {name: self.before.get(name, "") for name in LAYOUT_TEXTS}
        return kept | {
            "version": 2,
            "page": page["page"],
            "orientation": page["orientation"],
            "background": background.sha256 if background else None,
            "qr": {"x": page["qr_x"], "y": page["qr_y"], "size": page["qr_size"]},
            # Only where it is wanted: other layouts stay byte for byte as they were.
            **({"photo": photo} if photo["width"] is not None else {}),
            "fields": [_without_delete(row) for row in _rows(self.fields)],
            "pictures": [
                {
                    "sha256": row["picture"].sha256,
                    **{key: row[key] for key in ("x", "y", "width", "height")},
                }
                for row in _rows(self.pictures)
            ],
        }


def _rows(formset: Any) -> list[dict[str, Any]]:
    return [
        form.cleaned_data
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]


def _without_delete(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "DELETE"}
