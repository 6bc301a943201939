"""Where each role begins after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lms.core.scope import scope_for
from lms.portal.permissions import signed_in


def landing_of(request: HttpRequest) -> str:
    """Name the address of a person's own desk: the duty goes before the course."""
    scope = scope_for(request.user)
    if scope.administered_organization_ids or scope.managed_departments:
        return "portal:enterprises"
    if scope.region_prefixes:
        return "portal:regulator"
    if not scope.member_organization_ids and request.user.has_perm(
        "wagtailadmin.access_admin"
    ):
        return "wagtailadmin_home"
    return "portal:learn"


@login_required
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Lead on to the desk of the person's role, in the language they chose."""
    with translation.override(
        signed_in(request).language or translation.get_language()
    ):
        return redirect(landing_of(request))
