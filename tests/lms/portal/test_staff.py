"""The administrator adds, moves and ends; departments and positions are theirs."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from lms.accounts.models import User
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.notifications.models import Message
from lms.organizations.models import Department, Membership, Position
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    PositionFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def person(admin):
    return MembershipFactory(organization=admin.organization)


def today():
    return clock.shanghai_date(clock.now())


def at(admin, name, *parts):
    return reverse(f"portal:{name}", args=[admin.organization.code, *parts])


def verbs():
    return set(AuditEvent.objects.values_list("verb", flat=True))


def new_person(**changes):
    data = {
        "name": "李明",
        "email": "li@example.org",
        "mobile": "",
        "employee_number": "JH900",
        "department": "",
        "position": "",
        "kind": "employee",
        "starts_on": today().isoformat(),
    }
    return data | changes


# --- adding
def test_person_is_added_and_invited(client, admin):
    department = DepartmentFactory(organization=admin.organization)
    position = PositionFactory(organization=admin.organization)
    parts = {"department": department.public_id, "position": position.public_id}

    response = client.post(at(admin, "member_add"), new_person(**parts), follow=True)

    membership = Membership.objects.get(listed_name="李明")
    assert (membership.department, membership.position) == (department, position)
    assert membership.state == "active"
    assert response.redirect_chain[-1][0] == at(admin, "person", membership.public_id)
    assert "重发邀请" in response.text
    assert {Verb.MEMBERSHIP_CREATED, Verb.INVITATION_SENT} <= verbs()


def test_password_of_who_has_no_address_is_shown_once(client, admin):
    first = client.post(at(admin, "member_add"), new_person(email=""))

    user = Membership.objects.get(listed_name="李明").user
    assert user.check_password(first.context["password"])
    assert first.context["password"] in first.text
    assert "no-store" in first["Cache-Control"]
    # Sent again by reloading: nothing is added, no other password appears.
    again = client.post(at(admin, "member_add"), new_person(email=""))
    assert again.status_code == 422
    assert "employee_number" in again.context["form"].errors
    assert User.objects.filter(display_name="李明").count() == 1


def test_existing_person_is_asked_and_listed_by_the_name_that_was_typed(client, admin):
    person = UserFactory(display_name="王真名")

    response = client.post(
        at(admin, "member_add"), new_person(email=person.email), follow=True
    )

    membership = Membership.objects.get(user=person)
    assert membership.state == "pending"
    assert [m.pk for m in response.context["page_obj"]] == [membership.pk]
    assert "王真名" not in response.text
    page = client.get(at(admin, "person", membership.public_id))
    assert "王真名" not in page.text
    assert person.email not in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "no address"}, "email"),
        ({"email": "", "employee_number": ""}, "email"),
        ({"mobile": "123"}, "mobile"),
        ({"employee_number": "has space!"}, "employee_number"),
        ({"starts_on": "2126-01-01"}, "starts_on"),
        ({"starts_on": "nonsense"}, "starts_on"),
        ({"kind": "king"}, "kind"),
        ({"department": "nonsense"}, "department"),
        ({"position": "nonsense"}, "position"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(client, admin, changes, field):
    response = client.post(at(admin, "member_add"), new_person(**changes))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Membership.objects.count() == 1


def test_number_of_a_colleague_is_refused_beside_its_field(client, admin, person):
    person.employee_number = "JH900"
    person.save()

    response = client.post(at(admin, "member_add"), new_person())

    assert response.status_code == 422
    assert "employee_number" in response.context["form"].errors
    assert not User.objects.filter(email="li@example.org").exists()


def test_parts_of_another_enterprise_are_refused(client, admin):
    for changes in (
        {"department": DepartmentFactory().public_id},
        {"position": PositionFactory().public_id},
    ):
        response = client.post(at(admin, "member_add"), new_person(**changes))
        assert response.status_code == 422


def test_colleague_is_not_added_twice(client, admin, person):
    response = client.post(at(admin, "member_add"), new_person(email=person.user.email))

    assert response.status_code == 422
    assert response.context["form"].non_field_errors()


# --- moving and ending
def test_person_is_moved_with_a_trace(client, admin, person):
    department = DepartmentFactory(organization=admin.organization)
    data = {"place-department": department.public_id, "place-position": ""}

    client.post(at(admin, "place", person.public_id), data)

    person.refresh_from_db()
    assert person.department == department
    assert Verb.MEMBERSHIP_CHANGED in verbs()
    foreign = {"place-department": DepartmentFactory().public_id}
    client.post(at(admin, "place", person.public_id), foreign)
    person.refresh_from_db()
    assert person.department == department


def test_several_are_moved_at_once_and_keep_their_positions(client, admin):
    position = PositionFactory(organization=admin.organization)
    people = MembershipFactory.create_batch(
        2, organization=admin.organization, position=position
    )
    department = DepartmentFactory(organization=admin.organization)
    chosen = [person.public_id for person in people]

    client.post(
        at(admin, "move_people"),
        {"people": chosen, "department": department.public_id},
    )

    for person in people:
        person.refresh_from_db()
        assert (person.department, person.position) == (department, position)


@pytest.mark.parametrize("what", ["nobody", "stranger", "no department", "foreign"])
def test_move_of_the_wrong_things_moves_nobody(client, admin, person, what):
    department = DepartmentFactory(organization=admin.organization)
    stranger = MembershipFactory()
    data = {
        "nobody": {"people": [], "department": department.public_id},
        "stranger": {
            "people": [person.public_id, stranger.public_id],
            "department": department.public_id,
        },
        "no department": {"people": [person.public_id], "department": ""},
        "foreign": {
            "people": [person.public_id],
            "department": DepartmentFactory().public_id,
        },
    }[what]

    response = client.post(at(admin, "move_people"), data, follow=True)

    person.refresh_from_db()
    stranger.refresh_from_db()
    assert person.department is None
    assert stranger.department is None
    assert [m.level_tag for m in response.context["messages"]] == ["error"]


def test_membership_ends_today_and_the_record_stays(client, admin, person):
    client.post(
        at(admin, "end_membership", person.public_id), {"end-ends_on": str(today())}
    )

    person.refresh_from_db()
    assert (person.state, person.ends_on) == ("ended", today())
    assert Verb.MEMBERSHIP_ENDED in verbs()
    left = client.get(at(admin, "members") + "?state=ended")
    assert [m.pk for m in left.context["page_obj"]] == [person.pk]
    page = client.get(at(admin, "person", person.public_id))
    assert 'id="place"' not in page.text


def test_membership_that_ends_later_goes_on_until_then(client, admin, person):
    day = today() + timedelta(days=10)

    client.post(
        at(admin, "end_membership", person.public_id), {"end-ends_on": str(day)}
    )

    person.refresh_from_db()
    assert (person.state, person.ends_on) == ("active", day)


def test_question_can_be_taken_back(client, admin):
    pending = MembershipFactory(organization=admin.organization, state="pending")

    client.post(
        at(admin, "end_membership", pending.public_id),
        {"end-ends_on": str(today() + timedelta(days=30))},
    )

    pending.refresh_from_db()
    assert pending.state == "ended"


@pytest.mark.parametrize("day", ["", "nonsense", "2126-01-01"])
def test_wrong_last_day_ends_nothing(client, admin, person, day):
    client.post(at(admin, "end_membership", person.public_id), {"end-ends_on": day})

    person.refresh_from_db()
    assert person.state == "active"


def test_place_of_who_left_does_not_change(client, admin):
    gone = MembershipFactory(
        organization=admin.organization, state="ended", ends_on=date(2026, 1, 1)
    )
    department = DepartmentFactory(organization=admin.organization)

    page = client.post(
        at(admin, "place", gone.public_id),
        {"place-department": department.public_id},
        follow=True,
    )

    gone.refresh_from_db()
    assert gone.department is None
    assert "没有保存：此人已经离职。" in page.text


def test_invitation_goes_out_again_or_says_why_not(client, admin, person):
    sent = client.post(at(admin, "invite_again", person.public_id))

    assert sent.status_code == 409
    person.user.set_unusable_password()
    person.user.save()
    assert client.post(at(admin, "invite_again", person.public_id)).status_code == 302


# --- departments and positions
def test_department_is_created_renamed_moved_and_merged(client, admin):
    client.post(at(admin, "department_new"), {"name": "生产部", "parent": ""})
    top = Department.objects.get(name="生产部")
    client.post(
        at(admin, "department_new"), {"name": "一车间", "parent": top.public_id}
    )
    low = Department.objects.get(name="一车间")
    member = MembershipFactory(organization=admin.organization, department=low)
    edit = at(admin, "department_edit", low.public_id)

    client.post(edit, {"name": "冲压车间", "parent": ""})
    low.refresh_from_db()
    assert (low.name, low.parent) == ("冲压车间", None)
    client.post(edit, {"merge-target": top.public_id})

    low.refresh_from_db()
    member.refresh_from_db()
    assert (low.merged_into, member.department) == (top, top)
    assert client.get(edit).status_code == 404
    assert {
        Verb.DEPARTMENT_CREATED,
        Verb.DEPARTMENT_RENAMED,
        Verb.DEPARTMENT_MOVED,
        Verb.DEPARTMENT_MERGED,
    } <= verbs()


def test_department_that_can_not_be_is_refused_beside_its_field(client, admin):
    top = DepartmentFactory(organization=admin.organization, name="生产部")
    low = DepartmentFactory(organization=admin.organization, name="班", parent=top)
    edit = at(admin, "department_edit", top.public_id)

    for data, field in [
        ({"name": "", "parent": ""}, "name"),
        ({"name": "a/b", "parent": ""}, "name"),
        ({"name": "生产部", "parent": low.public_id}, "parent"),
        ({"name": "生产部", "parent": DepartmentFactory().public_id}, "parent"),
    ]:
        response = client.post(edit, data)
        assert response.status_code == 422
        assert field in response.context["form"].errors
    again = client.post(at(admin, "department_new"), {"name": "生产部", "parent": ""})
    assert "name" in again.context["form"].errors
    merge = client.post(edit, {"merge-target": DepartmentFactory().public_id})
    assert merge.status_code == 422
    top.refresh_from_db()
    assert (top.name, top.parent) == ("生产部", None)


def test_rename_and_move_happen_together_or_not_at_all(client, admin):
    house = {"organization": admin.organization}
    top = DepartmentFactory(name="生产部", **house)
    DepartmentFactory(name="新名", parent=top, **house)
    moved = DepartmentFactory(name="旧名", **house)

    response = client.post(
        at(admin, "department_edit", moved.public_id),
        {"name": "新名", "parent": top.public_id},
    )

    assert response.status_code == 422
    moved.refresh_from_db()
    assert (moved.name, moved.parent) == ("旧名", None)
    assert Verb.DEPARTMENT_RENAMED not in verbs()


def test_position_is_created_changed_and_deleted(client, admin):
    client.post(at(admin, "position_new"), {"name": "焊工", "category": "worker"})
    position = Position.objects.get()
    edit = at(admin, "position_edit", position.public_id)
    twice = client.post(
        at(admin, "position_new"), {"name": "焊工", "category": "worker"}
    )
    assert "name" in twice.context["form"].errors

    client.post(edit, {"name": "电焊工", "category": "special_operator"})
    position.refresh_from_db()
    assert position.category == "special_operator"
    client.post(at(admin, "position_delete", position.public_id))

    assert not Position.objects.exists()


def test_position_in_use_is_not_deleted_and_the_page_says_why(client, admin):
    position = PositionFactory(organization=admin.organization)
    MembershipFactory(organization=admin.organization, position=position)

    response = client.post(at(admin, "position_delete", position.public_id))

    assert response.status_code == 409
    assert "任" in response.text
    assert Position.objects.filter(pk=position.pk).exists()


# --- nobody else
STEPS = [
    "member_add",
    "move_people",
    "person",
    "place",
    "end_membership",
    "invite_again",
    "structure",
    "department_new",
    "department_edit",
    "department",
    "position_new",
    "position_edit",
    "position_delete",
    "members_export",
]


def step_address(admin, step, *, organization=None):
    organization = organization or admin.organization
    person = MembershipFactory(organization=organization).public_id
    department = DepartmentFactory(organization=organization).public_id
    position = PositionFactory(organization=organization).public_id
    part = {
        "person": person,
        "place": person,
        "end_membership": person,
        "invite_again": person,
        "department": department,
        "department_edit": department,
        "position_edit": position,
        "position_delete": position,
        "members_export": "csv",
    }.get(step)
    return at(admin, step, *([part] if part else []))


GETS = {"person", "structure", "department", "members_export"}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "make",
    [
        UserFactory,
        lambda: AdministratorFactory().user,
        lambda: RegulatorFactory().user,
        lambda: MembershipFactory().user,
    ],
    ids=["stranger", "other administrator", "regulator", "employee elsewhere"],
)
def test_step_does_not_exist_for_others(client, admin, step, make):
    address = step_address(admin, step)
    client.force_login(make())
    before = Membership.objects.values_list("pk", "state", "ends_on").order_by("pk")
    kept = list(before)

    send = client.get if step in GETS else client.post

    assert send(address, {}).status_code == 404
    assert [row for row in before.all() if row in kept] == kept


@pytest.mark.parametrize("step", STEPS)
def test_colleague_without_the_role_is_refused(client, admin, person, step):
    address = step_address(admin, step)
    client.force_login(person.user)

    send = client.get if step in GETS else client.post

    assert send(address, {}).status_code == 404


@pytest.mark.parametrize("step", ["person", "department", "position_edit", "place"])
def test_things_of_another_enterprise_do_not_exist_here(client, admin, step):
    other = AdministratorFactory().organization
    address = step_address(admin, step, organization=other)

    send = client.post if step == "place" else client.get

    assert send(address).status_code == 404


@pytest.mark.parametrize("step", sorted({"structure", "member_add", "department"}))
@pytest.mark.parametrize("language", ["", "/en"])
def test_operator_opens_the_pages_in_both_languages(client, admin, step, language):
    address = step_address(admin, step)
    client.force_login(SuperuserFactory())

    assert client.get(language + address).status_code == 200


# --- lists
@pytest.mark.parametrize("page", ["members", "structure", "department", "person"])
def test_queries_do_not_grow_with_the_rows(
    client, admin, django_assert_max_num_queries, page
):
    department = DepartmentFactory(organization=admin.organization)
    first = MembershipFactory(organization=admin.organization, department=department)
    part = {"department": department.public_id, "person": first.public_id}.get(page)
    address = at(admin, page, *([part] if part else []))

    counts = []
    for _round in range(2):
        client.get(address)
        with django_assert_max_num_queries(25) as queries:
            client.get(address)
        counts.append(len(queries))
        for _more in range(2):
            MembershipFactory(
                organization=admin.organization,
                department=DepartmentFactory(
                    organization=admin.organization, parent=department
                ),
                position=PositionFactory(organization=admin.organization),
            )

    assert counts[0] == counts[1]


def test_people_are_sorted_and_exported_in_the_same_order(client, admin):
    for name in ("丙", "甲", "乙"):
        MembershipFactory(organization=admin.organization, listed_name=f"={name}")
    address = at(admin, "members")

    up = client.get(address + "?sort=number").context["page_obj"]
    down = client.get(address + "?sort=-number").context["page_obj"]
    odd = client.get(address + "?sort=password").context["page_obj"]

    assert [p.pk for p in up] == [p.pk for p in down][::-1] == [p.pk for p in odd]
    csv = client.get(at(admin, "members_export", "csv") + "?sort=-number")
    names = [line.split(",")[0] for line in csv.getvalue().decode().splitlines()[1:]]
    assert names == [f"'{p.listed_name}" for p in down]
    assert client.get(at(admin, "members_export", "exe")).status_code == 404


def test_state_and_department_narrow_the_list(client, admin, person):
    later = MembershipFactory(
        organization=admin.organization, starts_on=today() + timedelta(days=5)
    )

    for query, shown in [
        ("", [person]),
        ("?state=waiting", [later]),
        ("?state=nonsense", [person]),
        ("?department=nonsense", [person]),
        ("?state=ended", []),
    ]:
        page = client.get(at(admin, "members") + query).context["page_obj"]
        assert [p.pk for p in page] == [p.pk for p in shown]


def test_reminder_goes_to_the_chosen_and_says_how_many(client, admin):
    from tests.factories.reporting import (
        assigned_people,
        make_assignment,
        make_syllabus,
    )

    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=admin.organization, syllabus=syllabus, by=admin.user
    )
    first, _second = assigned_people(assignment=assignment, syllabus=syllabus, count=2)
    address = at(admin, "remind", assignment.public_id)

    for data, told in [
        ({"chosen": "on"}, 0),
        ({"chosen": "on", "people": ["nonsense"]}, 0),
        ({"chosen": "on", "people": [str(first.public_id)]}, 1),
        ({"back": "overview"}, 2),
        ({}, 2),
    ]:
        response = client.post(address, data)
        assert response.status_code == 302
        assert Message.objects.count() == told
    client.force_login(AdministratorFactory().user)
    assert client.post(address).status_code == 404
