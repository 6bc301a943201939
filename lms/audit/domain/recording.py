"""Writing one fact into its chain."""

import secrets
from typing import Any

from django.db import transaction
from django.db.models import Model

from lms.audit.domain.chain import commitment_of, link, payload_of
from lms.audit.domain.scrubbing import scrub
from lms.audit.models import AuditChain, AuditEvent
from lms.core import clock


def _identify(obj: Model) -> tuple[str, str]:
    key = getattr(obj, "public_id", None) or getattr(obj, "subject_id", None) or obj.pk
    return obj._meta.label_lower, str(key)  # noqa: SLF001 -- Django's public _meta


def _organization_of(obj: Model | None) -> int | None:
    if obj is None:
        return None
    for name in ("audit_organization_id", "organization_id", "owner_organization_id"):
        if getattr(obj, name, None) is not None:
            return getattr(obj, name)
    return None


def _lock_chain(key: int) -> AuditChain:
    AuditChain.objects.get_or_create(pk=key)
    # On PostgreSQL writers queue here; on SQLite the IMMEDIATE transaction did it.
    return AuditChain.objects.select_for_update().get(pk=key)


@transaction.atomic
def record(
    *,
    actor: Any = None,
    verb: str,
    obj: Model | None = None,
    object_type: str = "",
    object_id: str = "",
    organization_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append one event; it lives and dies with the transaction of the change.

    Call it last (guard, change, record, announce): the chain stays locked until the
    surrounding transaction ends. The actor is kept as the random `subject_id`, and
    identity data in `data` is blanked. The organization comes from `obj` when it is
    not given (`audit_organization_id`, `organization_id` or the owner); without any,
    the event goes to the chain of the platform.
    """
    if obj is not None:
        object_type, object_id = _identify(obj)
    if organization_id is None:
        organization_id = _organization_of(obj)
    chain = _lock_chain(organization_id or 0)
    event = AuditEvent(
        chain_key=chain.key,
        sequence=chain.sequence + 1,
        recorded_at=clock.now(),
        actor_subject_id=getattr(actor, "subject_id", None),
        verb=str(verb),
        object_type=object_type,
        object_id=object_id,
        organization_id=organization_id,
        data=scrub(data or {}),
        salt=secrets.token_hex(16),
        previous_hash=chain.head,
    )
    event.commitment = commitment_of(salt=event.salt, payload=payload_of(event))
    event.hash = link(
        chain_key=chain.key,
        sequence=event.sequence,
        previous=event.previous_hash,
        commitment=event.commitment,
    )
    event.save()
    AuditChain.objects.filter(pk=chain.key).update(
        sequence=event.sequence, head=event.hash
    )
    return event
