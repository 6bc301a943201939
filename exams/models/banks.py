from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from polymorphic.managers import PolymorphicManager
from polymorphic.models import PolymorphicModel

from exams.enums import (
    Cardinality,
    ItemStatus,
    ItemType,
    PendingState,
    ReviewStep,
)
from exams.interactions import Interaction, Score, interaction_for
from exams.querysets import (
    AuthoredQuerySet,
    ItemPartQuerySet,
    ItemQuerySet,
    ItemRevisionQuerySet,
    RevisionPartQuerySet,
)
from lms.core.models import (
    AppendOnlyModel,
    AppendOnlyQuerySet,
    OwnedModel,
    PublicIdModel,
    TimeStampedModel,
)


class ItemBank(PublicIdModel, TimeStampedModel, OwnedModel):
    """A collection of items with one owner."""

    slug = models.SlugField(_("slug"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    allows_practice = models.BooleanField(
        _("open to practice"),
        default=True,
        help_text=_(
            "Learners may practice its items and see the answers. Switch it off for "
            "banks that only formal exams may use."
        ),
    )

    objects = AuthoredQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("item bank")
        verbose_name_plural = _("item banks")

    def __str__(self) -> str:
        return self.title


class Topic(models.Model):
    """What an item is about (知识点); a tree, shared by the banks of one owner."""

    owner_organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent topic"),
    )
    name = models.CharField(_("name"), max_length=120)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = AuthoredQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = pgettext_lazy("item", "topic")
        verbose_name_plural = pgettext_lazy("item", "topics")
        constraints = [
            # Null never equals null in a unique index, hence two of them.
            models.UniqueConstraint(
                name="exams_topic_name_unique_platform",
                fields=["name"],
                condition=Q(owner_organization_id__isnull=True),
            ),
            models.UniqueConstraint(
                name="exams_topic_name_unique_owned",
                fields=["owner_organization_id", "name"],
                condition=Q(owner_organization_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Item(PolymorphicModel, PublicIdModel, TimeStampedModel):
    """One question. Its text stands in revisions; the subclasses are behavior only.

    `code` is the author's own name of it, unique in the bank. The parts of a case
    are items with a `parent`, and are never drawn alone.
    """

    item_type: ItemType | None = None

    bank = models.ForeignKey(
        ItemBank, on_delete=models.PROTECT, related_name="items", verbose_name=_("bank")
    )
    code = models.CharField(_("code"), max_length=80)
    type = models.CharField(_("type"), max_length=20, choices=ItemType.choices)
    cardinality = models.CharField(
        _("cardinality"), max_length=10, choices=Cardinality.choices, blank=True
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("case"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    topic = models.ForeignKey(
        Topic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=pgettext_lazy("item", "topic"),
    )
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1 (easy) to 5 (hard)."),
    )
    roles = models.JSONField(_("written for"), default=list, blank=True)
    score = models.DecimalField(
        _("score"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=ItemStatus.choices,
        default=ItemStatus.DRAFT,
    )
    effective_to = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Last day of its rule.")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=12, default="zh-hans")
    summary = models.CharField(_("question"), max_length=200, blank=True)
    current_revision = models.ForeignKey(
        "ItemRevision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    # A newer text that is not approved; exams go on with the current one.
    draft_revision = models.ForeignKey(
        "ItemRevision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    # Of the item as a whole: a case says it for its parts.
    pending = models.CharField(
        _("not approved yet"),
        max_length=12,
        choices=PendingState.choices,
        blank=True,
        editable=False,
    )

    objects = PolymorphicManager.from_queryset(ItemQuerySet)()  # type: ignore[misc]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["bank", "code"]
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.UniqueConstraint(
                name="exams_item_code_unique", fields=["bank", "code"]
            ),
            models.CheckConstraint(
                name="exams_item_cardinality_of_choice",
                condition=Q(type=ItemType.CHOICE, cardinality__in=Cardinality.values)
                | (~Q(type=ItemType.CHOICE) & Q(cardinality="")),
            ),
            models.CheckConstraint(
                name="exams_item_difficulty_range",
                condition=Q(difficulty__gte=1, difficulty__lte=5),
            ),
            models.CheckConstraint(
                name="exams_item_score_positive", condition=Q(score__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                name="exams_item_draw",
                fields=["bank", "status", "type", "topic"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.summary}"[:80]

    @property
    def audit_organization_id(self) -> int | None:
        return self.bank.owner_organization_id

    @property
    def interaction(self) -> Interaction:
        """The behavior of this type."""
        return interaction_for(self.type)

    @property
    def content(self) -> dict[str, Any]:
        """Content of the current revision (load it with `select_related`)."""
        return self.current_revision.content if self.current_revision else {}

    @property
    def newest_revision(self) -> "ItemRevision | None":
        """What an author goes on writing (load both revisions)."""
        return self.draft_revision or self.current_revision

    @property
    def is_in_use(self) -> bool:
        """Whether exams may ask the current revision."""
        return self.status in (ItemStatus.REVIEWED, ItemStatus.NEEDS_RECHECK)

    @property
    def state_label(self) -> str:
        """Where the item stands, in words."""
        if self.status == ItemStatus.DRAFT:
            return str(PendingState(self.pending or PendingState.DRAFT).label)
        label = self.get_status_display()
        if not self.pending or self.status == ItemStatus.RETIRED:
            return label
        if self.pending == PendingState.IN_REVIEW:
            return str(_("%(state)s, a change is in review") % {"state": label})
        return str(_("%(state)s, a change is in draft") % {"state": label})

    def candidate_view(self) -> dict[str, Any]:
        """Return what a candidate sees, in the author's order: never the key."""
        return self.interaction.freeze(self.content, rng=None).view

    def correct_response(self) -> list[str]:
        """Return the right answer as a value."""
        frozen = self.interaction.freeze(self.content, rng=None)
        return self.interaction.correct_response(frozen.key)

    def normalize_value(self, value: list[str]) -> list[str]:
        """Return an answer in its canonical form, or raise InvalidValue."""
        return self.interaction.normalize_value(self.candidate_view(), value)

    def score_value(self, value: list[str]) -> Score | None:
        """Return the points for an answer; None where an examiner decides."""
        frozen = self.interaction.freeze(self.content, rng=None)
        normal = self.interaction.normalize_value(frozen.view, value)
        return self.interaction.score(frozen.key, normal, self.score)


class AppendOnlyRevisionQuerySet(AppendOnlyQuerySet, ItemRevisionQuerySet):  # type: ignore[override]
    """Revisions: seen with their bank, never changed."""


class ItemRevision(AppendOnlyModel):
    """One state of an item's text. A correction is a new revision."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = AppendOnlyRevisionQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(
                name="exams_itemrevision_number_unique", fields=["item", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id}#{self.number}"


class AppendOnlyItemPartQuerySet(AppendOnlyQuerySet, ItemPartQuerySet):  # type: ignore[override]
    """Facts about an item: seen with its bank, never changed."""


class ItemReview(AppendOnlyModel):
    """One step of the review. Who wrote a text and who approved it can be shown."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="reviews")
    revision = models.ForeignKey(
        ItemRevision, on_delete=models.PROTECT, null=True, related_name="+"
    )
    step = models.CharField(max_length=16, choices=ReviewStep.choices)
    note = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    objects = AppendOnlyItemPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["item", "pk"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.step}"


class RevisionSignature(models.Model):
    """By what a question is found again among tens of thousands.

    `fingerprint` is equal where two items ask the same with the same key; two that
    are much alike share at least one of the bands (`exams.domain.twins`). A revision
    never changes, so its signature stays right; bands are 0 where the text is too
    short to compare.
    """

    revision = models.OneToOneField(
        ItemRevision,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="signature",
    )
    fingerprint = models.CharField(max_length=64, db_index=True)
    band_0 = models.BigIntegerField(db_index=True)
    band_1 = models.BigIntegerField(db_index=True)
    band_2 = models.BigIntegerField(db_index=True)
    band_3 = models.BigIntegerField(db_index=True)

    objects = RevisionPartQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.fingerprint[:8]}"
