"""Questions and hand-outs inside lessons: shown, answered, downloaded."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses.domain.answering import (
    Shown,
    answer_question,
    restart_scenario,
    shown_questions,
    unrecorded_questions,
)
from courses.domain.authored import authored_in
from courses.domain.handouts import download_handout, handouts_of
from courses.domain.move_on import standing_in
from courses.domain.queries import UnitLine, enrollment_for_unit, unit_of
from courses.enums import CompletionRule
from courses.models import Enrollment, Handout, LessonPage
from courses.views.requests import LearnerRequest
from lms.core import clock
from lms.core.errors import DomainError

SOURCE_LANGUAGE = "zh-hans"
MAX_PARTS = 60


def questions_context(
    page: LessonPage, enrollment: Enrollment | None, current: UnitLine | None
) -> dict[str, Any]:
    """Return what a lesson asks and gives: recorded where it is owed, else as it is."""
    unit = None
    if enrollment is not None and current is not None:
        unit = unit_of(syllabus=enrollment.syllabus, unit_key=current.key)
    if enrollment is None or unit is None or "activities" not in unit:
        shown = unrecorded_questions(authored=authored_in(page))
        return {"questions": shown, "handouts": []} | _counts(shown, None)
    shown = shown_questions(
        enrollment=enrollment, unit=unit, language=page.locale.language_code
    )
    _is_complete, missing = standing_in(enrollment=enrollment, unit=unit)
    return {
        "questions": shown,
        "are_recorded": True,
        "missing": [one.sentence for one in missing],
        "handouts": handouts_of(enrollment=enrollment, unit=unit),
    } | _counts(shown, unit)


def _counts(shown: list[Shown], unit: dict[str, Any] | None) -> dict[str, Any]:
    checks = [one for one in shown if one.ref.startswith("q")]
    rule = (unit or {}).get("completion", CompletionRule.TIME)
    return {
        "exercises": [one for one in shown if not one.ref.startswith("q")],
        "checks": checks,
        "checks_right": sum(one.is_passed for one in checks),
        "asks_for_more": rule != CompletionRule.TIME,
    }


def given_value(request: HttpRequest) -> list[str]:
    """Return an answer in the form of its item type.

    Lines of a match come as `pair-<left>`; everything else as `value`, in order.
    """
    values = request.POST.getlist("value")
    pairs = [
        f"{name.removeprefix('pair-')}:{value}"
        for name, value in request.POST.items()
        if name.startswith("pair-") and value
    ]
    return [str(one)[:200] for one in [*values, *pairs][:MAX_PARTS]]


def given_step(request: HttpRequest) -> int:
    step = request.POST.get("step", "0")
    return int(step) if step.isdigit() and len(step) < 4 else 0


def _enrollment_or_404(request: LearnerRequest, unit_key: UUID) -> Enrollment:
    enrollment = enrollment_for_unit(learner=request.user, unit_key=unit_key)
    if enrollment is None:
        raise Http404
    return enrollment


@login_required
@never_cache
@require_POST
def answer(request: LearnerRequest, unit_key: UUID, ref: str) -> HttpResponse:
    """Take an answer; a page with scripts gets the question back, others the lesson."""
    act = partial(answer_question, value=given_value(request), step=given_step(request))
    return _act(request, unit_key, ref, act)


@login_required
@never_cache
@require_POST
def restart(request: LearnerRequest, unit_key: UUID, ref: str) -> HttpResponse:
    """Begin a scenario again."""
    return _act(request, unit_key, ref, restart_scenario)


def _act(
    request: LearnerRequest, unit_key: UUID, ref: str, act: Callable[..., list[Shown]]
) -> HttpResponse:
    enrollment = _enrollment_or_404(request, unit_key)
    language = _language(request)
    refusal = ""
    try:
        act(
            enrollment=enrollment,
            unit_key=unit_key,
            ref=ref,
            language=language,
            now=clock.now(),
        )
    except DomainError as error:
        refusal = error.message
    if not request.headers.get("HX-Request"):
        if refusal:
            messages.error(request, refusal)
        return redirect(_address(unit_key, ref))
    unit = unit_of(syllabus=enrollment.syllabus, unit_key=unit_key)
    shown = (
        shown_questions(enrollment=enrollment, unit=unit, language=language)
        if unit
        else []
    )
    question = next((one for one in shown if one.ref == ref), None)
    if unit is None or question is None:
        raise Http404
    is_complete, missing = standing_in(enrollment=enrollment, unit=unit)
    context = {
        "question": question,
        "number": number_of(shown, question),
        "unit_key": unit_key,
        "language": language,
        "are_recorded": True,
        "refusal": refusal,
        "missing": [one.sentence for one in missing],
        "is_after_answer": True,
        "is_complete": is_complete,
    }
    context |= _counts(shown, unit)
    return render(request, "courses/includes/question.html", context)


def number_of(shown: list[Shown], question: Shown) -> int:
    """Return its place among the questions of its own kind."""
    alike = [one.ref for one in shown if one.ref[0] == question.ref[0]]
    return alike.index(question.ref) + 1


def _language(request: HttpRequest) -> str:
    """The language the lesson was shown in; it decides which text was answered."""
    known = request.POST.get("language", "")
    return known if known in {"zh-hans", "en"} else get_language() or SOURCE_LANGUAGE


def _address(unit_key: UUID, ref: str) -> str:
    return f"{reverse('courses:lesson', args=[unit_key])}?at={ref}"


@login_required
@never_cache
@require_GET
def handout(
    request: LearnerRequest, unit_key: UUID, public_id: UUID
) -> HttpResponseBase:
    """Give a hand-out of an open lesson, and count that it was taken."""
    enrollment = _enrollment_or_404(request, unit_key)
    row = download_handout(
        enrollment=enrollment, unit_key=unit_key, handout_id=public_id, now=clock.now()
    )
    return handout_file(row)


def handout_file(row: Handout) -> FileResponse:
    """Answer with the file as an attachment, or 404 where it is gone."""
    try:
        file = row.file.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(file, as_attachment=True, filename=row.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
