"""The form that lets an exam or a statutory duty earn certificates."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.enums import AwardKind
from certificates.models import Award, CertificateTemplate
from exams.enums import ExamKind
from exams.models import Exam
from lms.compliance.enums import RuleState
from lms.compliance.models import TrainingRule


class AwardForm(forms.ModelForm):
    rule_code = forms.ChoiceField(label=gettext_lazy("Statutory duty"), required=False)

    class Meta:
        model = Award
        fields = ["kind", "exam", "rule_code", "template", "title", "title_en"]
        help_texts = {
            "title": gettext_lazy(
                "Empty: the title of the exam. A duty needs words of its own."
            ),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["exam"].queryset = Exam.objects.visible_to(user).filter(
            kind=ExamKind.FORMAL
        )
        fields["template"].queryset = CertificateTemplate.objects.visible_to(
            user
        ).filter(is_active=True, issuer__is_active=True)
        fields["rule_code"].choices = [("", "---------"), *_rules()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wanted, other = (
            ("exam", "rule_code")
            if data.get("kind") == AwardKind.EXAM
            else ("rule_code", "exam")
        )
        if data.get("kind") and not data.get(wanted):
            self.add_error(wanted, _("Choose what earns the certificate."))
        if data.get(other):
            self.add_error(other, _("Choose an exam or a duty, not both."))
        if data.get("kind") == AwardKind.OBLIGATION and not data.get("title"):
            self.add_error("title", _("Say what the certificate is for."))
        running = Award.objects.filter(is_active=True)
        for name in ("exam", "rule_code"):
            value = data.get(name)
            if value and running.filter(**{name: value}).exists():
                self.add_error(name, _("It earns a certificate already."))
        return data

    def validate_constraints(self) -> None:
        """Leave it to `clean`, which names the field."""

    def clean_rule_code(self) -> str:
        code = self.cleaned_data["rule_code"]
        if code and not _approved().filter(code=code).exists():
            raise ValidationError(_("Choose what earns the certificate."))
        return code


def _approved() -> Any:
    return TrainingRule.objects.filter(state=RuleState.APPROVED, is_repeal=False)


def _rules() -> list[tuple[str, str]]:
    """Return (code, words) of the rules in force, the newest version of each."""
    newest = {rule.code: rule for rule in _approved().order_by("version")}
    return [(code, rule_words(rule)) for code, rule in newest.items()]


def rule_words(rule: TrainingRule) -> str:
    """Say whom a rule asks for what."""
    parts = [
        rule.get_category_display(), rule.get_industry_class_display(),
        rule.get_phase_display(), rule.get_topic_display(),
    ]  # fmt: skip
    return f"{' · '.join(str(part) for part in parts)} ({rule.code})"
