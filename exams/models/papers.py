from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel

from exams.enums import (
    CandidateRole,
    Cardinality,
    DrawMode,
    ItemType,
    PaperState,
    ScoringRule,
    Selection,
)
from exams.models.banks import Item, ItemBank, Topic
from exams.querysets import AuthoredQuerySet, PaperPartQuerySet
from lms.core.models import OwnedModel, PublicIdModel, TimeStampedModel


class Paper(ClusterableModel, PublicIdModel, TimeStampedModel, OwnedModel):  # type: ignore[django-manager-missing]
    """What is asked: a fixed list, or quotas by which each paper is drawn."""

    slug = models.SlugField(_("slug"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    selection = models.CharField(
        _("selection"),
        max_length=10,
        choices=Selection.choices,
        default=Selection.BLUEPRINT,
    )
    banks = ParentalManyToManyField(
        ItemBank, related_name="papers", verbose_name=_("banks"), blank=True
    )
    role = models.CharField(
        _("written for"),
        max_length=20,
        choices=CandidateRole.choices,
        blank=True,
        help_text=_("Draw only items written for this role. Empty: all."),
    )
    shuffle_items = models.BooleanField(_("shuffle the items"), default=False)
    shuffle_options = models.BooleanField(_("shuffle the options"), default=True)
    draw_mode = models.CharField(
        _("draw"),
        max_length=15,
        choices=DrawMode.choices,
        default=DrawMode.PER_CANDIDATE,
        help_text=_("Order and labels differ between candidates in both cases."),
    )
    equal_difficulty = models.BooleanField(
        _("equal difficulty"),
        default=False,
        help_text=_(
            "Every draw takes the same number of items of each difficulty in each "
            "section."
        ),
    )
    exposure_limit = models.PositiveIntegerField(
        _("exposure limit"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "An item that stood on so many papers rests while fresher items meet the "
            "blueprint. Empty: no limit."
        ),
    )
    total_score = models.DecimalField(
        _("total score"),
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_(
            "The sections must add up to it, else the paper is not published. "
            "Empty: whatever they add up to."
        ),
    )
    # One draw for all: item ids by section, fixed when the paper was published.
    shared_draw = models.JSONField(null=True, blank=True, editable=False)
    allows_practice = models.BooleanField(
        _("open to practice"),
        default=True,
        help_text=_(
            "Wrong answers go into the candidate's wrong-answer book. Switched off, "
            "items of a fixed list are not practiced at all."
        ),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=PaperState.choices,
        default=PaperState.DRAFT,
        editable=False,
    )

    objects = AuthoredQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("paper")
        verbose_name_plural = _("papers")

    def __str__(self) -> str:
        return self.title


class ScoredByRule(models.Model):
    """What the paper says about scoring; empty leaves it to the type of the item."""

    scoring = models.CharField(
        _("scoring rule"),
        max_length=16,
        choices=ScoringRule.choices,
        blank=True,
        help_text=_("Empty: the rule that is usual for the type."),
    )
    penalty = models.DecimalField(
        _("penalty"),
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_(
            "Share of the points that a wrong answer costs by the negative rule. "
            "Empty: a quarter."
        ),
    )

    class Meta:
        abstract = True


class PaperSection(ScoredByRule, ClusterableModel):
    """One quota of a blueprint."""

    paper = ParentalKey(Paper, on_delete=models.CASCADE, related_name="sections")
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    title = models.CharField(_("title"), max_length=120, blank=True)
    type = models.CharField(_("type"), max_length=20, choices=ItemType.choices)
    cardinality = models.CharField(
        _("cardinality"), max_length=10, choices=Cardinality.choices, blank=True
    )
    topics = ParentalManyToManyField(
        Topic,
        related_name="+",
        verbose_name=pgettext_lazy("item", "topics"),
        blank=True,
        help_text=_("Empty: any topic."),
    )
    count = models.PositiveSmallIntegerField(
        _("number of items"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    score = models.DecimalField(
        _("score of each item"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    difficulty_min = models.PositiveSmallIntegerField(
        _("difficulty from"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    difficulty_max = models.PositiveSmallIntegerField(
        _("difficulty to"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )

    objects = PaperPartQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints = [
            models.CheckConstraint(
                name="exams_papersection_count_positive",
                condition=Q(count__gt=0, score__gt=0),
            ),
            models.CheckConstraint(
                name="exams_papersection_difficulty_order",
                condition=Q(difficulty_min__isnull=True)
                | Q(difficulty_max__isnull=True)
                | Q(difficulty_min__lte=F("difficulty_max")),
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_type_display()} × {self.count}"


class PaperItem(ScoredByRule):
    """One item of a fixed list; no item stands on a paper twice."""

    paper = ParentalKey(Paper, on_delete=models.CASCADE, related_name="paper_items")
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="+", verbose_name=_("item")
    )
    score = models.DecimalField(
        _("score"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty: the item's own score."),
        validators=[MinValueValidator(Decimal("0.01"))],
    )

    objects = PaperPartQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("item of the paper")
        verbose_name_plural = _("items of the paper")
        constraints = [
            models.UniqueConstraint(
                name="exams_paperitem_item_unique", fields=["paper", "item"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}: {self.item_id}"
