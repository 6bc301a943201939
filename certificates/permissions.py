"""Who may do what with certificates; views, API and domain ask the same functions."""

from typing import Any

from django.core.exceptions import PermissionDenied

from certificates.models import Certificate
from lms.core.scope import scope_for


def can_revoke(user: Any, certificate: Certificate) -> bool:
    """Allow platform staff with the permission, and the owner of the issuer.

    The owner of an organization's own issuer is that organization's administrator.
    """
    if not getattr(user, "is_active", False):
        return False
    owner = certificate.issuer.owner_organization_id
    if user.has_perm("certificates.revoke_certificate"):
        return True
    return owner is not None and owner in scope_for(user).administered_organization_ids


def can_manage_certificates(user: Any) -> bool:
    """May open the register in the admin."""
    return bool(
        getattr(user, "is_active", False)
        and user.has_perm("certificates.revoke_certificate")
    )


def can_design_certificates(user: Any) -> bool:
    """May draw templates: what every later certificate looks like."""
    return bool(
        getattr(user, "is_active", False)
        and user.has_perm("certificates.add_certificatetemplate")
    )


def require_issuer(user: Any) -> None:
    """Raise PermissionDenied for who may not issue; `can_issue_batches` tells."""
    if not can_issue_batches(user):
        raise PermissionDenied


def can_issue_batches(user: Any) -> bool:
    """May issue for many at once, on-site training included."""
    return bool(
        getattr(user, "is_active", False)
        and user.has_perm("certificates.add_certificatebatch")
    )
