"""What people send from the consoles."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.organizations.models import Department, Organization

EVERYBODY = "everybody"


class AssignCourseForm(forms.Form):
    """Which course, for whom, until when; nothing is chosen beforehand.

    What the form says is first shown back, with the number of people it reaches;
    `is_confirmed` comes with the answer to that.
    """

    course = forms.TypedChoiceField(label=_("Course"), coerce=UUID)
    department = forms.ChoiceField(
        label=_("Meant for"), help_text=_("Teams below a department are included.")
    )
    due_on = forms.DateField(
        label=_("Due on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("People see this date on their page."),
    )
    is_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

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
        offered = {
            "course": dict(courses),
            "department": {
                EVERYBODY: str(_("The whole enterprise")),
                **dict(departments),
            },
        }
        self.has_courses = bool(offered["course"])
        self.offered = offered
        for name, empty in (
            ("course", _("Choose a course")),
            ("department", _("Choose who it is for")),
        ):
            field = cast("forms.ChoiceField", self.fields[name])
            field.choices = [("", empty), *offered[name].items()]

    def clean_department(self) -> Department | None:
        """Return the department, or None for the whole enterprise."""
        chosen = self.cleaned_data["department"]
        if chosen == EVERYBODY:
            return None
        return Department.objects.get(organization=self.organization, public_id=chosen)

    def chosen_words(self) -> dict[str, str]:
        """Return what was chosen as the form's options name it."""
        return {
            name: words[value]
            for name, words in self.offered.items()
            if (value := self.data[name])
        }

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < clock.shanghai_date(clock.now()):
            raise ValidationError(
                _("This day has passed. Choose today or a later day."), code="past"
            )
        return day


class SignOffForm(forms.Form):
    """A trainer confirms, on the spot, that a practical unit was done."""

    enrollment = forms.UUIDField(widget=forms.HiddenInput)
    unit = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What was seen"),
        max_length=200,
        help_text=_("For example: wore the harness rightly, found the exit."),
    )


class RemindForm(forms.Form):
    """Whom to remind; `chosen` says that people were picked from a list."""

    chosen = forms.BooleanField(required=False)
    people = forms.TypedMultipleChoiceField(coerce=UUID, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = cast("forms.TypedMultipleChoiceField", self.fields["people"])
        # The domain looks them up inside the assignment: here only the form counts.
        people.valid_value = is_uuid  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("chosen") and not data.get("people"):
            self.add_error("people", _("Choose at least one person."))
        return data


def is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


class LookUpForm(forms.Form):
    """One certificate: by whatever the regulator has in hand."""

    number = forms.CharField(
        label=_("Number, name or scanned code"),
        max_length=2200,
        required=False,
        help_text=_(
            "A certificate number, a full name, “number name” to compare both, or the "
            "address in the QR code."
        ),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "enterkeyhint": "search",
            }
        ),
    )
    file = forms.FileField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not (data.get("number") or data.get("file")):
            self.add_error(
                "number", _("Enter a number, a name or a code, or choose a PDF.")
            )
        return data


class BulkCheckForm(forms.Form):
    """Many certificates: a spreadsheet of numbers, or a ZIP of PDFs."""

    file = forms.FileField(
        label=_("Spreadsheet or ZIP"),
        error_messages={"required": _("Choose a spreadsheet or a ZIP of PDFs.")},
    )


class SampleForm(forms.Form):
    """How many certificates to look at, from which ones."""

    name = forms.CharField(label=_("Name of the inspection"), max_length=120)
    size = forms.IntegerField(
        label=_("How many certificates"), min_value=1, max_value=500, initial=20
    )
    organization = forms.ModelChoiceField(
        label=_("Enterprise"),
        queryset=Organization.objects.none(),
        required=False,
        to_field_name="code",
        empty_label=_("All of my region"),
    )
    issued_from = forms.DateField(
        label=_("Issued from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    issued_to = forms.DateField(
        label=_("Issued to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField", self.fields["organization"])
        field.queryset = organizations

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("issued_from"), data.get("issued_to")
        if first and last and last < first:
            self.add_error("issued_to", _("This day lies before the first one."))
        return data


class OutcomeForm(forms.Form):
    """What was found at one place of a sample."""

    position = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("fine", _("In order")), ("fault", _("Not in order"))],
    )
    note = forms.CharField(label=_("Remark"), required=False, max_length=500)


class FindingForm(forms.Form):
    """A note among regulators, or a finding the enterprise is told of."""

    text = forms.CharField(
        label=_("What was found"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_finding = forms.BooleanField(
        label=_("Tell the enterprise: it has to be put right"), required=False
    )
    due_on = forms.DateField(
        label=_("To be put right by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        if day and day < clock.shanghai_date(clock.now()):
            raise ValidationError(
                _("This day has passed. Choose today or a later day."), code="past"
            )
        return day
