"""What learners answer and take home: frozen questions, answers, hand-outs."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.enums import ActivityKind
from courses.models.enrollment import Enrollment
from courses.querysets import (
    ActivityVersionQuerySet,
    HandoutQuerySet,
    OfEnrollmentQuerySet,
)
from courses.validators import validate_handout
from lms.core.models import (
    AppendOnlyModel,
    AppendOnlyQuerySet,
    OwnedModel,
    PublicIdModel,
    TimeStampedModel,
)
from lms.core.storage import private_storage


class AppendOnlyActivityVersionQuerySet(ActivityVersionQuerySet, AppendOnlyQuerySet):  # type: ignore[override]
    pass


class ActivityVersion(AppendOnlyModel):
    """One question as it was published; the same content is the same row.

    `content` is the content of an item of this type (`exams.interactions`); that of a
    scenario is `{"prompt", "situations": [{"key", "text", "choices"}]}`.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=ActivityKind.choices)
    content = models.JSONField()

    objects = AppendOnlyActivityVersionQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("published question of a lesson")
        verbose_name_plural = _("published questions of lessons")

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"


class ActivityAnswerQuerySet(OfEnrollmentQuerySet, AppendOnlyQuerySet):  # type: ignore[override]
    pass


class ActivityAnswer(AppendOnlyModel):
    """One answer of a learner, and what it was worth; the latest is shown.

    `is_right` is null while a scenario goes on. A scenario's `value` is the way so
    far: the keys of the choices, one for each situation.
    """

    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+"
    )
    unit_key = models.UUIDField()
    activity = models.ForeignKey(
        ActivityVersion, on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveIntegerField()
    value = models.JSONField()
    share = models.FloatField(help_text=_("Of the points, 0 to 1."))
    is_right = models.BooleanField(null=True)
    answered_at = models.DateTimeField(_("answered at"))

    objects = ActivityAnswerQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("answer in a lesson")
        verbose_name_plural = _("answers in lessons")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["enrollment", "unit_key", "activity", "number"],
                name="courses_activityanswer_once",
            ),
        )
        indexes = (
            models.Index(fields=["answered_at"], name="courses_answer_answered_at"),
        )

    def __str__(self) -> str:
        return f"{self.unit_key} {self.number}"


class Handout(PublicIdModel, TimeStampedModel, OwnedModel):
    """A file that learners take home. Its bytes never change: another is a new row."""

    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(
        _("file"),
        upload_to="handouts/%Y/",
        storage=private_storage,
        max_length=300,
        validators=[validate_handout],
        help_text=_("PDF, Office, picture or text, at most 20 MB."),
    )
    file_name = models.CharField(max_length=200, editable=False)
    size = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = HandoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-out")
        verbose_name_plural = _("hand-outs")
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    def may_stand_in(self, owner_organization_id: int | None) -> bool:
        """Whether a course of this owner may give it to its learners.

        What an organization owns goes into its own courses only: the learners of
        anybody else's would take it home.
        """
        return self.owner_organization_id in (None, owner_organization_id)


class HandoutDownloadQuerySet(OfEnrollmentQuerySet, AppendOnlyQuerySet):  # type: ignore[override]
    pass


class HandoutDownload(AppendOnlyModel):
    """A learner took a hand-out."""

    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+"
    )
    unit_key = models.UUIDField()
    handout = models.ForeignKey(
        Handout, on_delete=models.PROTECT, related_name="downloads"
    )
    downloaded_at = models.DateTimeField(_("downloaded at"))

    objects = HandoutDownloadQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("download of a hand-out")
        verbose_name_plural = _("downloads of hand-outs")
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=["enrollment", "unit_key"], name="courses_handoutdownload_unit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.handout_id} {self.downloaded_at}"
