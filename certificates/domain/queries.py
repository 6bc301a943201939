"""Reads for pages and other packages."""

from typing import Any

from django.utils.translation import gettext as _

from certificates.errors import CertificateNotFound
from certificates.models import Certificate
from certificates.querysets import CertificateQuerySet
from lms.accounts.models import User


def certificates_of(user: User) -> CertificateQuerySet:
    """Return a person's own certificates, newest first, replaced ones left out."""
    return (
        Certificate.objects.visible_to(user)
        .filter(holder=user)
        .current()
        .select_related("issuer")
    )


def certificate_for(*, user: Any, number: str) -> Certificate:
    """Return a certificate that `user` may see.

    Raises:
        CertificateNotFound: no such number, or another tenant's: the same answer.
    """
    rows = Certificate.objects.visible_to(user).select_related(
        "issuer", "revocation", "replaced_by"
    )
    found = rows.filter(number=number, payload__isnull=False).first()
    if found is None:
        raise CertificateNotFound("not_found", _("There is no such certificate."))
    return found
