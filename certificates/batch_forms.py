"""Forms that start a batch."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from certificates.domain.batches import Trained
from certificates.domain.payload import DEFAULT_HOUR_SECONDS
from certificates.models import Certificate, CertificateTemplate
from courses.models import Enrollment, Syllabus
from lms.core import clock
from lms.organizations.enums import MembershipRole, OrganizationKind
from lms.organizations.models import Membership, Organization

MAX_EVIDENCE = 20 * 1024 * 1024
EVIDENCE_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".zip", ".xlsx")
MAX_PEOPLE = 10_000


class BatchForm(forms.Form):
    template = forms.ModelChoiceField(
        CertificateTemplate.objects.none(), label=gettext_lazy("Template")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        templates = CertificateTemplate.objects.visible_to(user)
        self.fields["template"].queryset = templates.filter(  # type: ignore[attr-defined]
            is_active=True, issuer__is_active=True
        )


class CompletionsForm(BatchForm):
    name = forms.CharField(label=gettext_lazy("Name of the batch"), max_length=200)
    course = forms.ChoiceField(label=gettext_lazy("Course"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        waiting = _waiting_courses()
        self.has_courses = bool(waiting)
        self.fields["course"].choices = waiting  # type: ignore[attr-defined]


def _waiting_courses() -> list[tuple[str, str]]:
    """Courses completed by people without certificate, with how many they are."""
    certified = Certificate.objects.current().filter(enrollment__isnull=False)
    counts = dict(
        Enrollment.objects.filter(completed_at__isnull=False)
        .exclude(pk__in=certified.values("enrollment_id"))
        .order_by()
        .values_list("course_key")
        .annotate(count=Count("pk"))
    )
    newest = {
        syllabus.course_key: syllabus
        for syllabus in Syllabus.objects.filter(course_key__in=counts).order_by(
            "version"
        )
    }
    language = get_language() or "zh-hans"
    return [
        (str(key), f"{syllabus.title(language)} ({counts[key]})")
        for key, syllabus in newest.items()
    ]


class TrainingForm(BatchForm):
    title = forms.CharField(label=gettext_lazy("Training"), max_length=200)
    completed_on = forms.DateField(
        label=gettext_lazy("Held on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=gettext_lazy("Organization"),
        to_field_name="code",
    )
    people = forms.CharField(
        label=gettext_lazy("Who took part"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "One line each: employee number, then the credit hours if they are to be "
            "printed, such as: 1042 4"
        ),
    )
    evidence = forms.FileField(
        label=gettext_lazy("Evidence"),
        help_text=gettext_lazy(
            "Signed attendance list, photos: PDF, picture, spreadsheet or ZIP, at most "
            "20 MB. It is kept with the batch."
        ),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        rows = Organization.objects.visible_to(user).filter(is_active=True)
        rows = rows.exclude(kind=OrganizationKind.AUTHORITY)
        self.fields["organization"].queryset = rows  # type: ignore[attr-defined]

    def clean_completed_on(self) -> date:
        day = self.cleaned_data["completed_on"]
        if day > clock.shanghai_date(clock.now()):
            raise ValidationError(_("The training lies in the future."))
        return day

    def clean_evidence(self) -> Any:
        file = self.cleaned_data["evidence"]
        if file.size > MAX_EVIDENCE:
            raise ValidationError(_("The file is larger than 20 MB."))
        if not file.name.lower().endswith(EVIDENCE_ENDINGS):
            raise ValidationError(_("This kind of file is not taken."))
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        organization, lines = data.get("organization"), data.get("people")
        if organization and lines:
            data["people"] = self._read_people(organization, lines.splitlines())
        return data

    def _read_people(self, organization: Any, lines: list[str]) -> list[Trained]:
        wanted = [(n, line.split()) for n, line in enumerate(lines, 1) if line.strip()]
        if len(wanted) > MAX_PEOPLE:
            raise ValidationError({"people": _("At most 10,000 people at once.")})
        members = {
            member.employee_number: member.user
            for member in Membership.objects.filter(
                organization=organization, role=MembershipRole.EMPLOYEE
            )
            .active(clock.shanghai_date(clock.now()))
            .select_related("user")
        }
        people: dict[str, Trained] = {}
        errors = []
        for place, (number, *rest) in wanted:
            try:
                people[number] = _trained(members, number, rest, people)
            except ValidationError as error:
                for text in error.messages:
                    named = _("Line %(line)s: %(error)s")
                    errors.append(named % {"line": place, "error": text})
        if errors:
            raise ValidationError({"people": errors[:50]})
        return list(people.values())


def _trained(
    members: dict[str, Any], number: str, rest: list[str], before: dict[str, Trained]
) -> Trained:
    if number not in members:
        raise ValidationError(
            _("no employee has the number %(number)s") % {"number": number}
        )
    if number in before:
        raise ValidationError(_("%(number)s stands there twice") % {"number": number})
    try:
        hours = float(rest[0]) if rest else 0.0
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= 1000 or len(rest) > 1:
        raise ValidationError(_("the credit hours are a number up to 1000"))
    return Trained(members[number], int(hours * DEFAULT_HOUR_SECONDS))
