"""A course as its learners would see it, drafts too; nothing of it is evidence."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import Page

from courses.domain.answering import judge, unrecorded_questions
from courses.domain.authored import authored_in
from courses.domain.handouts import preview_lines
from courses.domain.overview import draft_of, draft_outline
from courses.domain.queries import active_enrollment
from courses.models import CoursePage, Handout, LessonPage
from courses.views.contexts import place_in, video_sources
from courses.views.questions import (
    given_step,
    given_value,
    handout_file,
    number_of,
)
from courses.views.requests import LearnerRequest
from lms.core.errors import DomainError


def _can_edit(request: HttpRequest, page: Page) -> bool:
    return bool(page.permissions_for_user(request.user).can_edit())


def _page_or_404(page_id: int) -> Page:
    page = Page.objects.filter(pk=page_id).first()
    specific = page.specific if page else None
    if not isinstance(specific, (CoursePage, LessonPage)):
        raise Http404
    return specific


@login_required
@never_cache
@require_GET
def preview(request: LearnerRequest, page_id: int) -> HttpResponse:
    """Show an author the newest draft of a course or lesson, as learners get it."""
    page = _page_or_404(page_id)
    if not _can_edit(request, page):
        raise Http404
    draft: Any = draft_of(page)
    # As Wagtail marks its own.
    request.is_preview = True
    with translation.override(page.locale.language_code):
        context = {"page": draft, "self": draft, "is_preview": True}
        context |= draft.get_context(request)
        course = page if isinstance(page, CoursePage) else page.course()
        if course is None:
            raise Http404
        outline = draft_outline(course=course)
        context |= {"outline": outline, "preview_course": course}
        context |= {"enrollment": None, "can_enroll": False, "is_learner": True}
        if isinstance(draft, LessonPage):
            context |= place_in(outline, draft)
            context["course_url"] = reverse("courses:preview", args=[course.pk])
            context["allow_seek"] = True
            context["handouts"] = preview_lines(draft)
            context["sources"] = video_sources(
                draft, session=f"preview:{page.pk}", person=request.user
            )
        return render(request, draft.template, context)


@login_required
@never_cache
@require_GET
def preview_handout(
    request: LearnerRequest, page_id: int, public_id: UUID
) -> HttpResponseBase:
    """Give an author a hand-out of a draft; it counts as nobody's download."""
    page = _page_or_404(page_id)
    if not isinstance(page, LessonPage) or not _can_edit(request, page):
        raise Http404
    if public_id not in {line.id for line in preview_lines(draft_of(page))}:
        raise Http404
    return handout_file(get_object_or_404(Handout, public_id=public_id))


@login_required
@never_cache
@require_POST
def try_answer(request: LearnerRequest, page_id: int, ref: str) -> HttpResponse:
    """Judge an answer that nobody keeps: of an author, or in a lesson not owed."""
    page = _page_or_404(page_id)
    if not isinstance(page, LessonPage):
        raise Http404
    if _can_edit(request, page):
        page = draft_of(page)
    elif not _learns(request, page):
        raise Http404
    authored = authored_in(page)
    one = next((row for row in authored if row.ref == ref), None)
    if one is None:
        raise Http404
    before = [str(row)[:200] for row in request.POST.getlist("before")[:60]]
    tries, refusal, value = _tries(request), "", before
    try:
        if request.POST.get("restart"):
            value = []
        else:
            value, _share, is_right = judge(
                kind=one.kind,
                content=one.content,
                seed=one.sha256,
                before=before,
                value=given_value(request),
                step=given_step(request),
            )
            tries += is_right is not None
    except DomainError as error:
        refusal, value = error.message, before
    except (KeyError, StopIteration) as error:
        # A way that this story does not have: the author changed it meanwhile.
        raise Http404 from error
    shown = unrecorded_questions(authored=authored, ref=ref, value=value, tries=tries)
    question = next(row for row in shown if row.ref == ref)
    context = {
        "question": question,
        "number": number_of(shown, question),
        "page_id": page_id,
        "language": page.locale.language_code,
        "refusal": refusal,
        "is_after_answer": True,
    }
    if not request.headers.get("HX-Request"):
        return redirect(page.get_url(request) or "/learn/courses/")
    return render(request, "courses/includes/question.html", context)


def _learns(request: LearnerRequest, page: LessonPage) -> bool:
    course = page.course()
    return (
        course is not None
        and active_enrollment(learner=request.user, course_key=course.course_key)
        is not None
    )


def _tries(request: HttpRequest) -> int:
    tries = request.POST.get("tries", "0")
    return int(tries) if tries.isdigit() and len(tries) < 4 else 0
