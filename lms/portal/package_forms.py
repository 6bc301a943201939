"""Forms of an association: its packages and its members."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.organizations.domain.packages import PackageTerms
from lms.organizations.models import Organization
from lms.organizations.validators import validate_industry


class PackageForm(forms.Form):
    """What stands in a package, and whether the members see it."""

    title = forms.CharField(label=_("Title"), max_length=120)
    description = forms.CharField(
        label=_("Description"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    industry = forms.CharField(
        label=_("industry (GB/T 4754)"),
        max_length=5,
        required=False,
        validators=[validate_industry],
    )
    courses = forms.TypedMultipleChoiceField(
        label=_("Courses"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    banks = forms.TypedMultipleChoiceField(
        label=_("Item banks"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_open = forms.BooleanField(label=_("Open to the members"), required=False)

    def __init__(
        self,
        *args: Any,
        courses: Iterable[tuple[str, str]],
        banks: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("courses", list(courses)), ("banks", list(banks))):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            if not choices:
                del self.fields[name]

    def terms(self) -> PackageTerms:
        """Return what was asked for; call it on a valid form."""
        return PackageTerms(**self.cleaned_data)


class AssociationMemberForm(forms.Form):
    """Which enterprise joins the association, and when."""

    code = forms.CharField(label=_("unified social credit code"), max_length=18)
    starts_on = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=lambda: clock.shanghai_date(clock.now()),
    )

    def clean_code(self) -> Organization:
        code = self.cleaned_data["code"].strip().upper()
        found = Organization.objects.filter(code=code, is_active=True).first()
        if found is None:
            raise ValidationError(
                _("No enterprise with the code %(code)s is registered here."),
                code="unknown",
                params={"code": code},
            )
        return found

    @property
    def enterprise(self) -> Organization:
        found: Organization = self.cleaned_data["code"]
        return found

    @property
    def first_day(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        return day
