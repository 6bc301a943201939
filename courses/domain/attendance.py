"""Training on site: signing in by a code that changes, by the list, and out again.

The code on the wall holds for some seconds: a photograph sent to a friend is of no use.
Who has no telephone is ticked on the supervisor's list, with the supervisor's name.
Credit is what somebody was there for, never more than the lesson earns; while someone
is signed in on site, nothing is earned online.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.domain.presence import refuse_on_site
from courses.domain.progress import complete_unit, lock_learner
from courses.domain.queries import unit_of
from courses.domain.sessions import close_all_sessions
from courses.enums import OnSiteState, SignMethod, UnitKind
from courses.errors import OnSiteNotPermitted, OnSiteRefused
from courses.models import Attendance, Enrollment, OnSiteTraining, Syllabus
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.models import Organization
from lms.organizations.permissions import can_administer

CODE_SECONDS = 20
CODE_LENGTH = 12
# Doors open before the training begins; that time earns nothing.
EARLY = timedelta(minutes=30)
# Who was there for this share of the lesson has taken part in it.
NEEDED_SHARE = 0.9


def plan_training(
    *,
    organization: Organization,
    course_key: UUID,
    unit_key: UUID,
    place: str,
    led_by: str,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
) -> OnSiteTraining:
    """Announce when and where a practical lesson is held.

    Raises:
        OnSiteNotPermitted: `not_permitted`.
        OnSiteRefused: `not_practical` or `ends_before_it_begins`.
    """
    _refuse_strangers(organization, by)
    syllabus = Syllabus.objects.of_course(course_key).first()
    unit = unit_of(syllabus=syllabus, unit_key=unit_key) if syllabus else None
    if unit is None or unit["kind"] != UnitKind.PRACTICAL:
        raise OnSiteRefused("not_practical", _("Choose a lesson that is held on site."))
    if ends_at <= starts_at:
        raise OnSiteRefused(
            "ends_before_it_begins", _("The end has to come after the beginning.")
        )
    return OnSiteTraining.objects.create(
        organization=organization,
        course_key=course_key,
        unit_key=unit_key,
        title=next(iter(unit["titles"].values())),
        place=place,
        led_by=led_by,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=by,
    )


def code_at(*, training: OnSiteTraining, now: datetime) -> str:
    """Return the code that the wall shows now; it holds for 20 seconds and a little."""
    return _code(training, int(now.timestamp()) // CODE_SECONDS)


def _code(training: OnSiteTraining, window: int) -> str:
    text = f"{training.public_id}:{window}".encode()
    return hmac.new(training.secret.encode(), text, hashlib.sha256).hexdigest()[
        :CODE_LENGTH
    ]


def holds(*, training: OnSiteTraining, code: str, now: datetime) -> bool:
    """Tell whether a code is the one of this moment or the one just before."""
    window = int(now.timestamp()) // CODE_SECONDS
    return any(
        hmac.compare_digest(_code(training, one), code) for one in (window, window - 1)
    )


def enrollment_at(*, training: OnSiteTraining, learner: User) -> Enrollment | None:
    """Return the enrollment of this enterprise in which a person owes the lesson."""
    rows = Enrollment.objects.in_force().filter(
        learner=learner,
        course_key=training.course_key,
        organization_id=training.organization_id,
    )
    for row in rows.select_related("syllabus", "learner"):
        if unit_of(syllabus=row.syllabus, unit_key=training.unit_key) is not None:
            return row
    return None


@transaction.atomic
def sign_in(
    *, training: OnSiteTraining, learner: User, code: str, now: datetime
) -> Attendance:
    """Sign in by the code on the wall. Asked again, the same row returns.

    Raises:
        OnSiteRefused: `code_stale`, `not_open`, `not_enrolled` or `on_site`.
    """
    _refuse_stale(training, code, now)
    enrollment = enrollment_at(training=training, learner=learner)
    return _admit(training, enrollment, SignMethod.CODE, None, now)


@transaction.atomic
def sign_in_by_list(
    *, training: OnSiteTraining, enrollment: Enrollment, by: User, now: datetime
) -> Attendance:
    """Tick somebody on the supervisor's list; nobody ticks themselves.

    Raises:
        OnSiteNotPermitted: `not_permitted` or `own_name`.
        OnSiteRefused: see `sign_in`.
    """
    _refuse_voucher(training, enrollment, by)
    return _admit(training, enrollment, SignMethod.LIST, by, now)


def _admit(
    training: OnSiteTraining,
    enrollment: Enrollment | None,
    method: SignMethod,
    by: User | None,
    now: datetime,
) -> Attendance:
    if enrollment is None:
        raise OnSiteRefused(
            "not_enrolled", _("You are not enrolled in the course of this training.")
        )
    existing = Attendance.objects.filter(
        training=training, enrollment=enrollment
    ).first()
    if existing is not None:
        return existing
    is_open = training.starts_at - EARLY <= now <= training.ends_at
    if training.state != OnSiteState.PLANNED or not is_open:
        raise OnSiteRefused("not_open", _("Signing in is not open now."))
    lock_learner(enrollment.learner_id)
    refuse_on_site(enrollment.learner_id)
    close_all_sessions(learner_id=enrollment.learner_id, now=now)
    return Attendance.objects.create(
        training=training,
        enrollment=enrollment,
        signed_in_at=now,
        signed_in_by=method,
        vouched_by=by,
    )


@transaction.atomic
def sign_out(
    *, training: OnSiteTraining, learner: User, code: str, now: datetime
) -> Attendance:
    """Sign out by the code on the wall; what was attended is credited.

    Raises:
        OnSiteRefused: `code_stale`, or `not_signed_in`.
    """
    _refuse_stale(training, code, now)
    row = Attendance.objects.filter(training=training, enrollment__learner=learner)
    return _let_go(training, row.first(), SignMethod.CODE, None, now)


@transaction.atomic
def sign_out_by_list(
    *, training: OnSiteTraining, enrollment: Enrollment, by: User, now: datetime
) -> Attendance:
    """Sign somebody out on the supervisor's list.

    Raises:
        OnSiteNotPermitted, OnSiteRefused: see `sign_in_by_list`.
    """
    _refuse_voucher(training, enrollment, by)
    row = Attendance.objects.filter(training=training, enrollment=enrollment).first()
    return _let_go(training, row, SignMethod.LIST, by, now)


def _let_go(
    training: OnSiteTraining,
    row: Attendance | None,
    method: SignMethod,
    by: User | None,
    now: datetime,
) -> Attendance:
    if row is None:
        raise OnSiteRefused("not_signed_in", _("You have not signed in here."))
    left = Attendance.objects.filter(pk=row.pk, signed_out_at__isnull=True)
    if training.state != OnSiteState.PLANNED and row.signed_out_at is None:
        raise OnSiteRefused("not_open", _("This training is closed."))
    values: dict[str, Any] = {"signed_out_at": now, "signed_out_by": method}
    if by is not None:
        values["vouched_by"] = by
    if not left.update(**values):
        row.refresh_from_db()
        return row
    row.refresh_from_db()
    row.credited_seconds = _credit(training, row, now)
    row.save(update_fields=["credited_seconds"])
    return row


def attended_seconds(*, training: OnSiteTraining, attendance: Attendance) -> int:
    """Return how long somebody was there within the hours of the training."""
    start = max(training.starts_at, attendance.signed_in_at)
    end = min(training.ends_at, attendance.signed_out_at or attendance.signed_in_at)
    return max(0, int((end - start).total_seconds()))


def _credit(training: OnSiteTraining, row: Attendance, now: datetime) -> int:
    """Complete the lesson for who was there long enough; return the credit."""
    enrollment = (
        Enrollment.objects.select_related("syllabus", "learner")
        .filter(pk=row.enrollment_id)
        .get()
    )
    unit = unit_of(syllabus=enrollment.syllabus, unit_key=training.unit_key)
    seconds = attended_seconds(training=training, attendance=row)
    planned = int(unit["credit_seconds"]) if unit else 0
    if unit is None or not seconds or seconds < planned * NEEDED_SHARE:
        return 0
    evidence = {
        "kind": "sign_off",
        "training": str(training.public_id),
        "place": training.place,
        "led_by": training.led_by,
        "signed_in": [row.signed_in_at.isoformat(), row.signed_in_by],
        "signed_out": [str(now.isoformat()), row.signed_out_by],
        "by": str(row.vouched_by.subject_id) if row.vouched_by else "",
    }
    progress = complete_unit(
        enrollment=enrollment,
        unit_key=training.unit_key,
        now=now,
        evidence=evidence,
        at_most=seconds,
    )
    is_by_this = progress.evidence.get("training") == str(training.public_id)
    return min(planned, seconds) if is_by_this else 0


@transaction.atomic
def close_training(
    *, training: OnSiteTraining, by: User, now: datetime
) -> OnSiteTraining:
    """Close the list. Who has not signed out earns nothing. Safe to repeat.

    Raises:
        OnSiteNotPermitted: `not_permitted`.
    """
    _refuse_strangers(training.organization, by)
    closed = OnSiteTraining.objects.filter(
        pk=training.pk, state=OnSiteState.PLANNED
    ).update(state=OnSiteState.CLOSED, closed_at=now)
    training.refresh_from_db()
    if closed:
        record(
            actor=by,
            verb=Verb.TRAINING_CLOSED,
            obj=training,
            data={"attended": training.attendances.exclude(credited_seconds=0).count()},
        )
    return training


def _refuse_stale(training: OnSiteTraining, code: str, now: datetime) -> None:
    if not holds(training=training, code=code, now=now):
        raise OnSiteRefused(
            "code_stale", _("This code is too old. Scan the one on the wall again.")
        )


def _refuse_strangers(organization: Organization, by: User) -> None:
    if not can_administer(by, organization):
        raise OnSiteNotPermitted(
            "not_permitted", _("You do not administer this organization.")
        )


def _refuse_voucher(training: OnSiteTraining, enrollment: Enrollment, by: User) -> None:
    _refuse_strangers(training.organization, by)
    if enrollment.learner_id == by.pk:
        raise OnSiteNotPermitted("own_name", _("Nobody ticks their own name."))
    if (
        enrollment.organization_id != training.organization_id
        or enrollment.course_key != training.course_key
    ):
        raise OnSiteRefused(
            "not_enrolled", _("This person is not enrolled in the course.")
        )
