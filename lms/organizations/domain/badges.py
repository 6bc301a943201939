"""Whether and where an organization shows its training status (R16)."""

import re
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.errors import NotAdministrator, OriginInvalid
from lms.organizations.models import Organization, StatusBadge
from lms.organizations.permissions import can_administer

MAX_ORIGINS = 10
# Scheme, host and port, as CSP level 3 writes a source; nothing that ends a directive.
ORIGIN = re.compile(
    r"^https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}"
    r"(?::[0-9]{1,5})?$"
)


def clean_origins(lines: Sequence[str]) -> list[str]:
    """Return the sites in small letters, each once.

    Raises:
        OriginInvalid: one is no https origin, or there are too many.
    """
    found: list[str] = []
    for line in lines:
        origin = line.strip().lower().rstrip("/")
        if not origin or origin in found:
            continue
        if not ORIGIN.match(origin):
            raise OriginInvalid(
                "origin_invalid",
                _("“%(line)s” is no site. Write it as https://www.example.cn.")
                % {"line": line.strip()[:80]},
            )
        found.append(origin)
    if len(found) > MAX_ORIGINS:
        raise OriginInvalid(
            "too_many_origins",
            _("At most %(limit)s sites may show the badge.") % {"limit": MAX_ORIGINS},
        )
    return found


@transaction.atomic
def write_badge(
    *, organization: Organization, is_enabled: bool, origins: Sequence[str], by: User
) -> StatusBadge:
    """Say whether the badge is shown, and on which sites.

    Raises:
        NotAdministrator: `by` does not administer the organization.
        OriginInvalid: see `clean_origins`.
    """
    if not can_administer(by, organization):
        raise NotAdministrator(
            "not_administrator", _("You do not administer this organization.")
        )
    values = {"is_enabled": is_enabled, "origins": clean_origins(origins)}
    badge, _is_new = StatusBadge.objects.update_or_create(
        organization=organization, defaults=values
    )
    record(
        actor=by,
        verb=Verb.BADGE_CHANGED,
        obj=badge,
        data=values,
    )
    return badge
