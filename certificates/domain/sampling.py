"""Random samples for inspections: drawn by the server, repeatable by anybody."""

import hashlib
import secrets
from datetime import date
from random import Random
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from certificates.enums import SampleOutcome
from certificates.errors import SamplingRefused
from certificates.models import Certificate, SampledCertificate, SamplingPlan
from certificates.querysets import CertificateQuerySet
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.scope import scope_for

MAX_SAMPLE = 500


def population(
    *, by: Any, organization_id: int | None, issued_from: date | None,
    issued_to: date | None,
) -> CertificateQuerySet:  # fmt: skip
    """Return the certificates of a regulator's regions that a plan is drawn from."""
    regulated = scope_for(by).regulated_organization_ids
    rows = Certificate.objects.filter(
        organization_id__in=regulated, payload__isnull=False
    )
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    if issued_from:
        rows = rows.filter(issued_at__date__gte=issued_from)
    if issued_to:
        rows = rows.filter(issued_at__date__lte=issued_to)
    return rows.current()


def choose(*, numbers: list[str], size: int, seed: str) -> list[str]:
    """Return `size` of the numbers: the same for the same numbers and seed.

    Every sample of that size is equally likely (Floyd, Fisher and Yates).
    """
    rng = Random(int(seed, 16))  # noqa: S311 -- has to be repeatable; seed is secrets'
    return rng.sample(sorted(numbers), size)


def hash_numbers(numbers: list[str]) -> str:
    """Return SHA-256 over the sorted numbers, one a line."""
    return hashlib.sha256("\n".join(sorted(numbers)).encode()).hexdigest()


@transaction.atomic
def draw_sample(
    *, name: str, size: int, by: User, organization_id: int | None = None,
    issued_from: date | None = None, issued_to: date | None = None,
) -> SamplingPlan:  # fmt: skip
    """Draw a sample and keep seed and population, so that it can be drawn again.

    Raises:
        SamplingRefused: `no_region`, `empty` or `too_many`.
    """
    prefixes = scope_for(by).region_prefixes
    if not prefixes:
        raise SamplingRefused("no_region", _("You answer for no region."))
    rows = population(
        by=by, organization_id=organization_id, issued_from=issued_from,
        issued_to=issued_to,
    )  # fmt: skip
    keys = dict(rows.order_by().values_list("number", "pk"))
    if not keys:
        raise SamplingRefused("empty", _("No certificate fits these conditions."))
    if not 0 < size <= MAX_SAMPLE:
        raise SamplingRefused("too_many", _("A sample holds 1 to 500 certificates."))
    numbers = list(keys)
    seed = secrets.token_hex(16)
    plan = SamplingPlan.objects.create(
        name=name, created_by=by, region=prefixes[0], organization_id=organization_id,
        issued_from=issued_from, issued_to=issued_to, seed=seed,
        population=len(numbers), population_hash=hash_numbers(numbers),
    )  # fmt: skip
    chosen = choose(numbers=numbers, size=min(size, len(numbers)), seed=seed)
    SampledCertificate.objects.bulk_create(
        SampledCertificate(plan=plan, position=place, certificate_id=keys[number])
        for place, number in enumerate(chosen, start=1)
    )
    record(
        actor=by,
        verb=Verb.SAMPLE_DRAWN,
        obj=plan,
        data={"seed": seed, "population": plan.population_hash, "size": len(chosen)},
    )
    return plan


def note_outcome(
    *, plan: SamplingPlan, position: int, outcome: str, note: str
) -> SampledCertificate:
    """Write down what was found at one place of a sample.

    Raises:
        SamplingRefused: `unknown_place` or `unknown_outcome`.
    """
    if outcome not in SampleOutcome.values:
        raise SamplingRefused("unknown_outcome", _("Choose one of the outcomes."))
    changed = SampledCertificate.objects.filter(plan=plan, position=position).update(
        outcome=outcome, note=note[:500]
    )
    if not changed:
        raise SamplingRefused("unknown_place", _("The sample has no such place."))
    return SampledCertificate.objects.get(plan=plan, position=position)
