"""A learner's choice when a course has changed."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.domain.differences import compare
from courses.domain.queries import active_enrollment
from courses.domain.versions import keep_version, move_enrollment, newer_syllabus
from courses.errors import MoveRefused
from courses.models import Enrollment, Syllabus
from courses.views.requests import LearnerRequest
from lms.core import clock


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def changes(request: LearnerRequest, course_key: UUID) -> HttpResponse:
    """Show what changed in a course one is in the middle of; stay or move."""
    enrollment = active_enrollment(learner=request.user, course_key=course_key)
    if enrollment is None:
        raise Http404
    newer = newer_syllabus(enrollment=enrollment)
    if newer is None:
        return redirect("courses:enrolled", course_key)
    if request.method == "POST":
        # The version that was shown: another may have been published meanwhile.
        if request.POST.get("version") != str(newer.version):
            messages.warning(
                request, _("The course has changed again. Look once more.")
            )
            return redirect("courses:changes", course_key)
        return _choose(request, course_key, enrollment, newer)
    language = get_language()
    context = {
        "enrollment": enrollment,
        "newer": newer,
        "title": newer.title(language),
        "difference": compare(old=enrollment.syllabus, new=newer, language=language),
        "course_key": course_key,
    }
    return render(request, "courses/changes.html", context)


def _choose(
    request: LearnerRequest, course_key: UUID, enrollment: Enrollment, newer: Syllabus
) -> HttpResponse:
    now = clock.now()
    if request.POST.get("do") != "move":
        keep_version(enrollment=enrollment, version=newer.version, now=now)
        messages.success(request, _("You go on in your version."))
        return redirect("courses:enrolled", course_key)
    try:
        move_enrollment(enrollment=enrollment, syllabus=newer, by=request.user, now=now)
    except MoveRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("You go on in the new version."))
    return redirect("courses:enrolled", course_key)
