"""What learners do with courses: join, look at their own, finish an exercise."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import Page

from courses.domain.enrollments import enroll_self
from courses.domain.move_on import finish_exercise
from courses.domain.queries import (
    active_enrollment,
    enrollment_lines,
    live_course,
    outline_of,
)
from courses.errors import MoveOnRefused, PrerequisiteMissing, UnitLocked
from courses.models import CoursePage, Enrollment, LessonPage
from courses.permissions import can_view_course
from courses.views.contexts import lesson_context
from courses.views.requests import LearnerRequest
from lms.core import clock

PAGE_SIZE = 20


def visible_course_or_404(request: HttpRequest, course_key: UUID) -> CoursePage:
    course = live_course(course_key=course_key, language=get_language())
    if course is None or not can_view_course(request.user, course):
        raise Http404
    return course


def _course_address(request: HttpRequest, enrollment: Enrollment) -> str:
    course = live_course(course_key=enrollment.course_key, language=get_language())
    return (course.get_url(request) if course else "") or "/learn/courses/"


@login_required
@require_POST
def enroll(request: LearnerRequest, course_key: UUID) -> HttpResponse:
    """Join a course and go to its first lesson."""
    course = visible_course_or_404(request, course_key)
    try:
        enrollment = enroll_self(learner=request.user, course=course, now=clock.now())
    except PrerequisiteMissing as refusal:
        messages.error(request, refusal.message)
        return redirect(course.get_url(request))
    outline = outline_of(
        syllabus=enrollment.syllabus,
        language=get_language(),
        enrollment=enrollment,
        request=request,
    )
    following = outline.next_unit
    return redirect(following.url if following else course.get_url(request))


@login_required
@require_POST
def finish(request: LearnerRequest, unit_key: UUID) -> HttpResponse:
    """Finish an exercise and go on to what comes next."""
    lesson = LessonPage.objects.filter(translation_key=unit_key).first()
    course = lesson.course() if lesson else None
    enrollment = (
        active_enrollment(learner=request.user, course_key=course.course_key)
        if course
        else None
    )
    if enrollment is None:
        raise Http404
    try:
        finish_exercise(enrollment=enrollment, unit_key=unit_key, now=clock.now())
    except (MoveOnRefused, UnitLocked) as refusal:
        messages.error(request, refusal.message)
        return redirect("courses:lesson", unit_key)
    messages.success(request, _("Exercise finished."))
    outline = outline_of(
        syllabus=enrollment.syllabus, language=get_language(), request=request
    )
    following = outline.after(unit_key)
    if following is not None and following.url:
        return redirect(following.url)
    return redirect(_course_address(request, enrollment))


@login_required
@require_GET
def my_courses(request: LearnerRequest) -> HttpResponse:
    """List what the learner has joined or was put into, open ones first."""
    rows = (
        Enrollment.objects.visible_to(request.user)
        .in_force()
        .filter(learner=request.user)
        .select_related("syllabus")
        .order_by("completed_at", "due_on", "-enrolled_at")
    )
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page_obj,
        "lines": enrollment_lines(
            enrollments=page_obj.object_list, language=get_language(), request=request
        ),
    }
    return render(request, "courses/my_courses.html", context)


@login_required
@require_GET
def enrolled_course(request: LearnerRequest, course_key: UUID) -> HttpResponse:
    """Lead to a course's page; while that is withdrawn, show what the learner owes."""
    enrollment = active_enrollment(learner=request.user, course_key=course_key)
    if enrollment is None:
        raise Http404
    course = live_course(course_key=course_key, language=get_language())
    if course is not None:
        return redirect(course.get_url(request))
    context = {
        "enrollment": enrollment,
        "course_key": course_key,
        "is_learner": True,
        "outline": outline_of(
            syllabus=enrollment.syllabus,
            language=get_language(),
            enrollment=enrollment,
            request=request,
        ),
    }
    return render(request, "courses/enrolled_course.html", context)


@login_required
@require_GET
def owed_lesson(request: LearnerRequest, unit_key: UUID) -> HttpResponse:
    """Lead to a lesson's page; unpublished, it is still open to who owes it."""
    pages = LessonPage.objects.filter(translation_key=unit_key).select_related("locale")
    lesson = pages.filter(locale__language_code=get_language()).first() or pages.first()
    course = lesson.course() if lesson else None
    enrollment = (
        active_enrollment(learner=request.user, course_key=course.course_key)
        if course
        else None
    )
    owed = {unit["key"] for unit in enrollment.syllabus.units} if enrollment else set()
    if lesson is None or str(unit_key) not in owed:
        raise Http404
    if lesson.live and not _is_hidden(lesson):
        at = request.GET.get("at", "")
        mark = f"#question-{at}" if at[1:].isdigit() else ""
        return redirect(f"{lesson.get_url(request)}{mark}")
    context = {"page": lesson, "self": lesson} | lesson_context(lesson, request)
    return render(request, "courses/lesson_page.html", context)


def _is_hidden(lesson: LessonPage) -> bool:
    """A live page below a page that is not live can't be reached by its address."""
    return Page.objects.ancestor_of(lesson).filter(live=False).exists()
