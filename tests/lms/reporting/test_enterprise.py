from datetime import date

import pytest

from courses.models import Syllabus
from lms.organizations.enums import MembershipState
from lms.reporting.domain.enterprise import (
    AssignmentRow,
    DepartmentBar,
    Summary,
    assignment_rows,
    department_bars,
    enterprise_summary,
)
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories.reporting import (
    TODAY,
    assigned_people,
    make_assignment,
    make_enrollment,
    make_syllabus,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

PAST, FUTURE = date(2026, 11, 22), date(2026, 12, 31)


@pytest.fixture
def world():
    admin = AdministratorFactory()
    organization = admin.organization
    production = DepartmentFactory(organization=organization, name="生产部")
    press = DepartmentFactory(organization=organization, parent=production, name="冲压")
    store = DepartmentFactory(organization=organization, name="仓储部")
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=organization,
        department=production,
        syllabus=syllabus,
        by=admin.user,
        due_on=FUTURE,
    )
    give = {"assignment": assignment, "syllabus": syllabus}
    assigned_people(**give, count=2, department=press, done=3, completed_on=PAST)
    assigned_people(**give, count=1, department=production, due_on=PAST)
    assigned_people(**give, count=1, department=production)
    # Not reached yet, in another department, and gone.
    MembershipFactory(organization=organization, department=press)
    MembershipFactory(organization=organization, department=store)
    (gone,) = assigned_people(**give, count=1, department=press)
    gone.state, gone.ends_on = MembershipState.ENDED, PAST
    gone.save()
    return organization, production, assignment


def test_summary_counts_active_people_and_assigned_courses(world):
    organization, _, _ = world

    assert enterprise_summary(organization=organization, today=TODAY) == Summary(
        members=6,
        assigned=4,
        finished=2,
        overdue=1,
        people_overdue=1,
        valid_certificates=0,
    )


def test_summary_of_an_empty_enterprise_is_zeros():
    found = enterprise_summary(organization=OrganizationFactory(), today=TODAY)

    assert found == Summary(0, 0, 0, 0, 0, 0)


def test_summary_leaves_out_courses_that_people_chose_themselves(world):
    organization, _, _ = world
    member = MembershipFactory(organization=organization)
    make_enrollment(membership=member, syllabus=make_syllabus(), due_on=PAST)

    assert enterprise_summary(organization=organization, today=TODAY).assigned == 4


def test_bars_roll_up_to_top_departments(world):
    organization, production, _ = world

    bars = department_bars(organization=organization, today=TODAY)

    assert bars == [DepartmentBar(production.public_id, "生产部", 4, 2, 1)]
    assert bars[0].missing == 2


def test_bars_name_people_without_a_department(world):
    organization, _, assignment = world
    syllabus = Syllabus.objects.get(course_key=assignment.course_key)
    assigned_people(assignment=assignment, syllabus=syllabus, count=3)

    first = department_bars(organization=organization, today=TODAY)[0]

    assert first == DepartmentBar(None, "", 3, 0, 0)


def test_assignment_counts_whom_it_is_for_reached_or_not(world):
    organization, _, assignment = world

    assert assignment_rows(
        organization=organization, language="zh-hans", today=TODAY
    ) == [
        AssignmentRow(
            public_id=assignment.public_id,
            course_key=assignment.course_key,
            title="十分钟安全入门",
            department="生产部",
            due_on=FUTURE,
            people=5,
            finished=2,
            overdue=1,
        )
    ]


def test_who_changed_department_still_owes_the_assignment(world):
    organization, _, assignment = world
    entry = assignment.entries.filter(membership__state="active").first()
    entry.membership.department = None
    entry.membership.save()

    (row,) = assignment_rows(organization=organization, language="en", today=TODAY)

    assert row.people == 5


def test_ended_assignments_weigh_no_more(world):
    organization, _, assignment = world
    assignment.ended_at = assignment.assigned_at
    assignment.save()

    assert assignment_rows(organization=organization, language="en", today=TODAY) == []
    assert enterprise_summary(organization=organization, today=TODAY).assigned == 0


def test_figures_need_the_same_queries_for_one_and_many(
    world, django_assert_num_queries
):
    organization, _, assignment = world
    with django_assert_num_queries(6):
        assignment_rows(organization=organization, language="zh-hans", today=TODAY)
    for _ in range(3):
        syllabus = make_syllabus()
        other = make_assignment(
            organization=organization, syllabus=syllabus, by=assignment.assigned_by
        )
        assigned_people(assignment=other, syllabus=syllabus, count=2)

    with django_assert_num_queries(6):
        rows = assignment_rows(
            organization=organization, language="zh-hans", today=TODAY
        )

    assert len(rows) == 4
