"""Training plans of an enterprise: the list, a new one, and how one goes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.compliance.domain.audiences import audience_of
from lms.compliance.domain.exemptions import ask_for_exemption
from lms.compliance.domain.plans import (
    create_plan,
    end_plan,
    plan_progress,
)
from lms.compliance.models import Plan
from lms.core import clock
from lms.core.errors import DomainError
from lms.organizations.models import Organization
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.plan_forms import ExemptionForm, PlanForm
from lms.portal.views.approvals import asked_for
from lms.portal.views.desk import (
    attempt,
    crumbs,
    department_choices,
    departments_of,
    list_tools,
    options,
)
from lms.reporting.domain.console_lists import exemptions_list, plans_list
from lms.reporting.domain.titles import assignable_courses, course_titles


def _plan_or_404(organization: Organization, public_id: str) -> Plan:
    return get_object_or_404(
        Plan.objects.filter(organization=organization), public_id=public_id
    )


@login_required
@require_GET
def plans(request: HttpRequest, code: str) -> HttpResponse:
    """List the plans of an enterprise, those that run before those that ended."""
    organization = administered_or_404(request.user, code)
    context = {
        "organization": organization,
        "plans": list(plans_list(organization, request.GET)),
        "states": options([("running", _("Running")), ("ended", _("Ended"))]),
        "sorting": [
            {"key": "name", "label": _("Title")},
            {"key": "from", "label": _("From")},
        ],
        **list_tools(request, "state"),
        "crumbs": crumbs(organization, (_("Training plans"), None)),
    }
    return render(request, "portal/plans.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def plan_new(request: HttpRequest, code: str) -> HttpResponse:
    """Make a plan; whom it means is enrolled and told at once."""
    organization = administered_or_404(request.user, code)
    form = PlanForm(
        request.POST or None,
        organization=organization,
        courses=[
            (str(course.key), course.title)
            for course in assignable_courses(
                organization=organization, language=get_language()
            )
        ],
        departments=department_choices(departments_of(organization)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan = create_plan(
                organization=organization,
                terms=form.terms(),
                by=signed_in(request),
                now=clock.now(),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The plan runs."))
            return redirect("portal:plan", organization.code, plan.public_id)
    context = {
        "organization": organization,
        "form": form,
        "crumbs": crumbs(organization, _to_plans(code), (_("New plan"), None)),
    }
    return render(request, "portal/plan_form.html", context)


def _to_plans(code: str) -> tuple[str, str | None]:
    return (_("Training plans"), reverse("portal:plans", args=[code]))


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Show the cycles of a plan and who is exempted; ask to exempt somebody."""
    organization = administered_or_404(request.user, code)
    row = _plan_or_404(organization, public_id)
    members = audience_of(plan=row)
    form = ExemptionForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        asked = attempt(
            form,
            lambda: ask_for_exemption(
                plan=row,
                membership=form.cleaned_data["member"],
                reason=form.cleaned_data["reason"],
                until=form.cleaned_data["until"],
                by=signed_in(request),
                now=clock.now(),
            ),
        )
        if asked is not None:
            return asked_for(request, asked)
    progress = plan_progress(plan=row)
    titles = course_titles(
        keys={assignment.course_key for assignment, _reached, _done in progress},
        language=get_language(),
    )
    context = {
        "organization": organization,
        "plan": row,
        "members": members.count(),
        "cycles": [
            {
                "assignment": assignment,
                "title": titles[assignment.course_key].title,
                "reached": reached,
                "done": done,
            }
            for assignment, reached, done in progress
        ],
        "exemptions": list(
            exemptions_list(organization, {**request.GET.dict(), "plan": row.public_id})
        ),
        "sorting": [
            {"key": "name", "label": _("Full name")},
            {"key": "until", "label": _("Until")},
        ],
        **list_tools(request),
        "form": form,
        "crumbs": crumbs(organization, _to_plans(code), (row.title, None)),
    }
    return render(request, "portal/plan.html", context)


@login_required
@require_POST
def plan_end(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """End a plan: nobody new is reached, what was assigned stays."""
    organization = administered_or_404(request.user, code)
    row = _plan_or_404(organization, public_id)
    end_plan(plan=row, by=signed_in(request), now=clock.now())
    messages.success(request, _("The plan has ended. What was assigned stays."))
    return redirect("portal:plans", code)
