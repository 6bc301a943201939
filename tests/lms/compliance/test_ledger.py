from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from courses.domain.playback import record_intervals
from courses.domain.progress import complete_unit, sign_off_unit
from courses.domain.seats import settle_all
from courses.domain.sessions import open_session
from courses.models import UnitProgress
from lms.compliance.domain.credit import (
    credited_seconds,
    credited_seconds_of_memberships,
)
from lms.compliance.domain.ledger import append_credit, find_breaks
from lms.compliance.enums import CreditSource
from lms.compliance.models import CreditChain, CreditEntry
from lms.core.errors import AppendOnlyError
from tests.append_only import lifted_append_only
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.courses import NOW, make_enrollment
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def watch(enrollment, seconds):
    key = enrollment.syllabus.units[0]["key"]
    session = open_session(enrollment=enrollment, unit_key=key, now=NOW)
    record_intervals(
        public_id=session.public_id,
        seq=1,
        intervals=[[0, seconds]],
        rate=1,
        now=NOW + timedelta(seconds=seconds),
    )
    return session


def add(enrollment, seconds=60, now=NOW):
    return append_credit(
        enrollment=enrollment,
        unit_key=enrollment.public_id,
        seconds=seconds,
        source=CreditSource.VERIFIED_TIME,
        evidence={},
        now=now,
    )


def test_watched_time_stands_in_the_ledger_once():
    membership = MembershipFactory()
    enrollment = make_enrollment(learner=membership.user, membership=membership)
    watch(enrollment, 60)
    entry = CreditEntry.objects.get()
    assert entry.seconds == 60
    assert entry.source == CreditSource.VERIFIED_TIME
    assert entry.subject_id == membership.user.subject_id
    assert (entry.membership_id, entry.organization_id) == (
        membership.pk,
        membership.organization_id,
    )
    assert entry.credited_on == date(2026, 11, 23)
    assert credited_seconds(subject_id=entry.subject_id) == 60


def test_the_rest_of_a_session_is_credited_when_it_ends():
    enrollment = make_enrollment(kinds=("video", "video"))
    watch(enrollment, 30)
    assert not CreditEntry.objects.exists()
    later = NOW + timedelta(seconds=40)
    open_session(
        enrollment=enrollment,
        unit_key=enrollment.syllabus.units[1]["key"],
        now=later,
    )
    assert CreditEntry.objects.get().seconds == 30


def test_ledger_and_progress_agree():
    enrollment = make_enrollment(kinds=("document",))
    watch(enrollment, 119.7)
    assert not CreditEntry.objects.exists()
    settle_all(now=NOW + timedelta(seconds=120))
    progress = UnitProgress.objects.get()
    assert progress.announced_seconds == int(progress.credited_seconds) == 119
    assert credited_seconds(subject_id=enrollment.learner.subject_id) == 119


def test_a_sign_off_earns_its_planned_time_once():
    membership = MembershipFactory()
    enrollment = make_enrollment(
        learner=membership.user, membership=membership, kinds=("practical",)
    )
    admin = AdministratorFactory(organization=membership.organization).user
    for _ in range(2):
        sign_off_unit(
            enrollment=enrollment,
            unit_key=enrollment.syllabus.units[0]["key"],
            by=admin,
            evidence={},
            now=NOW,
        )
    entry = CreditEntry.objects.get()
    assert (entry.source, entry.seconds) == (CreditSource.SIGN_OFF, 120)
    assert entry.evidence["by"] == str(admin.subject_id)


def test_completing_a_video_earns_nothing_on_top():
    enrollment = make_enrollment()
    complete_unit(
        enrollment=enrollment, unit_key=enrollment.syllabus.units[0]["key"], now=NOW
    )
    assert not CreditEntry.objects.exists()


def test_years_are_those_of_shanghai():
    enrollment = make_enrollment()
    add(enrollment, 10, NOW.replace(month=12, day=31, hour=15, minute=59))
    add(enrollment, 20, NOW.replace(month=12, day=31, hour=16))
    subject = enrollment.learner.subject_id
    assert credited_seconds(subject_id=subject, year=2026) == 10
    assert credited_seconds(subject_id=subject, year=2027) == 20


def test_credit_can_be_asked_by_membership_and_course():
    membership = MembershipFactory()
    row = make_enrollment(learner=membership.user, membership=membership)
    add(row, 10)
    own = make_enrollment(learner=membership.user, course=make_other_course())
    add(own, 7)
    subject = membership.user.subject_id
    assert credited_seconds(subject_id=subject) == 17
    assert credited_seconds(subject_id=subject, membership=membership) == 10
    assert credited_seconds(subject_id=subject, course_key=own.course_key) == 7
    other = MembershipFactory()
    assert credited_seconds_of_memberships(
        membership_ids=[membership.pk, other.pk], year=2026
    ) == {membership.pk: 10, other.pk: 0}


def make_other_course():
    from tests.factories.courses import make_published_course

    return make_published_course(slug="other")


def test_entries_are_never_changed():
    entry = add(make_enrollment())
    entry.seconds = 9999
    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        CreditEntry.objects.update(seconds=9999)


def test_a_whole_ledger_has_no_break():
    one, other = make_enrollment(), make_enrollment(course=make_other_course())
    for _ in range(3):
        add(one)
        add(other)
    assert list(find_breaks()) == []
    assert list(find_breaks(subject_id=one.learner.subject_id)) == []
    out = StringIO()
    call_command("audit_ledger", stdout=out)
    assert "6 entries" in out.getvalue()


FORGERIES = {
    "more seconds": ("UPDATE compliance_creditentry SET seconds = 9999", "facts", 1),
    "another employer": (
        "UPDATE compliance_creditentry SET organization_id = 77 WHERE sequence = 2",
        "facts",
        2,
    ),
    "hours without a salt": (
        "UPDATE compliance_creditentry SET salt = '', evidence = '{}',"
        " seconds = 9999 WHERE sequence = 2",
        "facts",
        2,
    ),
    "a new commitment": (
        "UPDATE compliance_creditentry SET commitment = 'x' WHERE sequence = 2",
        "hash",
        2,
    ),
    "one taken out": (
        "DELETE FROM compliance_creditentry WHERE sequence = 2",
        "sequence",
        2,
    ),
    "the end cut off": (
        "DELETE FROM compliance_creditentry WHERE sequence = 3",
        "end_missing",
        3,
    ),
    "everything gone": ("DELETE FROM compliance_creditentry", "end_missing", 1),
    "the chain's end gone": ("DELETE FROM compliance_creditchain", "chain_missing", 3),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_ledger_names_its_first_break(forgery):
    enrollment = make_enrollment()
    for _ in range(3):
        add(enrollment)
    statement, reason, sequence = FORGERIES[forgery]
    with lifted_append_only(), connection.cursor() as cursor:
        cursor.execute(statement)
    found = list(find_breaks())
    assert [(b.subject_id, b.sequence, b.reason) for b in found] == [
        (enrollment.learner.subject_id, sequence, reason)
    ]
    error = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("audit_ledger", stderr=error)
    assert refused.value.returncode == 1
    assert f"entry {sequence}: {reason}" in error.getvalue()


def test_an_erased_entry_keeps_the_chain_whole():
    enrollment = make_enrollment()
    for _ in range(3):
        add(enrollment)
    with lifted_append_only(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE compliance_creditentry SET salt = '', evidence = '{}',"
            " seconds = 1 WHERE sequence = 2"
        )
    assert list(find_breaks()) == []


def test_a_subject_that_is_no_uuid_is_refused():
    with pytest.raises(CommandError) as refused:
        call_command("audit_ledger", subject="nobody")
    assert refused.value.returncode == 2


def test_the_ledger_is_seen_by_its_person_employer_and_operators():
    membership = MembershipFactory()
    entry = add(make_enrollment(learner=membership.user, membership=membership))
    admin = AdministratorFactory(organization=membership.organization).user
    for person in (membership.user, admin, SuperuserFactory()):
        assert list(CreditEntry.objects.visible_to(person)) == [entry]
    for person in (UserFactory(), AdministratorFactory().user, None):
        assert not CreditEntry.objects.visible_to(person).exists()
    assert not CreditChain.objects.visible_to(admin).exists()
    assert CreditChain.objects.visible_to(SuperuserFactory()).exists()
