"""What administrators send about training plans."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.compliance.domain.plans import PlanTerms
from lms.compliance.enums import PlanCycle
from lms.core import clock
from lms.organizations.enums import MembershipKind, PositionCategory
from lms.organizations.models import Department, Membership, Organization, Position
from lms.portal.department_fields import offer_departments


def _today() -> date:
    return clock.shanghai_date(clock.now())


class PlanForm(forms.Form):
    """Which courses, for whom, from when, how long, how often."""

    title = forms.CharField(label=_("Name of the plan"), max_length=120)
    courses = forms.MultipleChoiceField(
        label=_("Courses"), widget=forms.CheckboxSelectMultiple
    )
    departments = forms.ModelMultipleChoiceField(
        label=_("Departments"),
        queryset=Department.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Teams below a department are included. None means all."),
    )
    positions = forms.ModelMultipleChoiceField(
        label=_("Positions"),
        queryset=Position.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    categories = forms.MultipleChoiceField(
        label=_("Position categories"),
        choices=PositionCategory.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of employment"),
        choices=MembershipKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Who matches all that is chosen takes part, newcomers too."),
    )
    employee_numbers = forms.CharField(
        label=_("Single people besides"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Employee numbers, by spaces, commas or lines."),
    )
    starts_on = forms.DateField(
        label=_("Begins on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    due_days = forms.IntegerField(
        label=_("Days to finish"), min_value=1, max_value=366, initial=30
    )
    cycle = forms.ChoiceField(label=_("Repeats"), choices=PlanCycle.choices)

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        courses: Iterable[tuple[str, str]],
        departments: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        cast("forms.ChoiceField", self.fields["courses"]).choices = list(courses)
        offer_departments(self.fields["departments"], organization, departments)
        position = cast("forms.ModelChoiceField", self.fields["positions"])
        position.queryset = Position.objects.filter(organization=organization)
        self.fields["starts_on"].initial = _today()

    @property
    def is_narrowed(self) -> bool:
        """Tell whether something beyond departments is filled in, or wrong."""
        return any(
            self[name].value() or self[name].errors
            for name in ("positions", "categories", "kinds", "employee_numbers")
        )

    def clean_employee_numbers(self) -> list[int]:
        """Return the memberships of the numbers; name those that nobody has."""
        numbers = set(self.cleaned_data["employee_numbers"].replace(",", " ").split())
        found = dict(
            Membership.objects.filter(
                organization=self.organization, employee_number__in=numbers
            )
            .active(_today())
            .values_list("employee_number", "pk")
        )
        unknown = sorted(numbers - set(found))
        if unknown:
            raise ValidationError(
                _("No employee here has the number %(numbers)s."),
                params={"numbers": ", ".join(unknown)},
            )
        return list(found.values())

    def terms(self) -> PlanTerms:
        """Return what `create_plan` takes."""
        data = self.cleaned_data
        audience = {
            "departments": [row.pk for row in data["departments"]],
            "positions": [row.pk for row in data["positions"]],
            "categories": data["categories"],
            "kinds": data["kinds"],
            "members": data["employee_numbers"],
        }
        return PlanTerms(
            title=data["title"],
            course_keys=[UUID(key) for key in data["courses"]],
            starts_on=data["starts_on"],
            due_days=data["due_days"],
            cycle=data["cycle"],
            audience={name: values for name, values in audience.items() if values},
        )


class ExemptionForm(forms.Form):
    """Who takes no part, why, until when."""

    member = forms.CharField(
        label=_("Employee"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Employee number, or the whole name."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: as long as the plan runs."),
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._members = members

    def clean_member(self) -> Membership:
        """Find the person among those whom the plan means; nobody is guessed."""
        text = self.cleaned_data["member"].strip()
        found = list(self._members.filter(employee_number=text)[:2]) or list(
            self._members.filter(listed_name=text)[:2]
        )
        if not found:
            raise ValidationError(
                _("The plan is for nobody with the number or name %(text)s."),
                code="unknown",
                params={"text": text},
            )
        if len(found) > 1:
            raise ValidationError(
                _("Several people have this name. Write the employee number."),
                code="several",
            )
        return found[0]

    def clean_until(self) -> date | None:
        day: date | None = self.cleaned_data["until"]
        if day is not None and day < _today():
            raise ValidationError(
                _("This day has passed. Choose today or a later day."), code="past"
            )
        return day
