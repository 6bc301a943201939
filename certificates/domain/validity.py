"""How long a certificate holds: a fixed span of its template, or a dated rule."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from certificates.errors import IssueRefused, RuleRefused
from certificates.models import CertificateTemplate, ValidityRule
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb


@dataclass(frozen=True, slots=True)
class Validity:
    """The days that follow for a certificate, and the rule as it is frozen.

    Attributes:
        valid_until: last valid day, None without end.
        review_on: day of the review that the rule asks for, None without.
        rule: members of the payload's `validity`, None for a fixed span.
    """

    valid_until: date | None
    review_on: date | None = None
    rule: dict[str, Any] | None = None


def expiry(*, issued_on: date, months: int | None) -> date | None:
    """Return the last valid day: the day before the same day `months` later."""
    if months is None:
        return None
    count = issued_on.month - 1 + months
    year, month = issued_on.year + count // 12, count % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - date.resolution).day
    if issued_on.day > last:
        return date(year, month, last)
    return date(year, month, issued_on.day) - date.resolution


def rule_on(*, code: str, day: date) -> ValidityRule | None:
    """Return the row of a rule that is in force on a day."""
    return ValidityRule.objects.in_force_on(day).filter(code=code).first()


def validity_of(*, template: CertificateTemplate, issued_on: date) -> Validity:
    """Return the validity of what is issued by a template on a day in China.

    Raises:
        IssueRefused: `no_validity_rule`; the template's rule has not begun on that day.
    """
    if not template.validity_rule:
        months = template.validity_months
        return Validity(expiry(issued_on=issued_on, months=months))
    rule = rule_on(code=template.validity_rule, day=issued_on)
    if rule is None:
        raise IssueRefused(
            "no_validity_rule",
            _("No validity rule “%(code)s” is in force on %(day)s.")
            % {"code": template.validity_rule, "day": issued_on.isoformat()},
        )
    return Validity(
        valid_until=expiry(issued_on=issued_on, months=rule.months),
        review_on=expiry(issued_on=issued_on, months=rule.review_months),
        rule={
            "rule": rule.code,
            "from": rule.effective_from.isoformat(),
            "months": rule.months,
            "review_months": rule.review_months,
            "basis": rule.basis,
            "article": rule.article or None,
        },
    )


def asks_for_review(*, code: str, day: date) -> bool:
    """Tell whether the rule still asks for a review on a day."""
    rule = rule_on(code=code, day=day)
    return rule is not None and rule.review_months is not None


def rule_choices() -> list[tuple[str, str]]:
    """Return (code, name in the reader's language) of every rule there is."""
    is_english = get_language() == "en"
    newest = ValidityRule.objects.order_by("code", "effective_from")
    return list(
        {
            rule.code: (rule.code, rule.name_en if is_english else rule.name)
            for rule in newest
        }.values()
    )


@transaction.atomic
def add_rule(*, rule: ValidityRule, by: User) -> ValidityRule:
    """Write the next row of a rule; the rows before it stand as they are.

    Raises:
        RuleRefused: `not_later`; it does not begin after the newest row of its code.
    """
    newest = ValidityRule.objects.filter(code=rule.code).order_by("-effective_from")
    before = newest.values_list("effective_from", flat=True).first()
    if before is not None and rule.effective_from <= before:
        raise RuleRefused(
            "not_later",
            _("The rule has a row from %(day)s. A new one has to begin later.")
            % {"day": before.isoformat()},
        )
    rule.save(force_insert=True)
    record(
        actor=by,
        verb=Verb.VALIDITY_RULE_ADDED,
        obj=rule,
        data={"code": rule.code, "from": rule.effective_from.isoformat()},
    )
    return rule
