"""Which rule holds for whom on a day, and how a rule comes into force.

Sources of the rules themselves: 生产经营单位安全培训规定 articles 9, 12, 13, 17;
安委〔2012〕10号. They are rows with their own citations, not code.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.enums import IndustryClass, RuleState, RuleTopic, TrainingPhase
from lms.compliance.errors import RuleInvalid, RuleNotPermitted
from lms.compliance.models import TrainingRule
from lms.compliance.permissions import can_approve_rules
from lms.core.clock import shanghai_date
from lms.organizations.enums import PositionCategory

# GB/T 4754-2017 divisions: mining, chemicals, fireworks (part of 26), metal smelting.
HIGH_RISK_DIVISIONS = frozenset(
    {"06", "07", "08", "09", "10", "11", "12"} | {"25", "26", "31", "32"}
)
CONSTRUCTION_DIVISIONS = frozenset({"47", "48", "49", "50"})
# The rules know three groups; who is in none of them is trained as a worker.
CATEGORY_IN_TABLE = {
    PositionCategory.PRINCIPAL: PositionCategory.PRINCIPAL,
    PositionCategory.SAFETY_MANAGER: PositionCategory.SAFETY_MANAGER,
}


def industry_class(industry: str) -> IndustryClass:
    """Return the class of a GB/T 4754 code such as `C26` or `C261`."""
    division = industry.lstrip("ABCDEFGHIJKLMNOPQRST")[:2]
    if division in HIGH_RISK_DIVISIONS:
        return IndustryClass.HIGH_RISK
    if division in CONSTRUCTION_DIVISIONS:
        return IndustryClass.CONSTRUCTION
    return IndustryClass.GENERAL


def group_of(category: str) -> PositionCategory:
    """Return the group of the rules that a position category belongs to."""
    return CATEGORY_IN_TABLE.get(PositionCategory(category), PositionCategory.WORKER)


class RuleBook:
    """All approved rules in memory: one query, then any number of questions."""

    def __init__(self, rules: Iterable[TrainingRule] | None = None) -> None:
        if rules is None:
            rules = TrainingRule.objects.approved()
        rules = list(rules)
        self.by_id = {rule.pk: rule for rule in rules}
        self._rules: dict[tuple[str, str, str], list[TrainingRule]] = defaultdict(list)
        for rule in sorted(rules, key=lambda r: (r.effective_from, r.version)):
            self._rules[rule.category, rule.phase, rule.topic].append(rule)
        self._found: dict[tuple[str, str, str, str, date], TrainingRule | None] = {}

    def find(
        self, *, category: str, industry: str, phase: str, topic: str, on: date
    ) -> TrainingRule | None:
        """Return the one rule of a kind that holds on a day, or None.

        One for the very class of enterprise goes before the general one; of several
        versions of a code the newest that is in force.
        """
        key = (category, industry, phase, topic, on)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return self._found[key]

    def _search(
        self, category: str, industry: str, phase: str, topic: str, on: date
    ) -> TrainingRule | None:
        wanted = industry_class(industry)
        newest: dict[str, TrainingRule] = {}
        for rule in self._rules.get((category, phase, topic), []):
            if rule.effective_from <= on:
                newest[rule.code] = rule
        found: dict[str, TrainingRule] = {}
        for rule in newest.values():
            is_over = rule.effective_to is not None and rule.effective_to < on
            prefixes = tuple(rule.industry_prefixes)
            if rule.is_repeal or is_over:
                continue
            if prefixes and not industry.startswith(prefixes):
                continue
            found[rule.industry_class] = rule
        return found.get(wanted) or found.get(IndustryClass.GENERAL)

    def table(self, *, category: str, industry: str, on: date) -> list[TrainingRule]:
        """Return the hours that hold for a group on a day, initial before annual."""
        found = [
            self.find(
                category=category,
                industry=industry,
                phase=phase,
                topic=RuleTopic.HOURS,
                on=on,
            )
            for phase in TrainingPhase.values
        ]
        return [rule for rule in found if rule is not None]


def submit_rule(*, rule: TrainingRule, by: User) -> TrainingRule:
    """Hand a draft in for review; who hands it in can't approve it.

    Raises:
        RuleInvalid: `not_a_draft`; it was decided already.
    """
    changed = TrainingRule.objects.filter(
        pk=rule.pk, state__in=(RuleState.DRAFT, RuleState.REJECTED)
    ).update(state=RuleState.IN_REVIEW, proposed_by=by, reviewed_by=None)
    rule.refresh_from_db()
    if not changed and rule.state != RuleState.IN_REVIEW:
        raise RuleInvalid("not_a_draft", _("This rule was decided already."))
    return rule


@transaction.atomic
def approve_rule(
    *, rule: TrainingRule, by: User, now: datetime, comment: str = ""
) -> TrainingRule:
    """Put a rule into force from its day; the version before ends the day before.

    A rule can't reach back: nothing that was owed or judged until today changes.

    Raises:
        RuleNotPermitted: `not_permitted` or `own_rule`.
        RuleInvalid: `not_in_review`, `in_the_past`, or `before_predecessor`.
    """
    if not can_approve_rules(by):
        raise RuleNotPermitted("not_permitted", _("You may not approve rules."))
    if rule.proposed_by_id == by.pk:
        raise RuleNotPermitted("own_rule", _("Somebody else has to approve your rule."))
    if rule.effective_from <= shanghai_date(now):
        raise RuleInvalid(
            "in_the_past",
            _("A rule takes effect tomorrow at the earliest: past duties stay."),
        )
    older = TrainingRule.objects.approved().filter(code=rule.code).exclude(pk=rule.pk)
    latest = older.order_by("-version").first()
    if latest is not None and (
        latest.version >= rule.version or latest.effective_from >= rule.effective_from
    ):
        raise RuleInvalid(
            "before_predecessor",
            _("Version %(version)s of this rule takes effect on that day or later.")
            % {"version": latest.version},
        )
    _decide(rule, RuleState.APPROVED, by, now, comment)
    last_day = rule.effective_from - timedelta(days=1)
    older.filter(effective_to__isnull=True).update(effective_to=last_day)
    record(
        actor=by,
        verb=Verb.RULE_APPROVED,
        obj=rule,
        data={"code": rule.code, "version": rule.version},
    )
    return rule


@transaction.atomic
def reject_rule(
    *, rule: TrainingRule, by: User, now: datetime, comment: str
) -> TrainingRule:
    """Send a rule back to its author with the reason.

    Raises:
        RuleNotPermitted: `not_permitted`.
        RuleInvalid: `not_in_review`, or `reason_missing`.
    """
    if not can_approve_rules(by):
        raise RuleNotPermitted("not_permitted", _("You may not approve rules."))
    if not comment.strip():
        raise RuleInvalid("reason_missing", _("Say why the rule is sent back."))
    _decide(rule, RuleState.REJECTED, by, now, comment)
    return rule


def _decide(
    rule: TrainingRule, state: RuleState, by: User, now: datetime, comment: str
) -> None:
    reviewer = None if rule.proposed_by_id == by.pk else by
    changed = TrainingRule.objects.filter(pk=rule.pk, state=RuleState.IN_REVIEW).update(
        state=state, reviewed_by=reviewer, reviewed_at=now, review_comment=comment
    )
    rule.refresh_from_db()
    if not changed:
        raise RuleInvalid("not_in_review", _("This rule does not wait for a review."))


def next_version(*, rule: TrainingRule, by: User, effective_from: date) -> TrainingRule:
    """Return a draft of the rule's next version, with the same terms, to be edited."""
    versions = TrainingRule.objects.filter(code=rule.code).order_by("-version")
    highest = versions.values_list("version", flat=True).first() or 0
    draft = TrainingRule.objects.get(pk=rule.pk)
    draft.pk = None
    draft._state.adding = True  # noqa: SLF001 -- Django's own way to copy a row
    draft.version = highest + 1
    draft.state = RuleState.DRAFT
    draft.effective_from, draft.effective_to = effective_from, None
    draft.proposed_by, draft.reviewed_by, draft.reviewed_at = by, None, None
    draft.review_comment = ""
    draft.save()
    return draft
