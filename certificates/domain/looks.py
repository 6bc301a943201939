"""Who looked at a certificate: recorded for every look, and shown to its holder."""

from dataclasses import dataclass
from datetime import datetime

from certificates.models import Certificate
from lms.accounts.models import User
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core.scope import scope_for

OBJECT_TYPE = "certificates.certificate"
LOOKS = (Verb.CERTIFICATE_VIEWED, Verb.CERTIFICATE_CHECKED, Verb.EVIDENCE_VIEWED)


@dataclass(frozen=True)
class Look:
    """Somebody else than the holder looked at a certificate or its evidence."""

    at: datetime
    verb: str
    by: str


def looks_at(*, certificate: Certificate, limit: int = 20) -> list[Look]:
    """Return who looked at a certificate, the newest first, without the holder."""
    events = list(
        AuditEvent.objects.of_object(OBJECT_TYPE, certificate.number)
        .filter(verb__in=LOOKS)
        .exclude(actor_subject_id=certificate.subject_id)
        .order_by("-recorded_at", "-pk")[:limit]
    )
    people = {
        person.subject_id: person
        for person in User.objects.filter(
            subject_id__in={event.actor_subject_id for event in events}
        )
    }
    return [
        Look(
            at=event.recorded_at,
            verb=event.verb_label,
            by=_office(people.get(event.actor_subject_id)),
        )
        for event in events
    ]


def _office(person: User | None) -> str:
    """Name the person with the region they answer for, if there is one."""
    if person is None:
        return ""
    regions = ", ".join(scope_for(person).region_prefixes)
    name = person.get_full_name()
    return f"{name} ({regions})" if regions else name
