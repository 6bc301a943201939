"""The training status of an enterprise in as few facts as a badge needs (R16)."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from lms.core.signing import sign_compact, signing_key
from lms.organizations.models import Organization
from lms.reporting.domain.training_status import training_status

TYPE = "anxue-training-status+jws"


@dataclass(frozen=True)
class BadgeFacts:
    """What a badge says; numbers of people and names of persons are not in it.

    Attributes:
        state: `in_order`, `overdue`, or `nothing_due` where nothing is owed.
        met_percent: obligations met of those that have begun, rounded down.
    """

    code: str
    name: str
    on: str
    state: str
    met_percent: int

    @property
    def token(self) -> str:
        """The same facts signed by the platform (compact JWS, ES256).

        Verified with the keys at `/.well-known/jwks.json`; whoever copies the picture
        can't change what it says.
        """
        payload = json.dumps(
            asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return sign_compact(payload.encode(), key=signing_key(), type_name=TYPE)


def badge_facts(*, organization: Organization, today: date) -> BadgeFacts:
    """Return what the badge of an enterprise says on a day."""
    status = training_status(organization=organization, today=today)
    owed = status.obligations
    if not owed.total:
        state = "nothing_due"
    else:
        state = "overdue" if owed.overdue else "in_order"
    return BadgeFacts(
        code=organization.code,
        name=organization.name,
        on=today.isoformat(),
        state=state,
        met_percent=100 * owed.met // owed.total if owed.total else 0,
    )
