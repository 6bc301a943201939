"""A lesson: what is watched, read, practiced and answered, as a Wagtail page."""

from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlocks, CitationsBlock, PointsBlock
from cms.enums import CitationSource
from cms.models.base import BasePage, citations_in
from courses.blocks import (
    CheckBlocks,
    ExerciseBlocks,
    HandoutBlocks,
    TranscriptBlocks,
)
from courses.enums import (
    CompletionRule,
    LessonKind,
    MoveOn,
    TrainingLevel,
)
from courses.models.pages import CoursePage
from courses.units import register_unit_type
from lms.core.enums import Audience
from media_pipeline.enums import AssetKind


@register_unit_type
class LessonPage(BasePage):
    citation_kind = CitationSource.LESSON

    kind = models.CharField(_("kind"), max_length=10, choices=LessonKind.choices)
    minutes = models.PositiveSmallIntegerField(
        _("planned minutes"), default=5, validators=[MinValueValidator(1)]
    )
    is_voluntary = models.BooleanField(
        _("voluntary"),
        default=False,
        help_text=_("The course is completed without it."),
    )
    level = models.CharField(
        _("level of training"),
        max_length=10,
        choices=TrainingLevel.choices,
        blank=True,
        help_text=_("Only for the three levels: plant, workshop, team."),
    )
    asset = models.ForeignKey(
        "media_pipeline.Asset",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": AssetKind.VIDEO},
        verbose_name=_("video"),
    )
    required_share = models.DecimalField(
        _("share of the video to be watched"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.95"),
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(1)],
    )
    completion = models.CharField(
        _("what completes it"),
        max_length=16,
        choices=CompletionRule.choices,
        default=CompletionRule.TIME,
    )
    pass_share = models.DecimalField(
        _("share of right answers"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.80"),
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(1)],
        help_text=_("From which the self-check is passed. 0.80 is 80 %."),
    )
    body = StreamField(BodyBlocks(), verbose_name=_("text"), blank=True)
    is_paged = models.BooleanField(
        _("page by page"),
        default=False,
        help_text=_(
            "Documents: each heading begins a page, and each page has to be read for "
            "its share of the planned minutes."
        ),
    )
    transcript = StreamField(
        TranscriptBlocks(), verbose_name=_("slides and transcript"), blank=True
    )
    takeaways = StreamField(PointsBlock(), verbose_name=_("takeaways"), blank=True)
    check_questions = StreamField(
        CheckBlocks(), verbose_name=_("check yourself"), blank=True
    )
    exercise = StreamField(ExerciseBlocks(), verbose_name=_("exercise"), blank=True)
    handouts = StreamField(HandoutBlocks(), verbose_name=_("hand-outs"), blank=True)
    sign_off_by = models.CharField(_("signed off by"), max_length=200, blank=True)
    sign_off_place = models.CharField(_("place"), max_length=200, blank=True)
    sign_off_criteria = StreamField(
        PointsBlock(), verbose_name=_("what has to be shown"), blank=True
    )
    sign_off_evidence = StreamField(
        PointsBlock(), verbose_name=_("evidence to keep"), blank=True
    )
    citations = StreamField(
        CitationsBlock(), verbose_name=_("cited articles"), blank=True
    )

    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []
    template = "courses/lesson_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("minutes")]),
        FieldRowPanel([FieldPanel("is_voluntary"), FieldPanel("level")]),
        FieldRowPanel([FieldPanel("asset"), FieldPanel("required_share")]),
        FieldRowPanel([FieldPanel("completion"), FieldPanel("pass_share")]),
        FieldPanel("transcript"),
        FieldPanel("body"),
        FieldPanel("is_paged"),
        FieldPanel("exercise"),
        FieldPanel("takeaways"),
        FieldPanel("check_questions"),
        FieldPanel("handouts"),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("sign_off_by"), FieldPanel("sign_off_place")]
                ),
                FieldPanel("sign_off_criteria"),
                FieldPanel("sign_off_evidence"),
            ],
            heading=_("On-site training"),
        ),
        FieldPanel("citations"),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def cited_articles(self) -> list[dict[str, str]]:
        return citations_in(self.citations) + citations_in(self.body)

    def crumbs(self, request: HttpRequest) -> list[dict[str, str]]:
        """None: a lesson leads back to its course and to nothing above it."""
        return []

    def course(self) -> CoursePage | None:
        """The course that this lesson is a part of; asked for once."""
        if not hasattr(self, "_course"):
            self._course = CoursePage.objects.ancestor_of(self).first()
        return self._course

    def keep_course(self, course: CoursePage) -> None:
        """Spare the question for the course to whoever serves this page."""
        self._course = course

    @property
    def audience(self) -> str:
        """Who may know of this lesson: whom its course is for (a query)."""
        course = self.course()
        return course.audience if course else Audience.ASSIGNED

    @property
    def owner_organization_id(self) -> int | None:
        """Whose lesson it is: the owner of its course (a query)."""
        course = self.course()
        return course.owner_organization_id if course else None

    @property
    def unit_key(self) -> UUID:
        return self.translation_key

    @property
    def unit_kind(self) -> str:
        return self.kind

    @property
    def required_seconds(self) -> float | None:
        """Time to watch or read; None while the length of the video is unknown.

        Reads the asset: load it with the page.
        """
        if self.kind == LessonKind.VIDEO:
            length = self.asset.duration_seconds if self.asset else None
            return None if length is None else round(length * self.share, 1)
        return self.minutes * 60 if self.kind == LessonKind.DOCUMENT else 0

    @property
    def share(self) -> float:
        return float(self.required_share)

    @property
    def credit_seconds(self) -> int:
        return self.minutes * 60

    @property
    def move_on(self) -> str:
        if self.is_voluntary:
            return MoveOn.NOT_APPLICABLE
        return {
            CompletionRule.CHECK: MoveOn.PASSED,
            CompletionRule.TIME_AND_CHECK: MoveOn.COMPLETED_AND_PASSED,
        }.get(CompletionRule(self.completion), MoveOn.COMPLETED)

    def clean(self) -> None:
        super().clean()
        wants_check = self.completion in {
            CompletionRule.CHECK,
            CompletionRule.TIME_AND_CHECK,
        }
        if wants_check and not (self.check_questions or self.exercise):
            raise ValidationError(
                {"completion": _("There is no question in this lesson to be passed.")}
            )
        self._refuse_foreign_handouts()

    def _refuse_foreign_handouts(self) -> None:
        # A lesson that is being made has no place in the tree yet: publishing looks.
        if not self.handouts or not self.path:
            return
        owner = self.owner_organization_id
        foreign = [
            block.value.title
            for block in self.handouts
            if block.value is not None and not block.value.may_stand_in(owner)
        ]
        if foreign:
            raise ValidationError(
                {
                    "handouts": _("Another organization owns: %(titles)s")
                    % {"titles": ", ".join(foreign)}
                }
            )
