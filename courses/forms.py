"""What people send about courses: a training on site, a span of statements."""

from datetime import datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.domain.queries import in_language
from courses.enums import UnitKind
from courses.models import CoursePage, Syllabus
from lms.core.clock import SHANGHAI, now, shanghai_date
from lms.organizations.models import Organization


def practical_lessons(organization_ids: list[int], language: str) -> list[Any]:
    """Return `[course, [[course:unit, title], …]]` groups of lessons held on site."""
    keys: set[UUID] = set()
    for pk in organization_ids:
        rows = CoursePage.objects.assignable_by(pk)
        keys |= set(rows.values_list("translation_key", flat=True))
    newest: dict[UUID, Syllabus] = {}
    for row in Syllabus.objects.filter(course_key__in=keys).order_by("version"):
        newest[row.course_key] = row
    groups = []
    for syllabus in newest.values():
        lessons = [
            (
                f"{syllabus.course_key}:{unit['key']}",
                in_language(unit["titles"], language),
            )
            for unit in syllabus.units
            if unit["kind"] == UnitKind.PRACTICAL
        ]
        if lessons:
            groups.append((syllabus.title(language), lessons))
    return groups


class OnSiteTrainingForm(forms.Form):
    """Which lesson, where, when, and who leads it."""

    organization = forms.ModelChoiceField(
        label=_("Enterprise"), queryset=Organization.objects.none(), empty_label=None
    )
    lesson = forms.ChoiceField(label=_("Lesson"))
    place = forms.CharField(label=_("Place"), max_length=200)
    led_by = forms.CharField(label=_("Led by"), max_length=80)
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    begins = forms.TimeField(
        label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=_("Ends at"), widget=forms.TimeInput(attrs={"type": "time"})
    )

    def __init__(
        self, *args: Any, organizations: Any, language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField", self.fields["organization"])
        field.queryset = organizations
        field.initial = organizations.first()
        if organizations.count() == 1:
            field.widget = forms.HiddenInput()
        lesson = cast("forms.ChoiceField", self.fields["lesson"])
        ids = list(organizations.values_list("pk", flat=True))
        lesson.choices = practical_lessons(ids, language)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("The end has to come after the beginning."))
        return data

    def values(self) -> dict[str, Any]:
        """Return what `plan_training` takes."""
        data = self.cleaned_data
        course_key, unit_key = data["lesson"].split(":")
        return {
            "organization": data["organization"],
            "course_key": UUID(course_key),
            "unit_key": UUID(unit_key),
            "place": data["place"],
            "led_by": data["led_by"],
            "starts_at": datetime.combine(data["day"], data["begins"], tzinfo=SHANGHAI),
            "ends_at": datetime.combine(data["day"], data["ends"], tzinfo=SHANGHAI),
        }


def _day_field(label: Any, initial: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, initial=initial)


def _this_day() -> Any:
    return shanghai_date(now())


class StatementSpanForm(forms.Form):
    """From which day to which xAPI statements are wanted, both days included.

    `longest` (days) keeps what is done while somebody waits within bounds.
    """

    first = _day_field(_("From"), lambda: _this_day().replace(month=1, day=1))
    last = _day_field(_("Until"), _this_day)

    def __init__(self, *args: Any, longest: int = 366, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.longest = longest

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not first <= last < first + timedelta(days=self.longest):
            self.add_error(
                "last",
                _("Name a day after the first one, at most %(days)s days in all.")
                % {"days": self.longest},
            )
        return data

    def span(self) -> dict[str, datetime]:
        """Return `since` and `until` (not included), in the time of China."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return {
            "since": datetime.combine(first, time(), tzinfo=SHANGHAI),
            "until": datetime.combine(
                last + timedelta(days=1), time(), tzinfo=SHANGHAI
            ),
        }
