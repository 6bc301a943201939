"""Whom a call about an enterprise lets in."""

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from lms.organizations.models import Organization
from lms.organizations.permissions import can_administer

UNKNOWN = OpenApiResponse(description="unknown, or not administered by you")


def administered_or_404(request: Request, code: str) -> Organization:
    """Return the enterprise if the caller administers the whole of it, else 404.

    Another one's existence is nobody's business.
    """
    rows = Organization.objects.visible_to(request.user)
    organization = rows.filter(code=code).first()
    if organization is None or not can_administer(request.user, organization):
        raise Http404
    return organization
