"""What Wagtail asks before it serves or deletes a page of a course."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

import courses.handout_admin  # noqa: F401 -- registers hand-outs
from courses.models import CoursePage, Enrollment, LessonPage, ModulePage
from courses.units import unit_types
from courses.views import authoring, statements


@hooks.register("before_serve_page")
def hide_foreign_courses(
    page: Page, request: HttpRequest, serve_args: Any, serve_kwargs: Any
) -> None:
    """A course that is not for this person does not exist for them."""
    if not isinstance(page, (CoursePage, ModulePage, LessonPage)):
        return
    visible = CoursePage.objects.visible_to(request.user)
    course = visible.ancestor_of(page, inclusive=True).first()
    if course is None:
        raise Http404
    if isinstance(page, LessonPage):
        page.keep_course(course)


@hooks.register("before_delete_page")
def keep_owed_pages(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Nobody loses a lesson that they still have to learn: unpublish it instead."""
    kinds: tuple[type[Page], ...] = (CoursePage, ModulePage, *unit_types())
    if not isinstance(page, kinds):
        return None
    course = CoursePage.objects.ancestor_of(page, inclusive=True).first()
    if course is None or not _is_owed(course, page):
        return None
    messages.error(
        request,
        _("People are learning this. Unpublish it instead; they keep their access."),
    )
    return redirect(reverse("wagtailadmin_explore", args=[page.get_parent().pk]))


def _is_owed(course: CoursePage, page: Page) -> bool:
    below = page.get_descendants(inclusive=True).values_list(
        "translation_key", flat=True
    )
    keys = {str(key) for key in below}
    rows = Enrollment.objects.in_force().filter(course_key=course.course_key)
    contents = rows.values_list("syllabus__content", flat=True).distinct()
    return any(
        unit["key"] in keys
        for content in contents
        for module in content["modules"]
        for unit in module["units"]
    )


@hooks.register("register_admin_urls")
def authoring_urls() -> list[URLPattern]:
    return [*authoring.urlpatterns, *statements.urlpatterns]


class StatementsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return statements.is_operator(request.user)


@hooks.register("register_reports_menu_item")
def statements_menu_item() -> MenuItem:
    return StatementsMenuItem(
        gettext_lazy("xAPI statements"),
        reverse("statements"),
        name="statements",
        icon_name="link-external",
        order=950,
    )


@hooks.register("register_page_header_buttons")
def course_buttons(
    page: Page, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """Lead from any page of a course to the whole of it."""
    kinds: tuple[type[Page], ...] = (CoursePage, ModulePage, *unit_types())
    specific = page.specific
    if (
        not isinstance(specific, kinds)
        or not page.permissions_for_user(user).can_edit()
    ):
        return
    course = CoursePage.objects.ancestor_of(page, inclusive=True).first()
    if course is None:
        return
    yield Button(
        _("Course overview"),
        reverse("course_overview", args=[course.pk]),
        icon_name="list-ul",
        priority=5,
    )
    if isinstance(specific, (CoursePage, LessonPage)):
        yield Button(
            _("Preview as a learner"),
            reverse("courses:preview", args=[page.pk]),
            icon_name="view",
            priority=6,
        )
