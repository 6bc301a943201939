"""The whole of a course for its authors, in the editors' admin."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)
from wagtail.models import Page

from courses.domain.copying import copy_course
from courses.domain.overview import overview_of
from courses.domain.versions import enrolled_behind, require_move
from courses.errors import RequirementRefused
from courses.models import CoursePage, RequiredMove, Syllabus
from lms.accounts.models import User
from lms.core import clock


def _course_or_404(request: HttpRequest, pk: int) -> CoursePage:
    """Return a course that this author may edit."""
    course = CoursePage.objects.filter(pk=pk).select_related("locale").first()
    if course is None or not course.permissions_for_user(request.user).can_edit():
        raise Http404
    return course


@require_GET
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show modules and lessons with their minutes and what is missing."""
    course = _course_or_404(request, pk)
    latest = Syllabus.objects.of_course(course.course_key).first()
    context = {
        "overview": overview_of(course=course),
        "course": course,
        "latest": latest,
        "behind": enrolled_behind(course_key=course.course_key),
        "required": RequiredMove.objects.filter(syllabus=latest).first(),
        "may_publish": course.permissions_for_user(request.user).can_publish(),
    }
    return render(request, "courses/admin/overview.html", context)


@require_POST
def reorder(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a module or lesson one place up or down among its own."""
    course = _course_or_404(request, pk)
    page = Page.objects.descendant_of(course).filter(pk=_number(request)).first()
    if page is None:
        raise Http404
    parent = page.get_parent()
    if not parent.permissions_for_user(request.user).can_reorder_children():
        raise Http404
    is_up = request.POST.get("way") == "up"
    other = page.get_prev_sibling() if is_up else page.get_next_sibling()
    if other is not None:
        page.move(other, pos="left" if is_up else "right", user=request.user)
    address = redirect("course_overview", course.pk)
    address["Location"] += f"#page-{page.pk}"
    return address


def _number(request: HttpRequest) -> int:
    value = request.POST.get("page", "")
    return int(value) if value.isdigit() and len(value) < 12 else 0


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the title of a copy, and make it."""
    course = _course_or_404(request, pk)
    if not course.get_parent().permissions_for_user(request.user).can_add_subpage():
        raise Http404
    title = request.POST.get("title", "").strip()
    context: dict[str, Any] = {"course": course, "title": title}
    if request.method == "POST" and title and len(title) <= 255:
        made = copy_course(course=course, title=title, by=cast("User", request.user))
        messages.success(request, _("The course was copied. All of it is a draft."))
        return redirect("course_overview", made.pk)
    if request.method == "POST":
        context["error"] = _("Give the copy a title of at most 255 characters.")
    else:
        context["title"] = _("%(title)s (copy)") % {"title": course.title}
    return render(request, "courses/admin/copy.html", context)


@require_POST
def move_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Require everybody in the middle to go on in the newest version."""
    course = _course_or_404(request, pk)
    if not course.permissions_for_user(request.user).can_publish():
        raise Http404
    try:
        require_move(
            course=course,
            reason=request.POST.get("reason", ""),
            by=cast("User", request.user),
            now=clock.now(),
        )
    except RequirementRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Everybody is being moved and told why."))
    return redirect("course_overview", course.pk)


urlpatterns = [
    path("courses/<int:pk>/overview/", overview, name="course_overview"),
    path("courses/<int:pk>/reorder/", reorder, name="course_reorder"),
    path("courses/<int:pk>/copy/", copy, name="course_copy"),
    path("courses/<int:pk>/move-all/", move_all, name="course_move_all"),
]
