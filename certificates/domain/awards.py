"""Certificates for an exam passed or a statutory duty met, without a course."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from certificates.domain.batches import retry_for_photo
from certificates.domain.facts import (
    OTHER_LANGUAGE,
    organization_named,
    score_of,
)
from certificates.domain.issuing import (
    issue_for_enrollment,
    issue_order,
    keep_problem,
    newest_version,
)
from certificates.domain.payload import Facts, Hours
from certificates.domain.writing import Order
from certificates.enums import AwardKind
from certificates.models import Award, Certificate, IssueProblem
from exams.enums import AttemptState
from exams.models import Attempt
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.enums import ObligationState
from lms.compliance.models import Obligation
from lms.core.clock import shanghai_date
from lms.core.errors import DomainError

MET = (ObligationState.MET, ObligationState.MET_LATE)


@transaction.atomic
def set_up_award(*, award: Award, by: User, now: datetime) -> Award:
    """Let an exam or a duty earn certificates from now on."""
    award.created_by, award.since = by, now
    award.save(force_insert=True)
    _note(award, by, is_active=True)
    return award


@transaction.atomic
def end_award(*, award: Award, by: User) -> None:
    """Issue no more; what was issued stays. A repeated call changes nothing."""
    ended = Award.objects.filter(pk=award.pk, is_active=True).update(is_active=False)
    if ended:
        _note(award, by, is_active=False)


def _note(award: Award, by: User, *, is_active: bool) -> None:
    data = {"kind": str(award.kind), "active": is_active}
    record(actor=by, verb=Verb.CERTIFICATE_AWARD_CHANGED, obj=award, data=data)


def issue_for_attempt(*, attempt: Attempt, now: datetime) -> Certificate | None:
    """Issue for a passed attempt if its exam earns a certificate.

    Asked again, or with a second pass, returns the certificate that is there.
    """
    award = Award.objects.filter(exam=attempt.exam_id, is_active=True).first()
    if award is None or not _passed(award).filter(pk=attempt.pk).exists():
        return None
    mine = Certificate.objects.current().filter(
        exam=attempt.exam_id, holder=attempt.candidate_id
    )
    return _issue(award, mine, now, attempt=attempt)


def issue_for_obligation(
    *, obligation: Obligation, now: datetime
) -> Certificate | None:
    """Issue for a duty that is met if its rule earns a certificate; safe to repeat."""
    award = Award.objects.filter(rule_code=obligation.rule.code, is_active=True).first()
    if award is None or not _met(award).filter(pk=obligation.pk).exists():
        return None
    mine = Certificate.objects.current().filter(obligation=obligation)
    return _issue(award, mine, now, obligation=obligation)


def _issue(
    award: Award, mine: QuerySet[Certificate], now: datetime, **occasion: Any
) -> Certificate | None:
    found = mine.first()
    if found is not None:
        return found
    try:
        certificate = issue_order(order=_order(award, **occasion), by=None, now=now)
    except IntegrityError:
        # Another worker issued it between our look and our write.
        found = mine.first()
        if found is None:
            raise
        return found
    except DomainError as error:
        keep_problem(error=error, now=now, **occasion)
        return None
    IssueProblem.objects.filter(**occasion).delete()
    return certificate


def _order(
    award: Award,
    *,
    attempt: Attempt | None = None,
    obligation: Obligation | None = None,
) -> Order:
    template = newest_version(award.template)
    if attempt is not None:
        facts = _facts_of_attempt(award, attempt, template.language)
        return Order(facts=facts, template=template, exam_id=attempt.exam_id)
    if obligation is None:
        raise ValueError("an award needs its occasion")
    facts = _facts_of_obligation(award, obligation, template.language)
    return Order(facts=facts, template=template, obligation_id=obligation.pk)


def _titles(award: Award, language: str, otherwise: str = "") -> tuple[str, str]:
    """Return the title in the language of the template, and in the other one."""
    words = {"zh-hans": award.title or otherwise, "en": award.title_en}
    title = words.get(language) or words["zh-hans"]
    other = words.get(OTHER_LANGUAGE.get(language, ""), "")
    return title, other if other != title else ""


def _facts_of_attempt(award: Award, attempt: Attempt, language: str) -> Facts:
    day = shanghai_date(attempt.submitted_at or attempt.started_at)
    result = attempt.result
    title, other = _titles(award, language, attempt.exam.title)
    return Facts(
        holder=attempt.candidate,
        title=title,
        title_other=other,
        completed_on=day,
        organization_id=attempt.organization_id,
        organization_name=organization_named(attempt.organization_id, on=day),
        score=None if result.raw is None else score_of(result.raw, result.max),
    )


def _facts_of_obligation(award: Award, duty: Obligation, language: str) -> Facts:
    organization_id = duty.membership.organization_id
    day = duty.met_on or duty.period_end
    seconds = duty.credited_seconds
    title, other = _titles(award, language)
    return Facts(
        holder=duty.membership.user,
        title=title,
        title_other=other,
        completed_on=day,
        organization_id=organization_id,
        organization_name=organization_named(organization_id, on=day),
        hours=(Hours(seconds=seconds),) if seconds else (),
    )


def _passed(award: Award) -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        exam=award.exam_id,
        state=AttemptState.FINALIZED,
        result__passed=True,
        result__released_at__gte=award.since,
    ).select_related("exam", "candidate", "result")


def _met(award: Award) -> QuerySet[Obligation]:
    return Obligation.objects.filter(
        rule__code=award.rule_code,
        state__in=MET,
        met_on__gte=shanghai_date(award.since),
    ).select_related("rule", "membership__user")


def sweep_awards(*, now: datetime, most: int) -> int:
    """Issue what is earned and not there, at most `most` of each; return how many."""
    return sum(certificate is not None for certificate in _sweep(now, most))


def _sweep(now: datetime, most: int) -> Iterator[Certificate | None]:
    waiting = IssueProblem.objects.filter(retry_after__gt=now)
    current = Certificate.objects.current()
    for award in Award.objects.filter(is_active=True):
        if award.kind == AwardKind.EXAM:
            there = current.filter(exam=OuterRef("exam"), holder=OuterRef("candidate"))
            held = waiting.filter(attempt=OuterRef("pk"))
            attempts = _passed(award).filter(~Exists(there), ~Exists(held))
            for attempt in attempts.order_by("pk")[:most]:
                yield issue_for_attempt(attempt=attempt, now=now)
            continue
        there = current.filter(obligation=OuterRef("pk"))
        held = waiting.filter(obligation=OuterRef("pk"))
        duties = _met(award).filter(~Exists(there), ~Exists(held))
        for duty in duties.order_by("pk")[:most]:
            yield issue_for_obligation(obligation=duty, now=now)


def issue_what_waited(*, holder: User, now: datetime) -> None:
    """Issue what was refused for want of a photo, now that there is one.

    Batches do it in the worker; one that is at work just then is left to its page.
    """
    retry_for_photo(holder=holder)
    waiting = IssueProblem.objects.of_holder(holder).filter(code="no_photo")
    for problem in waiting.select_related("attempt", "obligation__rule"):
        if problem.enrollment_id is not None:
            issue_for_enrollment(enrollment_id=problem.enrollment_id, now=now)
        elif problem.attempt is not None:
            issue_for_attempt(attempt=problem.attempt, now=now)
        elif problem.obligation is not None:
            issue_for_obligation(obligation=problem.obligation, now=now)
