"""Course > module, as Wagtail pages; the lessons below them stand in `lessons`."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from cms.blocks import CitationsBlock, PointsBlock
from cms.enums import CitationSource, EntryType
from cms.models.base import BasePage, citations_in, points_in
from courses.blocks import (
    CourseBlocks,
)
from courses.enums import (
    AudienceRole,
    Opening,
)
from courses.querysets import CoursePageManager
from lms.core.models import OwnedModel
from lms.organizations.widgets import OwnerSelect


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
