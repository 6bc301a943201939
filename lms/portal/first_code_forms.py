"""The form that prints slips for a first sign-in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.organizations.models import Department, Organization
from lms.portal.department_fields import offer_departments


class SlipsForm(forms.Form):
    """For which part of the enterprise."""

    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        required=False,
        to_field_name="public_id",
        help_text=_("With all teams below it."),
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        departments: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_departments(
            self.fields["department"],
            organization,
            departments,
            empty=_("The whole enterprise"),
        )
