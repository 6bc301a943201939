from datetime import date

import pytest

from lms.reporting.domain.people import (
    find_people,
    people_of_assignment,
    people_with_figures,
    person_record,
    status_counts,
)
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
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
    department = DepartmentFactory(organization=admin.organization)
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=admin.organization,
        department=department,
        syllabus=syllabus,
        by=admin.user,
        due_on=FUTURE,
    )
    give = {"assignment": assignment, "syllabus": syllabus, "department": department}
    people = {
        "finished": assigned_people(**give, count=1, done=3, completed_on=PAST)[0],
        "overdue": assigned_people(**give, count=1, due_on=PAST, done=1)[0],
        "running": assigned_people(**give, count=1, done=2)[0],
        "not_started": assigned_people(**give, count=1)[0],
        "not_enrolled": MembershipFactory(
            organization=admin.organization, department=department
        ),
    }
    MembershipFactory(organization=admin.organization)
    return assignment, people


def listed(assignment):
    return people_of_assignment(
        assignment=assignment, organization=assignment.organization, today=TODAY
    )


def test_everyone_meant_is_listed_with_their_status(world):
    assignment, people = world

    found = {row.pk: (row.status, row.done_units) for row in listed(assignment)}

    done = {"finished": 3, "overdue": 1, "running": 2}
    assert found == {p.pk: (s, done.get(s, 0)) for s, p in people.items()}


def test_counts_name_every_status(world):
    assignment, people = world

    assert status_counts(listed(assignment)) == dict.fromkeys(people, 1)
    nobody = listed(assignment).none()
    assert status_counts(nobody) == dict.fromkeys(people, 0)


def test_search_takes_name_and_number(world):
    assignment, people = world
    someone = people["running"]
    someone.listed_name = "欧阳春"
    someone.save()

    assert [p.pk for p in find_people(listed(assignment), text=" 阳春 ")] == [
        someone.pk
    ]
    number = someone.employee_number.lower()
    assert [p.pk for p in find_people(listed(assignment), text=number)] == [someone.pk]
    assert find_people(listed(assignment), text="%").count() == 0


def test_members_list_who_is_behind_first(world):
    assignment, people = world

    rows = list(people_with_figures(organization=assignment.organization, today=TODAY))

    first = rows[0]
    assert first.pk == people["overdue"].pk
    assert (first.assigned_count, first.finished_count, first.overdue_count) == (
        1,
        0,
        1,
    )
    assert len(rows) == 6


def test_record_shows_units_in_order_and_only_this_employer(world):
    _, people = world
    member = people["running"]
    elsewhere = MembershipFactory(user=member.user)
    make_enrollment(membership=elsewhere, syllabus=make_syllabus())

    record = person_record(membership=member, language="en", today=TODAY)

    (course,) = record.courses
    assert (course.title, course.status) == ("Safety in ten minutes", "running")
    assert [unit.title for unit in course.units] == ["Unit 1", "Unit 2", "Unit 3"]
    assert [unit.is_done for unit in course.units] == [True, True, False]
    assert [unit.is_practical for unit in course.units] == [False, False, True]
    assert record.finished_count == 0


@pytest.mark.parametrize("status", ["finished", "overdue", "running", "not_started"])
def test_record_says_the_same_status_as_the_list(world, status):
    _, people = world

    record = person_record(membership=people[status], language="zh-hans", today=TODAY)

    assert [course.status for course in record.courses] == [status]


def test_record_needs_the_same_queries_for_one_and_three(
    world, django_assert_num_queries
):
    _, people = world
    member = people["running"]
    with django_assert_num_queries(4):
        person_record(membership=member, language="en", today=TODAY)
    for _ in range(2):
        make_enrollment(membership=member, syllabus=make_syllabus(), done=1)

    with django_assert_num_queries(4):
        record = person_record(membership=member, language="en", today=TODAY)

    assert len(record.courses) == 3
