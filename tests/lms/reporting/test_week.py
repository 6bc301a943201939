"""What an administrator should do this week, and how the figures moved."""

from datetime import date, timedelta

import pytest

from lms.reporting.domain.enterprise import assignment_rows, department_bars
from lms.reporting.domain.structure import department_lines, position_lines
from lms.reporting.domain.week import week_changes, week_list
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    PositionFactory,
)
from tests.factories.reporting import (
    NOW,
    TODAY,
    assigned_people,
    make_assignment,
    make_syllabus,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

DAY = timedelta(days=1)


@pytest.fixture
def admin():
    return AdministratorFactory()


def assign(admin, *, due_on, kinds=("video", "document"), department=None):
    syllabus = make_syllabus(kinds=kinds)
    assignment = make_assignment(
        organization=admin.organization,
        syllabus=syllabus,
        by=admin.user,
        department=department,
        due_on=due_on,
    )
    return {"assignment": assignment, "syllabus": syllabus, "department": department}


def week_of(admin):
    rows = assignment_rows(
        organization=admin.organization, language="zh-hans", today=TODAY
    )
    return week_list(
        organization=admin.organization,
        assignments=rows,
        changes=week_changes(organization=admin.organization, today=TODAY),
        today=TODAY,
    )


def test_nothing_waits_in_a_new_enterprise(admin):
    assert week_of(admin).is_empty


def test_late_soon_and_finished_assignments_are_told_apart(admin):
    departments = DepartmentFactory.create_batch(4, organization=admin.organization)
    due = [TODAY - DAY, TODAY + 7 * DAY, TODAY + 8 * DAY, TODAY]
    given = [
        assign(admin, due_on=day, department=department)
        for day, department in zip(due, departments, strict=True)
    ]
    for parts in given[:3]:
        assigned_people(**parts, count=1)
    assigned_people(**given[3], count=1, done=2, completed_on=TODAY)

    week = week_of(admin)

    assert [row.department for row in week.overdue] == [departments[0].name]
    assert [row.department for row in week.due_soon] == [departments[1].name]


def test_only_who_has_done_everything_else_waits_for_the_practical_part(admin):
    parts = assign(
        admin, due_on=TODAY + 20 * DAY, kinds=("video", "document", "practical")
    )
    assigned_people(**parts, count=1, done=1)
    ready = assigned_people(**parts, count=1, done=2)[0]
    assigned_people(**parts, count=1, done=3, completed_on=TODAY)
    online_only = assign(
        admin,
        due_on=TODAY + 20 * DAY,
        department=DepartmentFactory(organization=admin.organization),
    )
    assigned_people(**online_only, count=1, done=1)

    week = week_of(admin)

    assert [p.public_id for p in week.to_sign_off] == [ready.public_id]
    assert week.to_sign_off_count == 1


def test_names_to_sign_off_are_few_and_their_number_is_whole(admin):
    parts = assign(admin, due_on=TODAY + 20 * DAY, kinds=("video", "practical"))
    assigned_people(**parts, count=7, done=1)

    week = week_of(admin)

    assert (len(week.to_sign_off), week.to_sign_off_count) == (5, 7)


def test_people_without_a_course_and_without_an_answer_are_counted(admin):
    MembershipFactory.create_batch(2, organization=admin.organization)
    MembershipFactory(organization=admin.organization, state="pending")
    MembershipFactory(state="pending")

    week = week_of(admin)

    assert (week.unassigned_count, week.waiting_count) == (2, 1)
    assert week.expiring_count == 0


def test_changes_count_what_happened_within_seven_days(admin):
    parts = assign(admin, due_on=TODAY - DAY)
    assigned_people(**parts, count=1, due_on=TODAY - 20 * DAY)
    assigned_people(**parts, count=1, due_on=TODAY - DAY)
    assigned_people(**parts, count=1, due_on=TODAY, completed_on=TODAY - DAY, done=2)
    assigned_people(
        **parts, count=1, due_on=TODAY, completed_on=TODAY - 10 * DAY, done=2
    )
    house = {"organization": admin.organization}
    MembershipFactory(starts_on=TODAY - DAY, **house)
    MembershipFactory(starts_on=TODAY - 30 * DAY, **house)
    MembershipFactory(starts_on=TODAY + DAY, **house)
    MembershipFactory(state="pending", starts_on=TODAY, **house)

    changes = week_changes(organization=admin.organization, today=TODAY)

    assert (changes.overdue, changes.share, changes.members) == (1, 25, 1)
    assert changes.certificates == 0


def test_who_left_yesterday_counts_against_the_week(admin):
    MembershipFactory(
        organization=admin.organization, state="ended", ends_on=TODAY - DAY
    )

    changes = week_changes(organization=admin.organization, today=TODAY)

    assert changes.members == -1


def test_new_enterprise_has_no_changes(admin):
    changes = week_changes(organization=admin.organization, today=TODAY)

    assert (changes.members, changes.share, changes.overdue) == (0, 0, 0)


def test_bars_of_a_department_are_its_teams_and_itself(admin):
    house = {"organization": admin.organization}
    top = DepartmentFactory(name="生产部", **house)
    team = DepartmentFactory(name="甲班", parent=top, **house)
    deep = DepartmentFactory(name="一组", parent=team, **house)
    other = DepartmentFactory(name="仓储部", **house)
    parts = assign(admin, due_on=TODAY + DAY)
    for department in (top, team, deep, other):
        assigned_people(**(parts | {"department": department}), count=1)

    bars = department_bars(organization=admin.organization, today=TODAY, parent=top)

    found = {bar.name: bar.assigned for bar in bars}
    assert found == {"甲班": 2, "": 1}
    tops = department_bars(organization=admin.organization, today=TODAY)
    assert {bar.name: bar.assigned for bar in tops} == {"生产部": 3, "仓储部": 1}


def test_tree_lists_each_department_before_those_below_it(admin):
    house = {"organization": admin.organization}
    top = DepartmentFactory(name="生产部", **house)
    other = DepartmentFactory(name="仓储部", **house)
    team = DepartmentFactory(name="甲班", parent=top, **house)
    DepartmentFactory(name="旧部", merged_into=top, **house)
    MembershipFactory.create_batch(2, department=team, **house)
    MembershipFactory(department=top, **house)
    MembershipFactory(department=other, state="ended", ends_on=TODAY - DAY, **house)

    lines = department_lines(organization=admin.organization, today=TODAY)

    assert [(line.name, line.depth, line.people) for line in lines] == [
        ("生产部", 0, 3),
        ("甲班", 1, 2),
        ("仓储部", 0, 0),
    ]


def test_positions_tell_who_holds_them_and_whether_anyone_ever_did(admin):
    house = {"organization": admin.organization}
    held = PositionFactory(name="1焊工", **house)
    past = PositionFactory(name="2钳工", **house)
    PositionFactory(name="3电工", category="special_operator", **house)
    MembershipFactory(position=held, **house)
    MembershipFactory(position=past, state="ended", ends_on=date(2026, 1, 1), **house)

    lines = position_lines(organization=admin.organization, today=TODAY)

    assert [(line.people, line.is_used) for line in lines] == [
        (1, True),
        (0, True),
        (0, False),
    ]
    assert lines[2].category == "特种作业人员"


def test_due_day_of_today_is_not_late_yet(admin):
    parts = assign(admin, due_on=TODAY)
    assigned_people(**parts, count=1)

    week = week_of(admin)

    assert (len(week.overdue), len(week.due_soon)) == (0, 1)
    assert NOW.date() == TODAY
