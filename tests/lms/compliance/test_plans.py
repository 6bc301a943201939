"""Plans: whom they mean, cycles that leave the past alone, exemptions with reason."""

from datetime import UTC, date, datetime, timedelta

import pytest

from courses.domain.progress import complete_unit
from courses.models import Enrollment
from lms.compliance.domain.plans import (
    PlanTerms,
    create_plan,
    cycle_start_on,
    end_plan,
    exempt_member,
    plan_progress,
    run_plan,
    run_plans,
)
from lms.compliance.enums import PlanCycle
from lms.compliance.errors import AssignmentInvalid, AssignmentNotPermitted
from lms.compliance.models import Assignment, AssignmentEntry, Exemption, Plan
from tests.factories.compliance import make_enterprise
from tests.factories.courses import make_published_course
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    PositionFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


def make(enterprise, *, courses=None, by=None, **terms):
    courses = courses or [enterprise.course]
    values = {
        "title": "年度培训",
        "course_keys": [course.translation_key for course in courses],
        "starts_on": DAY,
        "due_days": 30,
    } | terms
    return create_plan(
        organization=enterprise.organization,
        terms=PlanTerms(**values),
        by=by or enterprise.admin,
        now=NOW,
    )


def reached(plan):
    rows = AssignmentEntry.objects.filter(assignment__plan=plan)
    return sorted(set(rows.values_list("membership_id", flat=True)))


def test_a_package_of_courses_reaches_everybody_once():
    enterprise = make_enterprise(employees=2)
    second = make_published_course(slug="second")
    plan = make(enterprise, courses=[enterprise.course, second])
    for _repeat in range(2):
        run_plan(plan=plan, now=NOW)
    assert Enrollment.objects.count() == 4
    assert set(Enrollment.objects.values_list("due_on", flat=True)) == {
        DAY + timedelta(days=30)
    }
    assert [(r, d) for _row, r, d in plan_progress(plan=plan)] == [(2, 0), (2, 0)]


def test_the_same_plan_does_not_run_twice_beside_itself():
    enterprise = make_enterprise()
    plan = make(enterprise)
    with pytest.raises(AssignmentInvalid) as refusal:
        make(enterprise)
    assert refusal.value.code == "same_plan"
    make(enterprise, due_days=plan.due_days + 1)
    end_plan(plan=plan, by=enterprise.admin, now=NOW)
    make(enterprise)
    assert Plan.objects.count() == 3


def test_whoever_matches_is_meant_and_whoever_comes_to_match():
    enterprise = make_enterprise(employees=1)
    organization = enterprise.organization
    welder = PositionFactory(organization=organization, category="special_operator")
    below = DepartmentFactory(organization=organization, parent=enterprise.department)
    match = MembershipFactory(
        organization=organization, department=below, position=welder, kind="intern"
    )
    for fields in (
        {"department": below, "position": welder},
        {"department": below, "kind": "intern"},
        {"position": welder, "kind": "intern"},
    ):
        other = MembershipFactory(organization=organization, **fields)
    plan = make(
        enterprise,
        audience={
            "departments": [enterprise.department.pk],
            "categories": ["special_operator"],
            "kinds": ["intern"],
        },
    )
    assert reached(plan) == [match.pk]
    other.department = below
    other.save()
    run_plans(now=NOW)
    assert reached(plan) == [match.pk, other.pk]


def test_single_people_and_positions():
    enterprise = make_enterprise(employees=3)
    post = PositionFactory(organization=enterprise.organization)
    third = enterprise.members[2]
    third.position = post
    third.save()
    one = make(enterprise, audience={"members": [enterprise.members[0].pk]})
    assert reached(one) == [enterprise.members[0].pk]
    both = make(
        enterprise,
        audience={"positions": [post.pk], "members": [enterprise.members[0].pk]},
    )
    assert reached(both) == [enterprise.members[0].pk, third.pk]


@pytest.mark.parametrize(
    ("cycle", "on", "start"),
    [
        (PlanCycle.ONCE, date(2029, 1, 1), date(2026, 1, 31)),
        (PlanCycle.MONTHLY, date(2026, 2, 27), date(2026, 1, 31)),
        (PlanCycle.MONTHLY, date(2026, 2, 28), date(2026, 2, 28)),
        (PlanCycle.MONTHLY, date(2026, 12, 31), date(2026, 12, 31)),
        (PlanCycle.QUARTERLY, date(2026, 4, 29), date(2026, 1, 31)),
        (PlanCycle.QUARTERLY, date(2026, 4, 30), date(2026, 4, 30)),
        (PlanCycle.HALF_YEARLY, date(2027, 1, 30), date(2026, 7, 31)),
        (PlanCycle.YEARLY, date(2027, 1, 30), date(2026, 1, 31)),
        (PlanCycle.YEARLY, date(2028, 5, 1), date(2028, 1, 31)),
        (PlanCycle.YEARLY, date(2026, 1, 30), None),
    ],
)
def test_cycles_are_counted_from_the_first_day(cycle, on, start):
    plan = Plan(starts_on=date(2026, 1, 31), cycle=cycle)
    assert cycle_start_on(plan=plan, on=on) == start


def test_a_new_cycle_assigns_anew_and_leaves_the_old_one_alone():
    enterprise = make_enterprise(employees=1)
    make(enterprise, cycle=PlanCycle.YEARLY)
    first = Enrollment.objects.get()
    complete_unit(enrollment=first, unit_key=first.syllabus.units[0]["key"], now=NOW)
    before = Enrollment.objects.filter(pk=first.pk).values().get()
    later = NOW + timedelta(days=366)
    for _repeat in range(2):
        run_plans(now=later)
    assert Enrollment.objects.filter(pk=first.pk).values().get() == before
    second = Enrollment.objects.exclude(pk=first.pk).get()
    assert second.due_on == date(2027, 12, 23)
    cycles = Assignment.objects.order_by("cycle_start")
    assert [(row.cycle_start, row.ended_at is None) for row in cycles] == [
        (DAY, False),
        (date(2027, 11, 23), True),
    ]


def test_who_joins_in_a_cycle_has_as_many_days():
    enterprise = make_enterprise(employees=0)
    make(enterprise)
    later = NOW + timedelta(days=20)
    MembershipFactory(
        organization=enterprise.organization, starts_on=date(2026, 12, 13)
    )
    run_plans(now=later)
    assert Enrollment.objects.get().due_on == date(2027, 1, 12)


def test_a_plan_that_has_not_begun_reaches_nobody():
    enterprise = make_enterprise()
    plan = make(enterprise, starts_on=DAY + timedelta(days=1))
    assert reached(plan) == []
    run_plans(now=NOW + timedelta(days=1))
    assert len(reached(plan)) == 2


def test_exempted_members_are_left_out_until_their_day():
    enterprise = make_enterprise(employees=2)
    plan = make(enterprise, starts_on=DAY + timedelta(days=1))
    exempt_member(
        plan=plan,
        membership=enterprise.members[0],
        reason="产假",
        until=DAY + timedelta(days=10),
        by=enterprise.admin,
        now=NOW,
    )
    run_plans(now=NOW + timedelta(days=1))
    assert reached(plan) == [enterprise.members[1].pk]
    run_plans(now=NOW + timedelta(days=11))
    assert len(reached(plan)) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"until": date(2026, 1, 1)}, "due_in_the_past"),
    ],
)
def test_an_exemption_needs_a_reason_and_a_day_to_come(changes, code):
    enterprise = make_enterprise(employees=1)
    plan = make(enterprise)
    values = {
        "plan": plan,
        "membership": enterprise.members[0],
        "reason": "产假",
        "until": None,
        "by": enterprise.admin,
        "now": NOW,
    }
    with pytest.raises(AssignmentInvalid) as refused:
        exempt_member(**(values | changes))
    assert refused.value.code == code
    with pytest.raises(AssignmentInvalid):
        exempt_member(**(values | {"membership": MembershipFactory()}))
    with pytest.raises(AssignmentNotPermitted):
        exempt_member(**(values | {"by": AdministratorFactory().user}))
    assert not Exemption.objects.exists()


def test_an_ended_plan_reaches_nobody_new_and_keeps_what_was_assigned():
    enterprise = make_enterprise(employees=1)
    plan = make(enterprise, cycle=PlanCycle.MONTHLY)
    for _repeat in range(2):
        end_plan(plan=plan, by=enterprise.admin, now=NOW)
    MembershipFactory(organization=enterprise.organization)
    run_plans(now=NOW + timedelta(days=40))
    assert Enrollment.objects.count() == 1
    assert Enrollment.objects.get().is_open
    with pytest.raises(AssignmentNotPermitted):
        end_plan(plan=plan, by=enterprise.members[0].user, now=NOW)


def test_plans_of_others_and_with_parts_of_others_are_refused():
    enterprise = make_enterprise()
    for by in (AdministratorFactory().user, enterprise.members[0].user):
        with pytest.raises(AssignmentNotPermitted):
            make(enterprise, by=by)
    for audience in (
        {"departments": [DepartmentFactory().pk]},
        {"positions": [PositionFactory().pk]},
        {"members": [MembershipFactory().pk]},
    ):
        with pytest.raises(AssignmentInvalid) as refused:
            make(enterprise, audience=audience)
        assert refused.value.code == "foreign_audience"
    with pytest.raises(AssignmentInvalid):
        make(enterprise, course_keys=[])
    assert not Plan.objects.exists()


def test_plans_are_seen_by_the_enterprise_only():
    enterprise = make_enterprise()
    plan = make(enterprise)
    assert list(Plan.objects.visible_to(enterprise.admin)) == [plan]
    for person in (enterprise.members[0].user, AdministratorFactory().user, None):
        assert not Plan.objects.visible_to(person).exists()
