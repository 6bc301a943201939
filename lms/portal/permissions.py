"""Who may open which console."""

from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from lms.accounts.models import User
from lms.core.scope import scope_for
from lms.organizations.models import Organization
from lms.organizations.permissions import can_administer, can_regulate
from lms.organizations.querysets import OrganizationQuerySet


def signed_in(request: HttpRequest) -> User:
    """Return the person of a request behind `login_required`."""
    return cast("User", request.user)


@dataclass(frozen=True)
class Console:
    """An enterprise, and the part of it that the reader manages.

    Attributes:
        inside: the departments one is kept to; None for the whole enterprise.
    """

    organization: Organization
    inside: frozenset[int] | None = None

    @property
    def is_whole(self) -> bool:
        return self.inside is None


def administered_organizations(user: Any) -> OrganizationQuerySet:
    """Return the organizations a person administers by a membership."""
    ids = scope_for(user).administered_organization_ids
    return Organization.objects.filter(pk__in=ids, is_active=True)


def administered_or_404(user: Any, code: str) -> Organization:
    """Return one enterprise, or 404: another one's existence is nobody's business."""
    organization = Organization.objects.visible_to(user).filter(code=code).first()
    if organization is None or not can_administer(user, organization):
        raise Http404
    return organization


def console_or_404(user: Any, code: str) -> Console:
    """Return an enterprise for whom administers it, or a part of it; else 404."""
    organization = Organization.objects.visible_to(user).filter(code=code).first()
    if organization is None:
        raise Http404
    if can_administer(user, organization):
        return Console(organization)
    inside = scope_for(user).managed_departments.get(organization.pk)
    if not inside:
        raise Http404
    return Console(organization, inside)


def managed_organizations(user: Any) -> OrganizationQuerySet:
    """Return the organizations where a person manages departments only."""
    scope = scope_for(user)
    ids = scope.managed_departments.keys() - scope.administered_organization_ids
    return Organization.objects.filter(pk__in=ids, is_active=True)


def regulated_or_404(user: Any, code: str) -> Organization:
    """Return one enterprise of the regulator's regions, or 404."""
    organization = Organization.objects.visible_to(user).filter(code=code).first()
    if organization is None or not can_regulate(user, organization):
        raise Http404
    return organization


def require_administrator(user: Any) -> None:
    """Refuse who administers nothing."""
    scope = scope_for(user)
    if not (
        scope.administered_organization_ids
        or scope.managed_departments
        or scope.is_staff_all
    ):
        raise PermissionDenied


def require_regulator(user: Any) -> None:
    """Refuse who answers for no region."""
    if not scope_for(user).region_prefixes:
        raise PermissionDenied
