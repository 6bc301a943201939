from datetime import date, timedelta

import pytest

from courses.domain.progress import complete_unit
from courses.models import Enrollment
from lms.audit.models import AuditEvent
from lms.compliance.domain.assignments import (
    assign_course,
    end_assignment,
    reach_members,
    reach_newcomers,
)
from lms.compliance.domain.status import course_status
from lms.compliance.errors import AssignmentInvalid, AssignmentNotPermitted
from lms.compliance.models import Assignment, AssignmentEntry
from lms.core.clock import shanghai_date
from lms.core.enums import Audience
from lms.notifications.models import Message
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.compliance import make_enterprise
from tests.factories.courses import NOW, make_published_course
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

DUE = date(2026, 12, 31)


def assign(world, *, by=None, course=None, department=True, due_on=DUE, now=NOW):
    return assign_course(
        organization=world.organization,
        department=world.department if department is True else department,
        course_key=(course or world.course).course_key,
        due_on=due_on,
        by=by or world.admin,
        now=now,
    )


def test_assigning_enrolls_and_tells_everybody_once():
    world = make_enterprise()
    first = assign(world)
    again = assign(world, now=NOW + timedelta(hours=1))
    assert first == again
    rows = Enrollment.objects.all()
    assert {row.membership for row in rows} == set(world.members)
    assert {row.due_on for row in rows} == {DUE}
    assert Message.objects.count() == 2
    message = Message.objects.filter(recipient=world.members[0].user).get()
    assert world.course.title in message.subject
    assert message.url == world.course.url
    assert AuditEvent.objects.filter(verb="course_assigned").count() == 1


def test_newcomers_are_reached_later():
    world = make_enterprise(employees=1)
    assignment = assign(world)
    late = MembershipFactory(
        organization=world.organization, department=world.department
    )
    assert reach_newcomers(now=NOW) == 1
    assert reach_members(assignment=assignment, now=NOW) == 0
    assert Enrollment.objects.filter(membership=late).exists()
    assert AssignmentEntry.objects.count() == 2


def test_who_comes_after_the_due_date_has_as_many_days_as_the_others():
    world = make_enterprise(employees=1)
    day = shanghai_date(NOW)
    assignment = assign(world, due_on=day + timedelta(days=20))
    Assignment.objects.update(created_at=NOW)
    late = MembershipFactory(
        organization=world.organization, department=world.department
    )
    reach_newcomers(now=NOW + timedelta(days=100))
    enrollment = Enrollment.objects.get(membership=late)
    assert enrollment.due_on == day + timedelta(days=120)
    assert assignment.due_on == day + timedelta(days=20)


def test_sub_departments_belong_to_it_others_do_not():
    world = make_enterprise(employees=1)
    below = DepartmentFactory(organization=world.organization, parent=world.department)
    inside = MembershipFactory(organization=world.organization, department=below)
    outside = MembershipFactory(
        organization=world.organization,
        department=DepartmentFactory(organization=world.organization),
    )
    assign(world)
    reached = set(Enrollment.objects.values_list("membership_id", flat=True))
    assert inside.pk in reached
    assert outside.pk not in reached
    assign(world, department=None)
    assert Enrollment.objects.filter(membership=outside).exists()
    assert Enrollment.objects.filter(membership=inside).count() == 1


def test_only_active_employees_are_reached():
    world = make_enterprise(employees=0)
    place = {"organization": world.organization, "department": world.department}
    MembershipFactory(**place, state="pending")
    MembershipFactory(**place, state="ended", ends_on=date(2026, 1, 1))
    MembershipFactory(**place, starts_on=date(2027, 1, 1))
    assign(world)
    assert not Enrollment.objects.exists()


def test_who_may_not_assign():
    world = make_enterprise()
    refused = [
        world.members[0].user,
        AdministratorFactory().user,
        RegulatorFactory().user,
        UserFactory(),
    ]
    for person in refused:
        with pytest.raises(AssignmentNotPermitted):
            assign(world, by=person)
    assert not Assignment.objects.exists()
    assert assign(world, by=SuperuserFactory())


def test_a_course_of_another_enterprise_can_not_be_assigned():
    world, other = make_enterprise(), make_enterprise(with_course=False)
    for audience in Audience:
        foreign = make_published_course(
            slug=f"foreign-{audience}",
            audience=audience,
            owner_organization_id=other.organization.pk,
        )
        if audience == Audience.PUBLIC:
            assert assign(world, course=foreign)
            continue
        with pytest.raises(AssignmentNotPermitted):
            assign(world, course=foreign)


def test_a_course_of_the_platform_by_assignment_can_be_assigned():
    world = make_enterprise()
    course = make_published_course(slug="mandatory", audience=Audience.ASSIGNED)
    assign(world, course=course)
    assert Enrollment.objects.filter(course_key=course.course_key).count() == 2


def test_a_department_of_another_enterprise_is_refused():
    world = make_enterprise()
    with pytest.raises(AssignmentInvalid) as refused:
        assign(world, department=DepartmentFactory())
    assert refused.value.code == "foreign_department"


def test_a_due_date_in_the_past_is_refused():
    with pytest.raises(AssignmentInvalid) as refused:
        assign(make_enterprise(), due_on=date(2026, 11, 22))
    assert refused.value.code == "due_in_the_past"


def test_a_changed_due_date_is_kept_with_the_assignment():
    world = make_enterprise()
    assign(world)
    changed = assign(world, due_on=date(2027, 1, 31))
    assert Assignment.objects.get() == changed
    assert changed.due_on == date(2027, 1, 31)


def finish(enrollment, now=NOW):
    for unit in enrollment.syllabus.units:
        complete_unit(enrollment=enrollment, unit_key=unit["key"], now=now)


def test_who_finished_this_year_has_nothing_to_do_again():
    world = make_enterprise(employees=1)
    assign(world)
    finish(Enrollment.objects.get())
    assign(world, department=None)
    assert Enrollment.objects.count() == 1
    assert Message.objects.filter(recipient=world.members[0].user).count() == 1


def test_a_new_year_is_a_new_round():
    world = make_enterprise(employees=1)
    first = assign(world)
    finish(Enrollment.objects.get())
    next_year = NOW + timedelta(days=60)
    end_assignment(assignment=first, by=world.admin, now=next_year)
    end_assignment(assignment=first, by=world.admin, now=next_year)
    assign(world, now=next_year, due_on=date(2027, 6, 30))
    assert Enrollment.objects.count() == 2
    assert reach_members(assignment=first, now=next_year) == 0


def test_only_its_administrator_ends_an_assignment():
    world = make_enterprise()
    assignment = assign(world)
    with pytest.raises(AssignmentNotPermitted):
        end_assignment(assignment=assignment, by=UserFactory(), now=NOW)


def test_a_withdrawn_course_stops_nobody_elses_newcomers():
    world, other = (
        make_enterprise(employees=1),
        make_enterprise(employees=1, slug="other"),
    )
    assign(world)
    assign(other)
    world.course.unpublish()
    for one in (world, other):
        MembershipFactory(organization=one.organization, department=one.department)
    assert reach_newcomers(now=NOW) == 1


def status(world, on=date(2026, 11, 23)):
    return course_status(
        organization=world.organization,
        department=world.department,
        course_key=world.course.course_key,
        language="zh-hans",
        on=on,
    )


def test_status_says_where_everybody_stands():
    world = make_enterprise(employees=3, kinds=("document", "exercise"))
    assert status(world).counts["not_enrolled"] == 3
    assign(world)
    rows = {row.membership: row for row in Enrollment.objects.all()}
    finish(rows[world.members[0]])
    complete_unit(
        enrollment=rows[world.members[1]],
        unit_key=rows[world.members[1]].syllabus.units[0]["key"],
        now=NOW,
    )
    found = status(world)
    assert found.counts == {
        "finished": 1,
        "in_progress": 1,
        "not_started": 1,
        "not_enrolled": 0,
    }
    assert (found.total, found.finished, found.overdue) == (3, 1, 0)
    assert status(world, on=date(2027, 1, 1)).overdue == 2


def test_status_does_not_look_at_another_employers_record():
    world = make_enterprise(employees=1)
    other = make_enterprise(employees=0, with_course=False)
    second = MembershipFactory(
        organization=other.organization,
        department=other.department,
        user=world.members[0].user,
    )
    assign(world)
    other.course = world.course
    assert second.user == world.members[0].user
    assert status(other).counts["not_enrolled"] == 1


def test_status_takes_the_same_queries_for_one_and_for_three(
    django_assert_max_num_queries,
):
    counts = []
    for number in (1, 3):
        world = make_enterprise(employees=number, slug=f"c{number}")
        assign(world)
        with django_assert_max_num_queries(8) as queries:
            assert status(world).total == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_assignments_are_seen_by_their_administrators_and_regulators():
    world = make_enterprise()
    assignment = assign(world)
    inspector = RegulatorFactory().user
    for person in (world.admin, inspector, SuperuserFactory()):
        assert list(Assignment.objects.visible_to(person)) == [assignment]
    for person in (world.members[0].user, AdministratorFactory().user, None):
        assert not Assignment.objects.visible_to(person).exists()
