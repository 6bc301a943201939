"""The facts of one person's training with one employer, as plain data.

AQ 8011-2023, 4.7 and Work Safety Law, art. 28: time, content, participants and results.
Nothing of another employer is in it.
"""

from datetime import date
from typing import Any

from django.db.models import Count, Sum

from certificates.models import Certificate
from courses.models import Enrollment
from exams.domain.release import policy_of, visibility_of
from exams.domain.review import ItemReview, examined_items
from exams.enums import AttemptState
from exams.models import Attempt
from lms.accounts.models import IdentityDocument
from lms.compliance.models import CreditEntry, Obligation
from lms.organizations.domain.queries import department_path, name_on
from lms.organizations.models import Membership
from lms.reporting.domain.archives.plain import day, moment, number
from lms.reporting.domain.archives.study_facts import People, course_facts

FORMAT = "anxue-training-archive/2"


def person_facts(*, membership: Membership, on: date, language: str) -> dict[str, Any]:
    """Return everything one membership has to show on a day."""
    enrollments = list(
        Enrollment.objects.filter(membership=membership)
        .select_related("syllabus", "enrolled_by")
        .order_by("enrolled_at", "pk")
    )
    people = People()
    return {
        "format": FORMAT,
        "on": day(on),
        "organization": {
            "code": membership.organization.code,
            "name": name_on(organization_id=membership.organization_id, on=on),
        },
        "person": _person(membership),
        "obligations": _obligations(membership),
        "courses": [course_facts(e, language, people) for e in enrollments],
        "exams": _exams(membership, enrollments),
        "certificates": _certificates(membership),
        "ledger": _ledger(membership),
    }


def _person(membership: Membership) -> dict[str, Any]:
    documents = IdentityDocument.objects.filter(user_id=membership.user_id)
    department, position = membership.department, membership.position
    return {
        "name": membership.listed_name,
        "employee_number": membership.employee_number,
        "documents": [
            {"type": document.type, "masked": document.masked} for document in documents
        ],
        "department": department_path(department=department) if department else "",
        "position": position.name if position else "",
        "category": position.category if position else "",
        "kind": membership.kind,
        "from": day(membership.starts_on),
        "until": day(membership.ends_on),
    }


def _obligations(membership: Membership) -> list[dict[str, Any]]:
    rows = Obligation.objects.filter(membership=membership).select_related("rule")
    return [
        {
            "rule": str(row.rule),
            "basis": row.rule.basis,
            "article": row.rule.article,
            "phase": row.phase,
            "topic": row.topic,
            "from": day(row.period_start),
            "until": day(row.period_end),
            "required_seconds": row.required_seconds,
            "credited_seconds": row.credited_seconds,
            "levels": row.levels,
            "levels_done": row.levels_done,
            "state": row.state,
            "met_on": day(row.met_on),
        }
        for row in rows.order_by("period_start", "pk")
    ]


def _exams(
    membership: Membership, enrollments: list[Enrollment]
) -> list[dict[str, Any]]:
    attempts = (
        Attempt.objects.filter(
            candidate_id=membership.user_id,
            organization_id=membership.organization_id,
            state=AttemptState.FINALIZED,
        )
        .select_related("exam", "paper", "key", "result")
        .order_by("started_at", "pk")
    )
    return [_attempt(attempt) for attempt in attempts]


def _attempt(attempt: Attempt) -> dict[str, Any]:
    shown = visibility_of(attempt=attempt, policy=policy_of(attempt.exam))
    result = attempt.result
    examiners = {
        mark.examiner.get_full_name()
        for mark in attempt.marks.select_related("examiner")
        if mark.examiner is not None
    }
    return {
        "title": str(attempt.exam),
        "number": attempt.number,
        "started_at": moment(attempt.started_at),
        "submitted_at": moment(attempt.submitted_at),
        "closed_by": attempt.closed_by,
        "paper_sha256": attempt.paper.sha256,
        "score": number(result.raw) if shown.has_score else None,
        "max_score": number(result.max),
        "passed": result.passed if shown.has_score else None,
        "examiners": sorted(examiners),
        "items": [
            _item(item, with_score=shown.has_score, with_key=shown.has_key)
            for item in examined_items(attempt=attempt)
        ],
    }


def _item(item: ItemReview, *, with_score: bool, with_key: bool) -> dict[str, Any]:
    return {
        "position": item.position,
        "stem": item.stem,
        "answered": item.given,
        "right": item.right if with_key else None,
        "score": number(item.score) if with_score else None,
        "max_score": number(item.max_score),
    }


def _certificates(membership: Membership) -> list[dict[str, Any]]:
    rows = Certificate.objects.filter(
        holder_id=membership.user_id, organization_id=membership.organization_id
    )
    return [
        {
            "number": row.number,
            "title": row.title,
            "state": row.state,
            "issued_at": moment(row.issued_at),
            "valid_until": day(row.valid_until),
            "register_index": row.register_index,
            "pdf_sha256": row.pdf_sha256,
        }
        for row in rows.order_by("issued_at", "pk")
    ]


def _ledger(membership: Membership) -> dict[str, Any]:
    entries = CreditEntry.objects.filter(membership_id=membership.pk)
    figures = entries.aggregate(count=Count("pk"), seconds=Sum("seconds"))
    last = entries.order_by("-sequence").first()
    return {
        "entries": figures["count"],
        "seconds": figures["seconds"] or 0,
        "last_hash": last.hash if last else "",
    }
