"""Reminders, escalations, digests: each once, also after a worker was killed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from courses.domain.progress import complete_unit
from courses.models import Enrollment
from lms.compliance.domain import deadlines, supervising
from lms.compliance.domain.deadlines import send_due_messages, stage_on
from lms.compliance.domain.duties import recompute_duties
from lms.compliance.domain.plans import PlanTerms, create_plan, exempt_member
from lms.compliance.models import AssignmentEntry, Obligation
from lms.notifications.models import EmailDelivery, Message
from lms.organizations.enums import MembershipRole
from lms.organizations.models import Membership
from tests.factories.compliance import make_enterprise
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
# A Monday, ten in the morning in Shanghai.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


@pytest.fixture
def assigned(frozen_now):
    """A plan that was assigned on Monday and is due 40 days later."""
    frozen_now.move_to(NOW)
    enterprise = make_enterprise(employees=2)
    plan = create_plan(
        organization=enterprise.organization,
        terms=PlanTerms(
            title="培训",
            course_keys=[enterprise.course.translation_key],
            starts_on=DAY,
            due_days=40,
        ),
        by=enterprise.admin,
        now=NOW,
    )
    Message.objects.all().delete()
    return enterprise, plan


def sweep(days, hours=0):
    return send_due_messages(now=NOW + timedelta(days=days, hours=hours))


@pytest.mark.parametrize(
    ("left", "stage"),
    [
        (31, None),
        (30, "30"),
        (8, "30"),
        (7, "7"),
        (2, "7"),
        (1, "1"),
        (0, "1"),
        (-1, "lapsed"),
        (-30, "lapsed"),
        (-31, None),
    ],
)
def test_stages(left, stage):
    found = stage_on(due_on=DAY + timedelta(days=left), since=date(2026, 1, 1), on=DAY)
    assert found == stage


@pytest.mark.parametrize(("given", "stage"), [(7, None), (8, "7"), (31, "7")])
def test_what_was_assigned_after_a_stage_is_not_reminded_of_it(given, stage):
    due_on = DAY + timedelta(days=5)
    since = due_on - timedelta(days=given)
    assert stage_on(due_on=due_on, since=since, on=DAY) == stage


def test_people_are_reminded_30_7_and_1_days_before_and_on_lapse(assigned):
    enterprise, _plan = assigned
    person = enterprise.members[0].user
    for day in range(45):
        for _again in range(2):
            sweep(day)
    subjects = Message.objects.filter(recipient=person).order_by("pk")
    assert [row.dedupe_key.rsplit(":", 1)[1] for row in subjects] == [
        "30",
        "7",
        "1",
        "lapsed",
    ]
    mails = EmailDelivery.objects.filter(message__in=subjects)
    assert mails.count() == 4


def test_a_reminder_leads_to_the_home_in_the_language_of_its_reader(assigned):
    enterprise, _plan = assigned
    reader, other = (member.user for member in enterprise.members)
    reader.language = "en"
    reader.save()
    sweep(33)
    told = Message.objects.filter(recipient__in=[reader, other])
    urls = dict(told.values_list("recipient", "url"))
    assert urls == {reader.pk: "/en/learn/", other.pk: "/learn/"}
    mail = EmailDelivery.objects.get(to=reader.email)
    assert "/en/learn/" in mail.html


def test_a_worker_that_slept_for_days_sends_the_nearest_only(assigned):
    sweep(38)
    rows = Message.objects.filter(dedupe_key__startswith="due:")
    keys = {row.dedupe_key.rsplit(":", 1)[1] for row in rows}
    assert keys == {"7"}


def test_a_worker_that_is_killed_sends_nothing_twice(assigned, monkeypatch):
    notify, calls = deadlines.notify, []

    def dies_at_the_second(**values):
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return notify(**values)

    monkeypatch.setattr(deadlines, "notify", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        sweep(12)
    monkeypatch.setattr(deadlines, "notify", notify)
    assert sweep(12).reminders == 1
    assert Message.objects.count() == 2
    assert sweep(12).reminders == 0


def test_who_is_done_exempted_or_gone_is_left_alone(assigned):
    enterprise, plan = assigned
    first, second = enterprise.members
    enrollment = Enrollment.objects.get(learner=first.user)
    complete_unit(
        enrollment=enrollment,
        unit_key=enrollment.syllabus.units[0]["key"],
        now=NOW,
    )
    exempt_member(
        plan=plan,
        membership=second,
        reason="病假",
        until=None,
        by=enterprise.admin,
        now=NOW,
    )
    assert sweep(12).reminders == 0
    assert sweep(41).escalations == 0


@pytest.mark.parametrize("hours", [-3, 11])
def test_nobody_is_written_to_at_night(assigned, hours):
    assert sweep(12, hours) == deadlines.Sent()


def test_supervisors_hear_of_those_who_lapsed_once_and_in_one_message(assigned):
    enterprise, _plan = assigned
    assert sweep(40).escalations == 0
    for _again in range(2):
        sweep(41)
    rows = Message.objects.filter(recipient=enterprise.admin)
    (message,) = rows.filter(dedupe_key__startswith="lapsed:")
    for member in enterprise.members:
        assert member.listed_name in message.body
    assert not AssignmentEntry.objects.filter(escalated_at=None).exists()


def test_an_escalation_that_fails_in_the_middle_is_made_again(assigned, monkeypatch):
    notify = supervising.notify
    sent = deadlines._send

    def dies(**values):
        raise KeyboardInterrupt

    monkeypatch.setattr(deadlines, "_send", lambda items: 0)
    monkeypatch.setattr(supervising, "notify", dies)
    with pytest.raises(KeyboardInterrupt):
        sweep(41)
    assert AssignmentEntry.objects.filter(escalated_at=None).count() == 2
    monkeypatch.setattr(supervising, "notify", notify)
    monkeypatch.setattr(deadlines, "_send", sent)
    assert sweep(41).escalations == 1


def test_of_two_workers_one_escalates(assigned):
    rows = list(deadlines._open_entries(DAY + timedelta(days=41)))
    AssignmentEntry.objects.update(escalated_at=timezone.now())
    day = DAY + timedelta(days=41)
    assert supervising.escalate(entries=rows, today=day, now=NOW) == 0
    assert not Message.objects.exists()


def test_department_administrators_hear_of_their_own_part_only(assigned):
    enterprise, _plan = assigned
    below = DepartmentFactory(
        organization=enterprise.organization, parent=enterprise.department
    )
    inside, outside = enterprise.members
    Membership.objects.filter(pk=inside.pk).update(department=below)
    Membership.objects.filter(pk=outside.pk).update(department=None)
    head = MembershipFactory(
        organization=enterprise.organization,
        role=MembershipRole.UNIT_ADMIN,
        department=enterprise.department,
        employee_number="",
    ).user

    sweep(41)

    lapsed = Message.objects.filter(dedupe_key__startswith="lapsed:")
    told = {row.recipient_id: row.body for row in lapsed}
    assert told.keys() == {head.pk, enterprise.admin.pk}
    assert inside.listed_name in told[head.pk]
    assert outside.listed_name not in told[head.pk]
    assert outside.listed_name in told[enterprise.admin.pk]


def test_duties_that_lapse_are_told_to_supervisors_once(frozen_now):
    frozen_now.move_to(NOW)
    enterprise = make_enterprise(employees=2)
    recompute_duties(on=DAY)
    Obligation.objects.update(
        state="overdue", period_end=DAY, period_start=DAY - timedelta(days=365)
    )

    assert sweep(0).escalations == 0
    assert sweep(1).escalations == 1
    assert sweep(2).escalations == 0

    rows = Message.objects.filter(dedupe_key__startswith="duty-lapsed:")
    (message,) = rows
    assert message.recipient == enterprise.admin
    for member in enterprise.members:
        assert member.listed_name in message.body


def test_who_owes_a_course_by_two_plans_is_named_once(assigned):
    enterprise, _plan = assigned
    create_plan(
        organization=enterprise.organization,
        terms=PlanTerms(
            title="再来一次",
            course_keys=[enterprise.course.translation_key],
            starts_on=DAY,
            due_days=40,
        ),
        by=enterprise.admin,
        now=NOW,
    )

    sweep(41)

    message = Message.objects.get(
        recipient=enterprise.admin, dedupe_key__startswith="lapsed:"
    )
    assert len(message.body.splitlines()) == 2
    digest = Message.objects.get(
        recipient=enterprise.admin, dedupe_key__startswith="digest:"
    )
    assert digest.body.count(enterprise.members[0].listed_name) == 1


def test_long_lists_say_how_many_are_left_out():
    lines = [f"员工{n}" for n in range(23)]
    text = supervising.shortened(lines)
    assert text.splitlines()[:20] == lines[:20]
    assert "3" in text.splitlines()[20]
    assert supervising.shortened(lines[:20]).splitlines() == lines[:20]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_digest_names_who_is_late_and_who_is_next(assigned, language):
    enterprise, _plan = assigned
    enterprise.admin.language = language
    enterprise.admin.save()
    late, soon = enterprise.members
    Enrollment.objects.filter(learner=late.user).update(due_on=DAY)
    Enrollment.objects.filter(learner=soon.user).update(due_on=DAY + timedelta(days=6))

    sweep(1)

    digest = Message.objects.get(dedupe_key__startswith="digest:")
    _duties, overdue, due = digest.body.split("\n\n")
    heading = {"zh-hans": "逾期", "en": "Overdue courses: 1"}[language]
    assert heading in overdue
    assert (late.listed_name in overdue, soon.listed_name in overdue) == (True, False)
    assert soon.listed_name in due
    assert late.listed_name not in due


def test_administrators_get_the_digest_of_the_week_once(frozen_now):
    frozen_now.move_to(NOW)
    enterprise = make_enterprise(employees=2)
    AdministratorFactory()  # of an enterprise without people
    recompute_duties(on=DAY)
    for day in range(7):
        sweep(day)
    rows = Message.objects.filter(dedupe_key__startswith="digest:")
    (message,) = rows
    assert message.recipient == enterprise.admin
    assert message.dedupe_key.endswith(":2026-W48")
    assert "2" in message.body
    sweep(7)
    assert rows.all().count() == 2


def test_missing_hours_are_reminded_of_before_the_year_ends(frozen_now):
    frozen_now.move_to(NOW)
    enterprise = make_enterprise(employees=1)
    recompute_duties(on=DAY)
    assert sweep(0).reminders == 0
    for day in (8, 9):  # the first of December
        sweep(day)
    (message,) = Message.objects.filter(dedupe_key__startswith="duty:")
    assert message.recipient == enterprise.members[0].user
    assert "8" in message.subject
    Obligation.objects.update(state="met")
    assert sweep(31).reminders == 0


def test_reminders_take_as_many_queries_for_ten_as_for_two(
    frozen_now, django_assert_max_num_queries
):
    frozen_now.move_to(NOW)
    enterprise = make_enterprise(employees=10)
    create_plan(
        organization=enterprise.organization,
        terms=PlanTerms(
            title="培训",
            course_keys=[enterprise.course.translation_key],
            starts_on=DAY,
            due_days=40,
        ),
        by=enterprise.admin,
        now=NOW,
    )
    sweep(12)
    # Nothing is left to send: what remains is the look for it.
    with django_assert_max_num_queries(12):
        sweep(12)
