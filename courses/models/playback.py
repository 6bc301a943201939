"""Evidence of viewing. Tables that grow without end: nothing refers to them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.enums import SessionEnd
from courses.models.enrollment import Enrollment
from courses.querysets import (
    LearnerPresenceQuerySet,
    OfEnrollmentQuerySet,
    PlaybackSessionQuerySet,
)
from lms.core.models import AppendOnlyModel, AppendOnlyQuerySet, PublicIdModel

# The medium of what is read; videos are named by their asset.
READING_MEDIUM = "reading"


class LearnerPresence(models.Model):
    """What a person is learning just now, and what they may still earn.

    Its row is the queue in which a person's own requests wait for each other, and the
    one that a report changes: the lesson that runs is counted here and brought into
    `UnitProgress`, the session and the ledger by `courses.domain.seats.settle`, when a
    unit is completed, when the session ends, and by the worker each minute.

    `last_receipt_at` says which wall time of the running session is used up already;
    `carry_ms` and `coverage_carry_ms` how much of it was left over for credit and for
    new ground.
    """

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
    )
    day = models.DateField(_("day"), null=True, blank=True)
    day_ms = models.PositiveIntegerField(_("credited on that day"), default=0)
    until_check_ms = models.PositiveIntegerField(null=True, blank=True)
    open_check_id = models.BigIntegerField(null=True, blank=True)
    # The session that earns now, and its lesson; null while none runs.
    session_id = models.BigIntegerField(null=True, blank=True)
    enrollment_id = models.BigIntegerField(null=True, blank=True)
    unit_key = models.UUIDField(null=True, blank=True)
    last_receipt_at = models.DateTimeField(null=True, blank=True)
    carry_ms = models.PositiveIntegerField(default=0)
    coverage_carry_ms = models.PositiveIntegerField(default=0)
    last_seq = models.PositiveIntegerField(default=0)
    coverage = models.JSONField(
        default=list, blank=True, help_text=_("Of the medium that runs.")
    )
    watched_ms = models.PositiveIntegerField(default=0)
    credited_ms = models.PositiveIntegerField(default=0)
    position_ms = models.PositiveIntegerField(default=0)
    scroll_share = models.FloatField(default=0)
    is_completed = models.BooleanField(default=False)
    is_unsettled = models.BooleanField(
        default=False, help_text=_("The worker has something to bring into the ledger.")
    )

    objects = LearnerPresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence of a learner")
        verbose_name_plural = _("presence of learners")
        indexes = (
            models.Index(
                fields=["learner"],
                condition=Q(is_unsettled=True),
                name="courses_presence_unsettled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.day_ms} ms"


class PresenceCheck(PublicIdModel):
    """The learner was asked at a random moment whether somebody is there.

    A number is named and picked out of three: words and buttons, so that a screen
    reader and a keyboard will do. There is no time limit; nothing is earned meanwhile.
    """

    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+"
    )
    session_id = models.BigIntegerField()
    unit_key = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    options = models.JSONField()
    asked_at = models.DateTimeField(_("asked at"))
    wrong_answers = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = OfEnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of presence")
        verbose_name_plural = _("checks of presence")
        ordering = ("-asked_at", "-pk")
        indexes = (
            models.Index(
                fields=["enrollment", "asked_at"], name="courses_presencecheck_list"
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class PlaybackSession(PublicIdModel):
    """A person is present in one lesson on one device; a person has one at a time.

    While it runs its clock stands in `LearnerPresence`; here is what it was when it
    was settled last.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="playback_sessions"
    )
    unit_key = models.UUIDField()
    medium = models.CharField(max_length=40)
    length_ms = models.PositiveIntegerField()
    required_ms = models.PositiveIntegerField()
    rate_limit = models.FloatField(default=1)
    # The terms of the syllabus: new ground only behind old, checks of presence.
    is_in_order = models.BooleanField(default=False)
    check_every_ms = models.PositiveIntegerField(default=0)
    owed_scroll = models.FloatField(default=0, help_text=_("Share of the text."))
    is_finished_by_hand = models.BooleanField(default=False)
    page_count = models.PositiveSmallIntegerField(
        default=0, help_text=_("Of a document that is read page by page.")
    )
    last_seq = models.PositiveIntegerField(default=0)
    position_at_opening = models.FloatField(default=0)
    device = models.CharField(_("device"), max_length=80, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    last_receipt_at = models.DateTimeField(_("last report"))
    carry_ms = models.PositiveIntegerField(default=0)
    coverage_carry_ms = models.PositiveIntegerField(default=0)
    offline_until = models.DateTimeField(_("accepts reports until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=SessionEnd.choices, blank=True)

    objects = PlaybackSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("playback session")
        verbose_name_plural = _("playback sessions")
        ordering = ("-opened_at", "-pk")
        constraints = (
            # Two devices can't both earn: the database refuses the second row.
            models.UniqueConstraint(
                fields=["learner"],
                condition=Q(ended_at__isnull=True),
                name="courses_playbacksession_one_active",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("opened_at")),
                name="courses_playbacksession_period",
            ),
            models.CheckConstraint(
                condition=Q(rate_limit__gte=1, rate_limit__lte=2),
                name="courses_playbacksession_rate_limit",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_active(self) -> bool:
        return self.ended_at is None

    @property
    def is_video(self) -> bool:
        return self.medium != READING_MEDIUM


class PlaybackIntervalQuerySet(OfEnrollmentQuerySet, AppendOnlyQuerySet):  # type: ignore[override]
    pass


class PlaybackInterval(AppendOnlyModel):
    """One interval as the player claimed it, and what of it counted."""

    # The constraint below leads with it: an index of its own would be one too many.
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    session_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    ordinal = models.PositiveSmallIntegerField()
    unit_key = models.UUIDField()
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    rate = models.FloatField()
    counted_ms = models.PositiveIntegerField(
        help_text=_("New coverage, after the limit of wall time.")
    )
    credited_ms = models.PositiveIntegerField()
    is_offline = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    objects = PlaybackIntervalQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("viewed interval")
        verbose_name_plural = _("viewed intervals")
        ordering = ("pk",)
        constraints = (
            # Leads with the enrollment so that the table can be hash-partitioned.
            models.UniqueConstraint(
                fields=["enrollment", "session_id", "seq", "ordinal"],
                name="courses_playbackinterval_once",
            ),
            models.CheckConstraint(
                condition=Q(end_ms__gt=F("start_ms")),
                name="courses_playbackinterval_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.start_ms}–{self.end_ms}"
