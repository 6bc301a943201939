"""The badge that other sites show, and the page that says which ones may."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lms.organizations.domain.badges import write_badge
from lms.organizations.models import StatusBadge
from lms.portal.badge_forms import BadgeForm
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.views.desk import attempt, crumbs, today
from lms.reporting.domain.badge import badge_facts

# Public, so that it may not be a way to make the database count.
KEPT_SECONDS = 10 * 60
FORMATS = {
    "svg": ("portal/badge.svg", "image/svg+xml"),
    "html": ("portal/badge_frame.html", "text/html; charset=utf-8"),
}


@xframe_options_exempt
@require_safe
def badge(request: HttpRequest, public_id: str, file_format: str) -> HttpResponse:
    """Give the badge: a picture, or the same in a frame. No script, no cookie."""
    found = (
        StatusBadge.objects.filter(public_id=public_id, is_enabled=True)
        .filter(organization__is_active=True)
        .select_related("organization")
        .first()
    )
    if found is None or file_format not in FORMATS:
        raise Http404
    template, content_type = FORMATS[file_format]
    day, language = today(), get_language()
    stamp = int(found.updated_at.timestamp())
    key = f"portal:badge:{found.pk}:{stamp}:{language}:{file_format}:{day}"
    text: str | None = cache.get(key)
    if text is None:
        facts = badge_facts(organization=found.organization, today=day)
        text = render_to_string(template, {"facts": facts, "language": language})
        cache.set(key, text, KEPT_SECONDS)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(text, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response["Content-Security-Policy"] = policy_for(found)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def policy_for(found: StatusBadge) -> str:
    """Nothing is loaded, nothing runs; only the named sites may frame it."""
    sites = " ".join(["'self'", *found.origins])
    return f"default-src 'none'; base-uri 'none'; frame-ancestors {sites}"


@login_required
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, code: str) -> HttpResponse:
    """Switch the badge on, name the sites, copy the line that shows it."""
    organization = administered_or_404(request.user, code)
    found = StatusBadge.objects.filter(organization=organization).first()
    form = BadgeForm(
        request.POST or None,
        initial={
            "is_enabled": found.is_enabled if found else False,
            "origins": "\n".join(found.origins) if found else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: write_badge(
                organization=organization,
                is_enabled=form.cleaned_data["is_enabled"],
                origins=form.cleaned_data["origins"].splitlines(),
                by=signed_in(request),
            ),
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("portal:badge_settings", code)
    context = {
        "organization": organization,
        "form": form,
        "badge": found,
        "addresses": _addresses(request, found),
        "crumbs": crumbs(organization, (_("Training badge"), None)),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/badge_settings.html", context, status=status)


def _addresses(request: HttpRequest, found: StatusBadge | None) -> dict[str, str]:
    if found is None or not found.is_enabled:
        return {}
    return {
        kind: request.build_absolute_uri(
            reverse("portal:badge", args=[found.public_id, kind])
        )
        for kind in FORMATS
    }
