"""What is not a resource: the reference for people, and unknown addresses."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from lms.api.reference import read_reference


@require_safe
def show_reference(request: HttpRequest) -> HttpResponse:
    """Show every call on one page, rendered from the schema; needs no script."""
    return render(request, "api/docs.html", {"groups": read_reference()})


class UnknownAddressView(APIView):
    """Answer what no resource knows as a problem, not as a page for people."""

    authentication_classes = []
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before the method is looked at: 404 whatever was tried.
        raise Http404
