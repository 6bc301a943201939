"""Forms about people and the structure of an enterprise."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from lms.accounts.fields import MobileField
from lms.core import clock
from lms.core.text import normalize
from lms.organizations.domain.queries import organization_members
from lms.organizations.domain.staff_import.reading import MAX_FILE_BYTES
from lms.organizations.enums import ImportPolicy, MembershipKind, PositionCategory
from lms.organizations.models import Department, Membership, Organization, Position
from lms.organizations.validators import validate_employee_number
from lms.portal.department_fields import offer_departments

# Wide enough for a contract signed ahead, narrow enough to catch a mistyped year.
FURTHEST_START = timedelta(days=366)


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


def _today() -> date:
    return clock.shanghai_date(clock.now())


class PartsForm(forms.Form):
    """A form that offers departments and positions of one organization only."""

    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        required=False,
        to_field_name="public_id",
    )
    position = forms.ModelChoiceField(
        label=_("Position"),
        queryset=Position.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=_("Without a position"),
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        departments: Iterable[tuple[str, str]],
        inside: frozenset[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_departments(
            self.fields["department"],
            organization,
            departments,
            empty=_("Without a department") if inside is None else _("Choose"),
            inside=inside,
        )
        # Who manages a part moves nobody out of it, to nowhere neither.
        self.fields["department"].required = inside is not None
        position = cast("forms.ModelChoiceField", self.fields["position"])
        position.queryset = Position.objects.filter(organization=organization)


class AddMemberForm(PartsForm):
    name = forms.CharField(
        label=_("Full name"),
        max_length=80,
        help_text=_("As in the identity card: it is printed on certificates."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("The invitation goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    mobile = MobileField(
        label=_("Mobile number"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    employee_number = forms.CharField(
        label=_("Employee number"),
        required=False,
        max_length=32,
        help_text=_("Without an e-mail address, people sign in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Employed as"), choices=MembershipKind.choices)
    starts_on = forms.DateField(label=_("First day"), widget=DayInput())

    field_order = [
        "name",
        "email",
        "mobile",
        "employee_number",
        "department",
        "position",
        "kind",
        "starts_on",
    ]

    def clean_employee_number(self) -> str:
        number = normalize(self.cleaned_data["employee_number"]).replace(" ", "")
        if number:
            validate_employee_number(number)
        return number

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day > _today() + FURTHEST_START:
            raise ValidationError(_("This day is more than a year ahead."), code="far")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_silent = "email" in data and "employee_number" in data
        if is_silent and not (data["email"] or data["employee_number"]):
            self.add_error(
                "email",
                _(
                    "Enter an e-mail address for the invitation, or an employee "
                    "number to sign in with."
                ),
            )
        return data


class PlaceForm(PartsForm):
    """Another department or position."""


class EndMembershipForm(forms.Form):
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput())

    def clean_ends_on(self) -> date:
        day: date = self.cleaned_data["ends_on"]
        if day > _today() + FURTHEST_START:
            raise ValidationError(_("This day is more than a year ahead."), code="far")
        return day


class MovePeopleForm(forms.Form):
    """Several people to one department."""

    people = forms.ModelMultipleChoiceField(
        queryset=Membership.objects.none(),
        to_field_name="public_id",
        error_messages={
            "required": _("Choose at least one person."),
            "invalid_choice": _("One of these people is no longer on your list."),
            "invalid_pk_value": _("One of these people is no longer on your list."),
        },
    )
    department = forms.ModelChoiceField(
        queryset=Department.objects.none(),
        to_field_name="public_id",
        error_messages={
            "required": _("Choose the department to move to."),
            "invalid_choice": _("Choose the department to move to."),
        },
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = cast("forms.ModelMultipleChoiceField", self.fields["people"])
        people.queryset = organization_members(
            organization_id=organization.pk
        ).with_people()
        offer_departments(self.fields["department"], organization)


class DepartmentForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the department"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    parent = forms.ModelChoiceField(
        label=_("Belongs to"),
        queryset=Department.objects.none(),
        required=False,
        to_field_name="public_id",
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
            self.fields["parent"],
            organization,
            departments,
            empty=_("Nothing: it stands at the top"),
        )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        # Spreadsheets write 生产部/冲压车间: the sign parts the levels.
        if "/" in name or "\uff0f" in name:
            raise ValidationError(
                _("Write the name without “/”; choose below where it belongs."),
                code="slash",
            )
        return name


class MergeForm(forms.Form):
    target = forms.ModelChoiceField(
        label=_("Merge into"),
        queryset=Department.objects.none(),
        to_field_name="public_id",
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
            self.fields["target"], organization, departments, empty=_("Choose")
        )


class PositionForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the position"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    category = forms.ChoiceField(
        label=_("Category"),
        choices=PositionCategory.choices,
        initial=PositionCategory.WORKER,
        help_text=_("Decides how many hours of training the law asks for."),
    )


class StaffImportForm(forms.Form):
    """A staff list: which file, and what is to be done with it."""

    file = forms.FileField(
        label=_("Staff list (XLSX or CSV)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    policy = forms.ChoiceField(
        label=_("When some rows are wrong"),
        choices=ImportPolicy.choices,
        initial=ImportPolicy.ALL_OR_NOTHING,
        widget=forms.RadioSelect,
    )
    sends_invitations = forms.BooleanField(
        label=_("Write to new people with an e-mail address how to sign in"),
        required=False,
    )
    is_complete_list = forms.BooleanField(
        label=_("The list is complete: who is not on it has left"),
        required=False,
        help_text=_("The check tells how many that would be before anything happens."),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_FILE_BYTES:
            raise ValidationError(
                _("The file is larger than %(limit)s MB."),
                code="file_too_large",
                params={"limit": MAX_FILE_BYTES // 1024 // 1024},
            )
        return file
