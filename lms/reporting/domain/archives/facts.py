"""The facts of one person's training with one employer, as plain data.

AQ 8011-2023, 4.7 and Work Safety Law, art. 28: time, content, participants and results.
Nothing of another employer is in it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Sum

from certificates.models import Certificate
from courses.models import Enrollment, PlaybackInterval, PlaybackSession, UnitProgress
from exams.domain.release import policy_of, visibility_of
from exams.domain.review import ItemReview, examined_items
from exams.enums import AttemptState
from exams.models import Attempt
from lms.accounts.models import IdentityDocument, User
from lms.compliance.models import AssignmentEntry, CreditEntry, Obligation
from lms.core.clock import SHANGHAI
from lms.organizations.domain.queries import department_path, name_on
from lms.organizations.models import Membership

FORMAT = "anxue-training-archive/1"


def moment(value: datetime | None) -> str | None:
    """Return a moment as China writes it, ISO 8601 with its offset."""
    return value.astimezone(SHANGHAI).isoformat(timespec="seconds") if value else None


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def person_facts(*, membership: Membership, on: date, language: str) -> dict[str, Any]:
    """Return everything one membership has to show on a day."""
    enrollments = list(
        Enrollment.objects.filter(membership=membership)
        .select_related("syllabus", "enrolled_by")
        .order_by("enrolled_at", "pk")
    )
    people = _People()
    return {
        "format": FORMAT,
        "on": day(on),
        "organization": {
            "code": membership.organization.code,
            "name": name_on(organization_id=membership.organization_id, on=on),
        },
        "person": _person(membership),
        "obligations": _obligations(membership),
        "courses": [_course(e, language, people) for e in enrollments],
        "exams": _exams(membership, enrollments),
        "certificates": _certificates(membership),
        "ledger": _ledger(membership),
    }


class _People:
    """Names of those who signed, looked up once each."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def name(self, subject_id: str | None) -> str:
        if not subject_id:
            return ""
        if subject_id not in self._names:
            user = User.objects.filter(subject_id=subject_id).first()
            self._names[subject_id] = user.get_full_name() if user else ""
        return self._names[subject_id]


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


def _course(enrollment: Enrollment, language: str, people: _People) -> dict[str, Any]:
    syllabus = enrollment.syllabus
    progress = {row.unit_key: row for row in enrollment.progress.all()}
    return {
        "key": str(enrollment.course_key),
        "title": syllabus.title(language),
        "syllabus": {
            "version": syllabus.version,
            "sha256": syllabus.sha256,
            "published_at": moment(syllabus.published_at),
        },
        "plan": _plan(enrollment),
        "enrolled_at": moment(enrollment.enrolled_at),
        "completed_at": moment(enrollment.completed_at),
        "state": enrollment.state,
        "study": _study(enrollment),
        "units": [_unit(unit, progress, language, people) for unit in syllabus.units],
    }


def _plan(enrollment: Enrollment) -> list[dict[str, Any]]:
    entries = AssignmentEntry.objects.filter(enrollment=enrollment).select_related(
        "assignment__assigned_by", "assignment__department"
    )
    return [
        {
            "assigned_by": entry.assignment.assigned_by.get_full_name(),
            "assigned_at": moment(entry.assignment.assigned_at),
            "department": getattr(entry.assignment.department, "name", ""),
            "due_on": day(enrollment.due_on or entry.assignment.due_on),
        }
        for entry in entries.order_by("pk")
    ]


def _study(enrollment: Enrollment) -> dict[str, Any]:
    """Sum up sessions and intervals; each interval stays in its own table."""
    sessions = PlaybackSession.objects.filter(enrollment=enrollment).aggregate(
        count=Count("pk"), first=Min("opened_at"), last=Max("last_receipt_at")
    )
    intervals = PlaybackInterval.objects.filter(enrollment=enrollment).aggregate(
        count=Count("pk"), counted=Sum("counted_ms"), credited=Sum("credited_ms")
    )
    return {
        "sessions": sessions["count"],
        "first_at": moment(sessions["first"]),
        "last_at": moment(sessions["last"]),
        "intervals": intervals["count"],
        "counted_seconds": (intervals["counted"] or 0) // 1000,
        "credited_seconds": (intervals["credited"] or 0) // 1000,
    }


def _unit(
    unit: dict[str, Any],
    progress: dict[Any, UnitProgress],
    language: str,
    people: _People,
) -> dict[str, Any]:
    row = next((r for key, r in progress.items() if str(key) == unit["key"]), None)
    evidence = dict(row.evidence) if row else {}
    titles = unit["titles"]
    return {
        "title": titles.get(language) or next(iter(titles.values()), ""),
        "kind": unit["kind"],
        "required_seconds": unit["required_seconds"],
        "credit_seconds": unit["credit_seconds"],
        "watched_seconds": int(row.watched_seconds) if row else 0,
        "completed_at": moment(row.completed_at) if row else None,
        "checks": evidence.get("checks", []),
        "signed_by": people.name(evidence.get("by")),
        "note": str(evidence.get("note", "")),
    }


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
