from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemType(models.TextChoices):
    """The names of the item contract (QTI interactions)."""

    CHOICE = "choice", _("Choice")
    TRUE_FALSE = "true_false", _("True or false")
    TEXT_ENTRY = "text_entry", _("Fill in the blanks")
    NUMERIC = "numeric", _("Numeric")
    EXTENDED_TEXT = "extended_text", _("Short answer")
    ORDER = "order", _("Put in order")
    MATCH = "match", _("Match")
    HOTSPOT = "hotspot", _("Find on a picture")
    CASE = "case", _("Case with sub-items")


class Cardinality(models.TextChoices):
    SINGLE = "single", _("One right answer")
    MULTIPLE = "multiple", _("Several right answers")


class ItemStatus(models.TextChoices):
    """Only reviewed items are ever drawn."""

    DRAFT = "draft", _("Draft")
    REVIEWED = "reviewed", _("Reviewed")
    NEEDS_RECHECK = "needs_recheck", _("Needs a recheck")
    RETIRED = "retired", _("Retired")


class PendingState(models.TextChoices):
    """A text that was written and not yet approved; empty: there is none."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")


class ReviewStep(models.TextChoices):
    """What happened to an item between being written and being asked."""

    SUBMITTED = "submitted", _("Sent to review")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Sent back")
    RETIRED = "retired", _("Retired")
    REOPENED = "reopened", _("Taken up again")
    RECHECK_ASKED = "recheck_asked", _("Marked for a recheck")
    RECHECKED = "rechecked", _("Rechecked, still right")


class CandidateRole(models.TextChoices):
    """Whom an item or a paper is written for."""

    WORKER = "worker", _("Workers")
    SAFETY_MANAGER = "safety_manager", _("Safety managers")
    PRINCIPAL = "principal", _("Principals")


class Selection(models.TextChoices):
    FIXED = "fixed", _("A fixed list of items")
    BLUEPRINT = "blueprint", _("Drawn for each candidate by a blueprint")


class ScoringRule(models.TextChoices):
    """How an answer that is partly right scores (`exams.interactions.rules`)."""

    ALL_OR_NOTHING = "all_or_nothing", _("All or nothing")
    PARTIAL = "partial", _("Partial: the share that is right")
    BALANCED = "balanced", _("Balanced: right parts less wrong ones")
    NEGATIVE = "negative", _("Negative: a wrong answer costs points")


class PaperState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class ExamKind(models.TextChoices):
    MOCK = "mock", _("Mock exam")
    FORMAL = "formal", _("Formal exam")


class AttemptState(models.TextChoices):
    IN_PROGRESS = "in_progress", _("In progress")
    SUBMITTED = "submitted", _("Submitted, the result is pending")
    EXPIRED = "expired", _("Time ran out, the result is pending")
    FINALIZED = "finalized", _("Finalized")
    VOIDED = "voided", _("Voided")


class ClosedBy(models.TextChoices):
    """Who or what ended the time for answers."""

    CANDIDATE = "candidate", _("The candidate")
    DEADLINE = "deadline", _("The deadline")
    INVIGILATOR = "invigilator", _("An invigilator")


class MarkSource(models.TextChoices):
    AUTOMATIC = "automatic", _("Scored by the key")
    EXAMINER = "examiner", _("Marked by an examiner")
    CORRECTION = "correction", _("Scored again by a corrected key")
    APPEAL = "appeal", _("Decided on an appeal")


class MarkingTaskState(models.TextChoices):
    OPEN = "open", _("Waiting for an examiner")
    DONE = "done", _("Marked")


class CorrectionKind(models.TextChoices):
    NEW_KEY = "new_key", _("Another answer is right")
    CREDIT_ALL = "credit_all", _("Everybody gets the points")


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved, papers are scored again")
    APPLIED = "applied", _("Applied")
    REJECTED = "rejected", _("Dropped")


class AppealState(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Not upheld")
    WITHDRAWN = "withdrawn", _("Taken back")


class ReleasePolicy(models.TextChoices):
    """When a candidate learns the result."""

    AT_ONCE = "at_once", _("At once")
    AFTER_MARKING = "after_marking", _("When its marking is complete")
    AT_DATE = "at_date", _("At a date")
    BY_HAND = "by_hand", _("By hand")


class ReleaseScope(models.TextChoices):
    """What a candidate learns then."""

    SCORE = "score", _("The score only")
    EXPLANATIONS = "explanations", _("Score, outcome of each item and explanations")
    KEY = "key", _("Everything, with the right answers")


class EvidenceKind(models.TextChoices):
    """What a browser reports during a sitting; evidence, never a verdict."""

    FOCUS_LOST = "focus_lost", _("Left the page")
    FOCUS_REGAINED = "focus_regained", _("Came back to the page")
    FULLSCREEN_LEFT = "fullscreen_left", _("Left full screen")
    FULLSCREEN_ENTERED = "fullscreen_entered", _("Entered full screen")
    NETWORK_LOST = "network_lost", _("Network lost")
    NETWORK_BACK = "network_back", _("Network back")
    COPIED = "copied", _("Copied from the page")
    PASTED = "pasted", _("Pasted into the page")
    # What the server itself sees; no browser may report it.
    ADDRESS_CHANGED = "address_changed", _("Network address changed")
    DEVICE_CHANGED = "device_changed", _("Another device or browser")

    @classmethod
    def reportable(cls) -> "list[tuple[str, Any]]":
        """Return the kinds that a browser may report."""
        own = (cls.ADDRESS_CHANGED, cls.DEVICE_CHANGED)
        return [(value, label) for value, label in cls.choices if value not in own]


REPORTABLE_KINDS = EvidenceKind.reportable()


class InterventionKind(models.TextChoices):
    """What an invigilator did to a running attempt, always with a reason."""

    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    EXTENDED = "extended", _("Extended")
    MESSAGE = "message", _("Message sent")
    ENDED = "ended", _("Ended")


class ImportPolicy(models.TextChoices):
    """What becomes of the good rows when others are wrong."""

    ALL_OR_NOTHING = "all_or_nothing", _("Take nothing unless every row is good")
    GOOD_ROWS = "good_rows", _("Take the good rows and report the others")


class DrawMode(models.TextChoices):
    """Whether candidates share the items of a blueprint."""

    PER_CANDIDATE = "per_candidate", _("Each candidate gets a draw of their own")
    ONCE = "once", _("One draw for all, made when the paper is published")


class CardState(models.TextChoices):
    """Where an item stands in a learner's wrong-answer book."""

    LEARNING = "learning", _("To be repeated")
    MASTERED = "mastered", _("Mastered")
    RETIRED = "retired", _("No longer asked")


class PracticeKind(models.TextChoices):
    """What a practice session is made of."""

    BOOK = "book", _("Wrong answers that are due")
    TOPIC = "topic", _("By topic")
    RANDOM = "random", _("At random")
    WEAKNESS = "weakness", _("What I am weak in")
    FAVORITES = "favorites", _("My favorites")
    MEMORIZE = "memorize", _("Memorize with the answers")
