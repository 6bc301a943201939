"""xAPI statements as a file, and on their way to a learning record store."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from courses.domain.statement_delivery import (
    is_configured,
    send_failed_again,
    send_span_again,
)
from courses.forms import StatementSpanForm
from courses.models import StatementDelivery
from courses.statements import statements_between, written
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.core.enums import JobState
from lms.core.scope import scope_for

# Sent again while the operator waits.
LONGEST_AGAIN = 31
REFUSALS_SHOWN = 50


def is_operator(user: Any) -> bool:
    return scope_for(user).is_staff_all


def statement_file(
    form: StatementSpanForm, *, by: User, organization_id: int | None = None
) -> StreamingHttpResponse:
    """Answer with the statements of a valid form's span; that it was done is noted."""
    days = form.cleaned_data
    record(
        actor=by,
        verb=Verb.STATEMENTS_EXPORTED,
        object_type="courses.statementdelivery",
        organization_id=organization_id,
        data={"first": days["first"].isoformat(), "last": days["last"].isoformat()},
    )
    found = statements_between(**form.span(), organization_id=organization_id)
    response = StreamingHttpResponse(written(found), content_type="application/json")
    name = f"xapi-{days['first']:%Y%m%d}-{days['last']:%Y%m%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _require_operator(request: HttpRequest) -> User:
    if not is_operator(request.user):
        raise PermissionDenied
    return cast("User", request.user)


def _page(
    request: HttpRequest, again: StatementSpanForm, export: StatementSpanForm
) -> HttpResponse:
    rows = StatementDelivery.objects.visible_to(request.user)
    counts = dict(
        rows.order_by().values_list("state").annotate(n=Count("pk")).order_by("state")
    )
    context = {
        "is_configured": is_configured(),
        "figures": [
            (state.label, counts.get(state.value, 0))
            for state in (JobState.QUEUED, JobState.DONE, JobState.FAILED)
        ],
        "failed_count": counts.get(JobState.FAILED, 0),
        "failed": rows.filter(state=JobState.FAILED).order_by("-pk")[:REFUSALS_SHOWN],
        "again": again,
        "export": export,
        "longest": LONGEST_AGAIN,
    }
    status = 422 if again.errors or export.errors else 200
    return render(request, "courses/admin/statements.html", context, status=status)


def _forms(request: HttpRequest) -> tuple[StatementSpanForm, StatementSpanForm]:
    this_day = clock.shanghai_date(clock.now())
    again = StatementSpanForm(
        request.POST or None,
        longest=LONGEST_AGAIN,
        prefix="again",
        initial={"first": this_day.replace(day=1)},
    )
    is_asked = "export-first" in request.GET
    export = StatementSpanForm(request.GET if is_asked else None, prefix="export")
    return again, export


@require_GET
def statements(request: HttpRequest) -> HttpResponseBase:
    """Show how the sending goes; with a span, give its statements as a file."""
    by = _require_operator(request)
    again, export = _forms(request)
    if export.is_bound and export.is_valid():
        return statement_file(export, by=by)
    return _page(request, again, export)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Send what failed once more, or all of a span; repeating it does no harm."""
    by = _require_operator(request)
    again, export = _forms(request)
    if request.POST.get("what") == "failed":
        waiting = send_failed_again(by=by, now=clock.now())
    elif again.is_valid():
        waiting = send_span_again(**again.span(), by=by, now=clock.now())
    else:
        return _page(request, again, export)
    messages.success(
        request,
        ngettext(
            "%(n)s statement waits to be sent.",
            "%(n)s statements wait to be sent.",
            waiting,
        )
        % {"n": waiting},
    )
    return redirect("statements")


urlpatterns = [
    path("statements/", statements, name="statements"),
    path("statements/again/", send_again, name="statements_again"),
]
