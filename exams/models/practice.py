"""What learners practice. Nothing here ever reaches a result or an obligation."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.enums import CardState, PracticeKind
from exams.models.attempts import Attempt
from exams.models.banks import Item, ItemRevision, Topic
from exams.querysets import AttemptPartQuerySet, LearnerRowQuerySet
from lms.core.models import AppendOnlyModel, AppendOnlyQuerySet, PublicIdModel


class AppendOnlyLearnerQuerySet(AppendOnlyQuerySet, LearnerRowQuerySet):  # type: ignore[override]
    """A learner's own history: seen by them, never changed."""


class WrongAnswerCard(PublicIdModel):
    """One item in a learner's wrong-answer book (错题本), with its memory (FSRS).

    `revision` is the text the learner got wrong or saw last. `review_count` is the
    version of the card: who reviews it names the one they saw.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wrong_answers"
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(
        ItemRevision, on_delete=models.PROTECT, related_name="+"
    )
    # The newest attempt that put it here; an older one changes nothing any more.
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(
        max_length=10, choices=CardState.choices, default=CardState.LEARNING
    )
    # What was answered when it was got wrong, in words: letters are those of one paper.
    wrong_given = models.JSONField(default=list)
    wrong_count = models.PositiveSmallIntegerField(default=1)
    review_count = models.PositiveIntegerField(default=0)
    # Days in a row (in China) on which it was right.
    streak = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField()
    stability = models.FloatField(null=True)
    difficulty = models.FloatField(null=True)
    last_review_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    mastered_at = models.DateTimeField(null=True)

    objects = LearnerRowQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("wrong answer")
        constraints = [
            models.UniqueConstraint(
                name="exams_wronganswercard_item_once", fields=["learner", "item"]
            ),
            models.CheckConstraint(
                name="exams_wronganswercard_mastered_at",
                condition=Q(state=CardState.MASTERED, mastered_at__isnull=False)
                | (~Q(state=CardState.MASTERED) & Q(mastered_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="exams_wronganswercard_due", fields=["learner", "state", "due_on"]
            ),
            models.Index(
                name="exams_wronganswercard_remind",
                fields=["due_on", "learner"],
                condition=Q(state=CardState.LEARNING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.item_id}"


class BookFilling(models.Model):
    """The wrong answers of this attempt were put into the book."""

    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, primary_key=True, related_name="book_filling"
    )
    filled_at = models.DateTimeField()

    objects = AttemptPartQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return str(self.attempt_id)


class PracticeSession(PublicIdModel):
    """A walk through items that one can leave and resume.

    `entries` names item and revision of each place; with the seed they give the same
    options in the same order however often the page is loaded, and whatever the
    author does meanwhile.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="practices"
    )
    kind = models.CharField(max_length=10, choices=PracticeKind.choices)
    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, null=True, related_name="+"
    )
    seed = models.BigIntegerField()
    entries = models.JSONField()
    # Where the learner stands, from 1; beyond the last entry when finished.
    place = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = LearnerRowQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("practice")
        constraints = [
            # Null never equals null in a unique index, hence two of them.
            models.UniqueConstraint(
                name="exams_practicesession_one_open",
                fields=["learner", "kind"],
                condition=Q(finished_at__isnull=True, topic__isnull=True),
            ),
            models.UniqueConstraint(
                name="exams_practicesession_one_open_topic",
                fields=["learner", "kind", "topic"],
                condition=Q(finished_at__isnull=True, topic__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.kind}"

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def size(self) -> int:
        return len(self.entries)


class PracticeAnswer(AppendOnlyModel):
    """One answer of a practice: counts for advice, never for a result."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="practice_answers",
    )
    session = models.ForeignKey(
        PracticeSession, on_delete=models.PROTECT, null=True, related_name="answers"
    )
    place = models.PositiveSmallIntegerField(null=True)
    card = models.ForeignKey(
        WrongAnswerCard, on_delete=models.PROTECT, null=True, related_name="answers"
    )
    # The card's `review_count` that this answer raised.
    card_version = models.PositiveIntegerField(null=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(
        ItemRevision, on_delete=models.PROTECT, related_name="+"
    )
    value = models.JSONField(default=list)
    is_right = models.BooleanField()
    is_guess = models.BooleanField(default=False)
    answered_at = models.DateTimeField()

    objects = AppendOnlyLearnerQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="exams_practiceanswer_place_once", fields=["session", "place"]
            ),
            models.UniqueConstraint(
                name="exams_practiceanswer_card_once", fields=["card", "card_version"]
            ),
        ]
        indexes = [
            models.Index(
                name="exams_practiceanswer_item", fields=["learner", "item", "id"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.item_id}"


class Favorite(models.Model):
    """An item a learner wants to find again."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="favorites"
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = LearnerRowQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("favorite")
        constraints = [
            models.UniqueConstraint(
                name="exams_favorite_item_once", fields=["learner", "item"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.item_id}"
