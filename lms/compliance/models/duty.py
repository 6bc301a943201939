"""What the law asks of whom: rules as data, and what follows for one person."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.enums import TrainingLevel
from lms.compliance.enums import (
    IndustryClass,
    ObligationState,
    RuleSource,
    RuleState,
    RuleTopic,
    TrainingPhase,
)
from lms.compliance.querysets import OfMembershipQuerySet, TrainingRuleQuerySet
from lms.core.models import PublicIdModel, TimeStampedModel
from lms.organizations.enums import PositionCategory


class TrainingRule(TimeStampedModel):
    """What the law asks of a group of people. A change of law is a new version.

    Approved rules are never edited: obligations refer to the version they came from.
    """

    code = models.CharField(_("code"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    category = models.CharField(
        _("position category"), max_length=20, choices=PositionCategory.choices
    )
    industry_class = models.CharField(
        _("kind of enterprise"), max_length=15, choices=IndustryClass.choices
    )
    phase = models.CharField(_("phase"), max_length=10, choices=TrainingPhase.choices)
    topic = models.CharField(
        _("topic"), max_length=10, choices=RuleTopic.choices, default=RuleTopic.HOURS
    )
    industry_prefixes = models.JSONField(
        _("only these industries"),
        default=list,
        blank=True,
        help_text=_("Beginnings of GB/T 4754 codes, such as C; empty means all."),
    )
    hours = models.DecimalField(
        _("credit hours"), max_digits=5, decimal_places=1, default=Decimal(0)
    )
    levels = models.JSONField(
        _("levels of training"),
        default=list,
        blank=True,
        help_text=_("Out of factory, workshop, team."),
    )
    offline_share = models.DecimalField(
        _("share on site"),
        max_digits=3,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Part of the hours that has to be learned on site, 0 to 1."),
    )
    due_days = models.PositiveSmallIntegerField(
        _("days to fulfill it"),
        default=30,
        help_text=_("Counted from the day it arises; yearly duties end with the year."),
    )
    hour_seconds = models.PositiveIntegerField(
        _("seconds of one credit hour"),
        default=2700,
        help_text=_("45 minutes by custom."),
    )
    onsite_hour_seconds = models.PositiveIntegerField(
        _("seconds of one credit hour on site"),
        null=True,
        blank=True,
        help_text=_("Empty: the same as online."),
    )
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force until"), null=True, blank=True)
    law_slug = models.CharField(_("law"), max_length=255, blank=True)
    article = models.CharField(_("article"), max_length=40, blank=True)
    basis = models.CharField(_("basis"), max_length=200)
    source = models.CharField(
        _("source"),
        max_length=15,
        choices=RuleSource.choices,
        default=RuleSource.TO_BE_CHECKED,
    )
    note = models.TextField(_("note"), blank=True)
    is_repeal = models.BooleanField(
        _("repeals the rule"),
        default=False,
        help_text=_("From its day on nothing follows from this code any more."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=RuleState.choices, default=RuleState.DRAFT
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_comment = models.TextField(_("comment of the review"), blank=True)

    objects = TrainingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("training rule")
        verbose_name_plural = _("training rules")
        ordering = ("category", "industry_class", "phase", "-effective_from")
        constraints = (
            models.UniqueConstraint(
                fields=["code", "version"], name="compliance_trainingrule_version"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="compliance_trainingrule_period",
            ),
            models.CheckConstraint(
                condition=Q(hour_seconds__gt=0)
                & (Q(hours__gt=0) | Q(topic=RuleTopic.LEVELS) | Q(is_repeal=True)),
                name="compliance_trainingrule_hours",
            ),
            models.CheckConstraint(
                condition=Q(offline_share__gte=0, offline_share__lte=1),
                name="compliance_trainingrule_offline_share",
            ),
            # Nobody approves what they wrote.
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(reviewed_by=F("proposed_by")),
                name="compliance_trainingrule_four_eyes",
            ),
        )
        permissions = (("approve_trainingrule", "Can approve training rules"),)

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def required_seconds(self) -> int:
        return int(self.hours * self.hour_seconds)

    @property
    def required_onsite_seconds(self) -> int:
        return int(self.required_seconds * self.offline_share)

    @property
    def citation(self) -> str:
        """What a verdict names: the provision, and which version of the rule."""
        return f"{self.basis} ({self.code} v{self.version})"

    @property
    def level_names(self) -> list[str]:
        return [str(TrainingLevel(level).label) for level in self.levels]


class Posting(TimeStampedModel):
    """A post that a member held, and when: duties follow from these days.

    `category` is that of the position in those days; a membership without a position
    counts as a worker's. Several posts at a time are several rows.
    """

    membership = models.ForeignKey(
        "organizations.Membership", on_delete=models.PROTECT, related_name="postings"
    )
    position = models.ForeignKey(
        "organizations.Position",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    category = models.CharField(
        _("position category"), max_length=20, choices=PositionCategory.choices
    )
    is_additional = models.BooleanField(_("beside the main post"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = OfMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("post held")
        verbose_name_plural = _("posts held")
        ordering = ("membership", "starts_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(ends_on__isnull=True, is_additional=False),
                name="compliance_posting_one_main",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="compliance_posting_period",
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.category} {self.starts_on}"


class Obligation(PublicIdModel, TimeStampedModel):
    """One person owes what one rule asks for in one period.

    The terms are those of the rule's version on the day the duty arose. What follows
    from them and the ledger is kept beside them and can be computed again.
    """

    membership = models.ForeignKey(
        "organizations.Membership",
        on_delete=models.PROTECT,
        related_name="obligations",
    )
    rule = models.ForeignKey(
        TrainingRule, on_delete=models.PROTECT, related_name="obligations"
    )
    phase = models.CharField(_("phase"), max_length=10, choices=TrainingPhase.choices)
    topic = models.CharField(_("topic"), max_length=10, choices=RuleTopic.choices)
    category = models.CharField(
        _("position category"), max_length=20, choices=PositionCategory.choices
    )
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("until"))
    required_seconds = models.PositiveIntegerField(_("required seconds"))
    required_onsite_seconds = models.PositiveIntegerField(
        _("required seconds on site"), default=0
    )
    levels = models.JSONField(_("levels of training"), default=list, blank=True)

    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ObligationState.choices,
        default=ObligationState.OPEN,
    )
    credited_seconds = models.PositiveIntegerField(_("credited"), default=0)
    onsite_seconds = models.PositiveIntegerField(_("credited on site"), default=0)
    levels_done = models.JSONField(_("levels done"), default=list, blank=True)
    met_on = models.DateField(_("met on"), null=True, blank=True)
    judged_on = models.DateField(_("judged on"), null=True, blank=True)

    objects = OfMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ("period_end", "pk")
        constraints = (
            # Whatever rule it follows from: a duty of one kind is owed once a period.
            models.UniqueConstraint(
                fields=["membership", "phase", "topic", "category", "period_start"],
                name="compliance_obligation_one_per_period",
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")),
                name="compliance_obligation_period",
            ),
        )
        indexes = (
            models.Index(
                fields=["state", "period_end"], name="compliance_obligation_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.rule_id} {self.period_start}"

    @property
    def missing_seconds(self) -> int:
        return max(0, self.required_seconds - self.credited_seconds)

    @property
    def missing_levels(self) -> list[str]:
        return [level for level in self.levels if level not in self.levels_done]

    @property
    def is_met(self) -> bool:
        return self.state in (ObligationState.MET, ObligationState.MET_LATE)
