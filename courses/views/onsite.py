"""Training on site: the supervisor's pages, and the page that the code leads to."""

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses.domain import attendance
from courses.domain.queries import unit_of
from courses.enums import OnSiteState
from courses.forms import OnSiteTrainingForm
from courses.models import Attendance, Enrollment, OnSiteTraining
from courses.views.requests import LearnerRequest
from lms.core import clock
from lms.core.errors import DomainError
from lms.core.scope import scope_for
from lms.organizations.models import Organization

SHOWN = 30


def _mine(request: HttpRequest) -> Any:
    """Return the enterprises that somebody leads trainings for, or 404."""
    ids = scope_for(request.user).administered_organization_ids
    if not ids:
        raise Http404
    return Organization.objects.filter(pk__in=ids).order_by("name", "pk")


def _training_or_404(request: HttpRequest, public_id: UUID) -> OnSiteTraining:
    return get_object_or_404(
        OnSiteTraining.objects.visible_to(request.user)
        .filter(organization__in=_mine(request))
        .select_related("organization"),
        public_id=public_id,
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def trainings(request: LearnerRequest) -> HttpResponse:
    """List the trainings of one's enterprises; plan a new one."""
    organizations = _mine(request)
    form = OnSiteTrainingForm(
        request.POST or None, organizations=organizations, language=get_language()
    )
    if request.method == "POST" and form.is_valid():
        training = attendance.plan_training(by=request.user, **form.values())
        return redirect("courses:on_site", training.public_id)
    rows = OnSiteTraining.objects.filter(organization__in=organizations)
    context = {"form": form, "trainings": rows[:SHOWN]}
    return render(request, "courses/onsite/trainings.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def training(request: LearnerRequest, public_id: UUID) -> HttpResponse:
    """Show the code for the wall and the list of names, and take what is ticked."""
    row = _training_or_404(request, public_id)
    if request.method == "POST":
        _act(request, row)
        return redirect("courses:on_site", public_id)
    now = clock.now()
    enrollments = Enrollment.objects.in_force().filter(
        organization_id=row.organization_id, course_key=row.course_key
    )
    there = {one.enrollment_id: one for one in row.attendances.all()}
    names: list[dict[str, Any]] = [
        {"enrollment": one, "attendance": there.get(one.pk)}
        for one in enrollments.select_related("learner", "membership", "syllabus")
        if unit_of(syllabus=one.syllabus, unit_key=row.unit_key) is not None
    ]
    names.sort(key=lambda n: n["enrollment"].membership.employee_number)
    context = {
        "training": row,
        "names": names,
        "present": len(there),
        "is_open": row.state == OnSiteState.PLANNED,
        "code": _code(request, row, now),
    }
    return render(request, "courses/onsite/training.html", context)


def _act(request: LearnerRequest, row: OnSiteTraining) -> None:
    now, do = clock.now(), request.POST.get("do")
    try:
        if do == "close":
            attendance.close_training(training=row, by=request.user, now=now)
            messages.success(request, _("The list is closed."))
            return
        enrollment = get_object_or_404(
            Enrollment.objects.filter(organization_id=row.organization_id),
            public_id=request.POST.get("enrollment"),
        )
        tick = (
            attendance.sign_out_by_list if do == "out" else attendance.sign_in_by_list
        )
        tick(training=row, enrollment=enrollment, by=request.user, now=now)
    except DomainError as refusal:
        messages.error(request, refusal.message)


@login_required
@never_cache
@require_GET
def code(request: LearnerRequest, public_id: UUID) -> JsonResponse:
    """Give the code of this moment, as an address and as a picture."""
    row = _training_or_404(request, public_id)
    return JsonResponse(_code(request, row, clock.now()))


def _code(request: HttpRequest, row: OnSiteTraining, now: Any) -> dict[str, str]:
    value = attendance.code_at(training=row, now=now)
    path = reverse("courses:sign_on_site", args=[row.public_id, value])
    url = request.build_absolute_uri(path)
    svg = segno.make(url, micro=False, error="m").svg_inline(
        border=2, svgclass=None, lineclass=None, omitsize=True
    )
    # segno's own path; the text is not in it.
    return {"url": url, "svg": mark_safe(svg)}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sign(request: LearnerRequest, public_id: UUID, value: str) -> HttpResponse:
    """The page behind the code: sign in when you come, sign out when you leave."""
    row = get_object_or_404(
        OnSiteTraining.objects.select_related("organization"), public_id=public_id
    )
    enrollment = attendance.enrollment_at(training=row, learner=request.user)
    if enrollment is None:
        # To strangers it is as if there were none.
        raise Http404
    if request.method == "POST":
        act = (
            attendance.sign_out
            if request.POST.get("do") == "out"
            else attendance.sign_in
        )
        try:
            act(training=row, learner=request.user, code=value, now=clock.now())
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return redirect("courses:sign_on_site", public_id, value)
    mine = Attendance.objects.filter(training=row, enrollment=enrollment).first()
    context = {
        "training": row,
        "value": value,
        "attendance": mine,
        "is_open": row.state == OnSiteState.PLANNED,
        "is_fresh": attendance.holds(training=row, code=value, now=clock.now()),
    }
    return render(request, "courses/onsite/sign.html", context)
