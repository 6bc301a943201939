"""Course > module > lesson, as Wagtail pages."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from cms.blocks import BodyBlocks, CitationsBlock, PointsBlock
from cms.enums import CitationSource, EntryType
from cms.models.base import BasePage, citations_in, points_in
from courses.blocks import (
    CheckBlocks,
    CourseBlocks,
    ExerciseBlocks,
    HandoutBlocks,
    TranscriptBlocks,
)
from courses.enums import (
    AudienceRole,
    CompletionRule,
    LessonKind,
    MoveOn,
    Opening,
    TrainingLevel,
)
from courses.querysets import CoursePageManager
from courses.units import register_unit_type
from lms.core.enums import Audience
from lms.core.models import OwnedModel
from lms.organizations.widgets import OwnerSelect
from media_pipeline.enums import AssetKind


class CourseIndexPage(BasePage):
    parent_page_types = ["cms.HomePage"]
    max_count_per_parent = 1
    template = "courses/course_index_page.html"

    class Meta:
        verbose_name = _("course library")
        verbose_name_plural = _("course libraries")

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Find a page below by its whole path: two queries, however deep it stands.

        What is not an exact path is left to the pages themselves.
        """
        if path_components:
            path = f"{self.url_path}{'/'.join(path_components)}/"
            pages = Page.objects.live().filter(url_path=path)
            found = pages.select_related("locale").first()
            if found is not None:
                page = found.specific
                page.locale = found.locale
                return RouteResult(page)
        return super().route(request, path_components)


class CoursePage(OwnedModel, BasePage):
    citation_kind = CitationSource.COURSE
    entry_type = EntryType.COURSE

    credit_hours = models.DecimalField(
        _("credit hours"), max_digits=5, decimal_places=1, default=Decimal(0)
    )
    objectives = StreamField(PointsBlock(), verbose_name=_("objectives"), blank=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    audience_role = models.CharField(
        _("written for"),
        max_length=20,
        choices=AudienceRole.choices,
        default=AudienceRole.ALL,
    )
    presence_minutes = models.PositiveSmallIntegerField(
        _("minutes between checks of presence"),
        default=10,
        help_text=_("On average, at random moments; 0: no checks."),
    )
    is_in_order = models.BooleanField(
        _("no skipping ahead"),
        default=False,
        help_text=_("Videos are watched from the start the first time."),
    )
    opening = models.CharField(
        _("when lessons open"),
        max_length=12,
        choices=Opening.choices,
        default=Opening.FREE,
        help_text=_(
            "Voluntary lessons hold nobody up. On-site training is never shut."
        ),
    )
    prerequisites = StreamField(
        CourseBlocks(),
        verbose_name=_("courses to complete first"),
        blank=True,
        help_text=_("Until they are completed, the lessons of this course stay shut."),
    )
    cover = models.ForeignKey(
        get_image_model_string(),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cover"),
    )
    citations = StreamField(
        CitationsBlock(), verbose_name=_("cited articles"), blank=True
    )

    objects = CoursePageManager()  # type: ignore[django-manager-missing]

    parent_page_types = ["courses.CourseIndexPage"]
    template = "courses/course_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel(
            [
                FieldPanel("audience"),
                FieldPanel("owner_organization_id", widget=OwnerSelect),
            ]
        ),
        FieldRowPanel([FieldPanel("audience_role"), FieldPanel("industry")]),
        FieldPanel("credit_hours"),
        FieldRowPanel([FieldPanel("presence_minutes"), FieldPanel("is_in_order")]),
        FieldPanel("opening"),
        FieldPanel("prerequisites"),
        FieldPanel("objectives"),
        FieldPanel("cover"),
        FieldPanel("citations"),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def cited_articles(self) -> list[dict[str, str]]:
        return citations_in(self.citations)

    def searched_text(self) -> str:
        return "\n".join([self.summary, *points_in(self.objectives), self.industry])

    def search_facts(self) -> dict[str, Any]:
        return {"audience_role": self.audience_role, "industry": self.industry}

    @property
    def course_key(self) -> UUID:
        return self.translation_key

    @property
    def required_courses(self) -> list["CoursePage"]:
        """The courses to complete first, each once; deleted ones are left out."""
        pages = [block.value.specific for block in self.prerequisites if block.value]
        return list({page.translation_key: page for page in pages}.values())

    def clean(self) -> None:
        super().clean()
        refuse_circle(self)


def refuse_circle(course: CoursePage) -> None:
    """Refuse courses that wait for each other: nobody could ever begin them.

    Raises:
        ValidationError: on `prerequisites`, naming the course that leads back.
    """
    seen: set[UUID] = set()
    waiting = [(page, page) for page in course.required_courses]
    while waiting:
        page, first = waiting.pop()
        if page.translation_key == course.translation_key:
            raise ValidationError(
                {
                    "prerequisites": _(
                        "“%(title)s” asks for this course first: nobody could begin."
                    )
                    % {"title": first.title}
                }
            )
        if page.translation_key not in seen:
            seen.add(page.translation_key)
            waiting += [(one, first) for one in page.required_courses]


class ModulePage(BasePage):
    """A part of a course; it has no page of its own and leads to its place there."""

    parent_page_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return redirect(f"{self.get_parent().get_url(request)}#{self.slug}")


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
