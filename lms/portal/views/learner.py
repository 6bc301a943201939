"""The employee's home: what is due, one button, what was earned."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lms.accounts.models import User
from lms.core import clock
from lms.portal.permissions import signed_in
from lms.reporting.domain.downloads import downloads_of
from lms.reporting.domain.learner import LearnerHome, learner_home
from lms.reporting.domain.study_history import due_days, study_history, to_calendar

PAGE_SIZE = 50
CALENDAR_SALT = "lms.portal.calendar"


def home_of(request: HttpRequest) -> LearnerHome:
    return learner_home(
        user=signed_in(request),
        language=get_language(),
        today=clock.shanghai_date(clock.now()),
    )


@login_required
@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the learner's home."""
    return render(request, "portal/learn.html", {"home": home_of(request)})


@login_required
@never_cache
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show what was credited, lesson by lesson."""
    lines = study_history(user=signed_in(request), language=get_language())
    page_obj = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    total = sum(line.seconds for line in lines)
    return render(
        request, "portal/history.html", {"page_obj": page_obj, "total": total}
    )


@login_required
@never_cache
@require_GET
def downloads(request: HttpRequest) -> HttpResponse:
    """Show all that one may take home, in one place."""
    found = downloads_of(
        user=signed_in(request),
        language=get_language(),
        today=clock.shanghai_date(clock.now()),
    )
    return render(request, "portal/downloads.html", {"downloads": found})


@login_required
@never_cache
@require_GET
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Show the address under which a calendar follows the due dates."""
    user = signed_in(request)
    path = reverse("portal:calendar", args=[_calendar_token(user)])
    context = {
        "address": request.build_absolute_uri(path),
        "days": due_days(
            user=user,
            language=get_language(),
            today=clock.shanghai_date(clock.now()),
        ),
    }
    return render(request, "portal/calendar.html", context)


def _calendar_token(user: User) -> str:
    """Return who may read: the person, until the password is changed."""
    proof = user.get_session_auth_hash()[:16]
    return signing.dumps([user.pk, proof], salt=CALENDAR_SALT)


@never_cache
@require_GET
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Give a calendar program the due dates; it has no session, only the address."""
    try:
        pk, proof = signing.loads(token, salt=CALENDAR_SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or user.get_session_auth_hash()[:16] != proof:
        raise Http404
    now = clock.now()
    with translation.override(user.language):
        text = to_calendar(
            days=due_days(
                user=user, language=user.language, today=clock.shanghai_date(now)
            ),
            name=_("My training"),
            site_url=settings.SITE_URL,
            now=now,
        )
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


@never_cache
@require_GET
def home_fragment(request: HttpRequest) -> HttpResponse:
    """Give the public home the part that knows the reader.

    Visitors get no content: their page keeps the three doors it came with.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "portal/home_fragment.html", {"home": home_of(request)})
