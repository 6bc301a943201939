"""The regions that regulators answer for; operators of the platform grant them."""

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.errors import MembershipNotOpen
from lms.organizations.models import Jurisdiction, Membership
from lms.organizations.validators import validate_region


@transaction.atomic
def grant_jurisdiction(
    *, membership: Membership, region_prefix: str, by: User | None
) -> Jurisdiction:
    """Let a regulator answer for a region. The same region again changes nothing.

    Raises:
        MembershipNotOpen: the membership is not an active regulator's.
        ValidationError: no region code.
    """
    validate_region(region_prefix)
    if (
        membership.role != MembershipRole.REGULATOR
        or membership.state != MembershipState.ACTIVE
    ):
        raise MembershipNotOpen(
            "not_a_regulator", _("Only an active regulator has a jurisdiction.")
        )
    jurisdiction, is_new = Jurisdiction.objects.get_or_create(
        membership=membership, region_prefix=region_prefix
    )
    if is_new:
        record(
            actor=by,
            verb=Verb.JURISDICTION_GRANTED,
            obj=membership,
            data={"region": region_prefix},
        )
    return jurisdiction


@transaction.atomic
def revoke_jurisdiction(
    *, membership: Membership, region_prefix: str, by: User | None
) -> None:
    """Take a region from a regulator, at once. Repeating it changes nothing."""
    deleted, _rows = Jurisdiction.objects.filter(
        membership=membership, region_prefix=region_prefix
    ).delete()
    if deleted:
        record(
            actor=by,
            verb=Verb.JURISDICTION_REVOKED,
            obj=membership,
            data={"region": region_prefix},
        )
