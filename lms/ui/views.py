"""The CSRF token when a script needs one, and the page that shows every component."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lms.ui.samples import style_guide


@require_GET
@never_cache
def csrf(request: HttpRequest) -> JsonResponse:
    """Set the CSRF cookie and give its token to a script of this origin."""
    return JsonResponse({"token": get_token(request)})


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component in its states."""
    return render(request, "ui/styleguide.html", style_guide())
