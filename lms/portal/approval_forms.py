"""Forms about approval by a second person."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.organizations.domain.queries import organization_members
from lms.organizations.models import Department, Membership, Organization
from lms.portal.department_fields import offer_departments

DECISIONS = (
    ("approve", _("Approve")),
    ("refuse", _("Refuse")),
    ("withdraw", _("Withdraw")),
)


class RevokeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)


class DecisionForm(forms.Form):
    """Yes, no or never mind; a refusal says why."""

    decision = forms.ChoiceField(choices=DECISIONS)
    note = forms.CharField(
        label=_("Remark"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A refusal needs its reason."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == "refuse" and not data.get("note"):
            self.add_error("note", _("Give a reason."))
        return data


class GrantForm(forms.Form):
    """Which employee is to administer what, and why."""

    number = forms.CharField(
        label=_("Employee number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=_("The whole enterprise"),
        help_text=_("With all teams below it."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        departments: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        offer_departments(
            self.fields["department"],
            organization,
            departments,
            empty=_("The whole enterprise"),
        )

    def clean_number(self) -> Membership:
        members = organization_members(
            organization_id=self.organization.pk, on=clock.shanghai_date(clock.now())
        )
        number = self.cleaned_data["number"].strip()
        member = members.filter(employee_number=number).first()
        if member is None:
            raise ValidationError(
                _("Nobody here has the employee number %(number)s."),
                code="unknown",
                params={"number": number},
            )
        return member

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "number" in data:
            data["employee"] = data.pop("number")
        return data
