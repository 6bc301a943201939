"""Organizations and departments: names in time, trees without rings."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from lms.organizations.domain.queries import (
    department_members,
    department_path,
    descendant_ids,
    name_on,
)
from lms.organizations.domain.structure import (
    create_department,
    create_organization,
    ensure_department_path,
    ensure_position,
    find_organization,
    merge_departments,
    move_department,
    move_organization,
    rename_organization,
    set_successor,
)
from lms.organizations.errors import (
    DepartmentNameTaken,
    ForeignDepartment,
    OrganizationTaken,
    TreeCycle,
)
from lms.organizations.models import Department, Organization
from tests.factories.organizations import (
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
CODE = "91350100M000100Y43"


def create(**fields):
    values = {
        "code": CODE,
        "name": "江海机械厂",
        "region": "329901",
        "starts_on": date(2020, 1, 1),
        "by": None,
    }
    return create_organization(**(values | fields))


def test_organization_is_found_by_its_code_however_typed():
    organization = create(code=CODE.lower())

    assert find_organization(code=f" {CODE.lower()} ") == organization
    assert find_organization(code="wrong") is None
    assert organization.names.get().name == "江海机械厂"


def test_second_registration_of_a_code_is_refused():
    create()

    with pytest.raises(OrganizationTaken):
        create(name="另一家")


def test_wrong_codes_are_refused():
    for fields in ({"code": CODE[:-1] + "4"}, {"region": "1"}, {"industry": "x"}):
        with pytest.raises(ValidationError):
            create(**fields)
    assert not Organization.objects.exists()


def test_names_follow_each_other():
    organization = create()

    rename_organization(
        organization=organization, name="江海精工", on=date(2024, 5, 1), by=None
    )

    assert organization.name == "江海精工"
    names = {
        day: name_on(organization_id=organization.pk, on=day)
        for day in (date(2019, 1, 1), date(2024, 4, 30), date(2024, 5, 1))
    }
    assert list(names.values()) == ["江海机械厂", "江海机械厂", "江海精工"]
    assert name_on(organization_id=0, on=date(2024, 1, 1)) == ""


def test_rename_corrects_on_the_first_day_and_refuses_the_past():
    organization = create()

    rename_organization(
        organization=organization, name="改正", on=date(2020, 1, 1), by=None
    )
    assert organization.names.get().name == "改正"
    rename_organization(
        organization=organization, name="改正", on=date(2024, 1, 1), by=None
    )
    assert organization.names.count() == 1
    with pytest.raises(ValidationError):
        rename_organization(
            organization=organization, name="过去", on=date(2019, 1, 1), by=None
        )


def test_two_current_names_are_impossible():
    organization = create()

    with pytest.raises(IntegrityError), transaction.atomic():
        organization.names.create(name="第二", starts_on=date(2021, 1, 1))


def test_organizations_make_no_ring():
    top, middle, low = OrganizationFactory.create_batch(3)
    move_organization(organization=middle, parent=top, by=None)
    move_organization(organization=low, parent=middle, by=None)

    for parent in (top, low, middle):
        if parent != top:
            with pytest.raises(TreeCycle):
                move_organization(organization=top, parent=parent, by=None)
    with pytest.raises(TreeCycle):
        move_organization(organization=top, parent=top, by=None)
    move_organization(organization=low, parent=None, by=None)
    assert low.parent is None


def test_successor_closes_the_predecessor_and_makes_no_ring():
    old, new = OrganizationFactory.create_batch(2)

    set_successor(organization=old, successor=new, by=None)

    assert (old.successor, old.is_active) == (new, False)
    with pytest.raises(TreeCycle):
        set_successor(organization=new, successor=old, by=None)


def test_department_path_is_created_once():
    organization = OrganizationFactory()
    path = "生产部/冲压车间/甲班"

    team = ensure_department_path(organization=organization, path=path, by=None)
    again = ensure_department_path(
        organization=organization, path=f" {path}/ ", by=None
    )

    assert team == again
    assert Department.objects.count() == 3
    assert department_path(department=team) == path
    assert ensure_department_path(organization=organization, path="", by=None) is None


def test_same_name_at_the_same_place_is_refused():
    organization = OrganizationFactory()
    top = create_department(organization=organization, name="生产部", by=None)
    create_department(organization=organization, name="甲班", parent=top, by=None)

    with pytest.raises(DepartmentNameTaken):
        create_department(organization=organization, name="生产部", by=None)
    with pytest.raises(DepartmentNameTaken):
        create_department(organization=organization, name="甲班", parent=top, by=None)
    create_department(organization=organization, name="甲班", by=None)


def test_parent_of_another_organization_is_refused():
    foreign = DepartmentFactory()

    with pytest.raises(ForeignDepartment):
        create_department(
            organization=OrganizationFactory(), name="甲班", parent=foreign, by=None
        )
    with pytest.raises(ForeignDepartment):
        move_department(department=DepartmentFactory(), parent=foreign, by=None)
    with pytest.raises(ForeignDepartment):
        merge_departments(source=DepartmentFactory(), target=foreign, by=None)


def tree():
    organization = OrganizationFactory()
    make = lambda name, parent=None: DepartmentFactory(  # noqa: E731
        organization=organization, name=name, parent=parent
    )
    top = make("生产部")
    shop = make("冲压车间", top)
    return top, shop, make("甲班", shop), make("仓储部")


def test_departments_make_no_ring():
    top, shop, team, _stock = tree()

    for parent in (top, shop, team):
        with pytest.raises(TreeCycle):
            move_department(department=top, parent=parent, by=None)
        with pytest.raises(TreeCycle):
            merge_departments(source=top, target=parent, by=None)
    top.refresh_from_db()
    assert top.parent is None


def test_department_moves_with_all_below():
    top, shop, team, stock = tree()

    move_department(department=shop, parent=stock, by=None)

    assert descendant_ids(department=stock) == {stock.pk, shop.pk, team.pk}
    assert descendant_ids(department=top) == {top.pk}


def test_move_to_a_place_with_the_same_name_is_refused():
    top, shop, _team, stock = tree()
    DepartmentFactory(organization=top.organization, name="冲压车间", parent=stock)

    with pytest.raises(DepartmentNameTaken):
        move_department(department=shop, parent=stock, by=None)

    assert shop.parent == top


def test_merge_takes_members_and_sub_departments_along():
    top, shop, team, stock = tree()
    member = MembershipFactory(organization=top.organization, department=shop)

    merge_departments(source=shop, target=stock, by=None)
    merge_departments(source=shop, target=stock, by=None)

    member.refresh_from_db()
    team.refresh_from_db()
    assert (member.department, team.parent) == (stock, stock)
    assert shop.merged_into == stock
    create_department(
        organization=top.organization, name="冲压车间", parent=top, by=None
    )


def test_merge_with_equal_sub_departments_is_refused():
    top, shop, _team, stock = tree()
    DepartmentFactory(organization=top.organization, name="甲班", parent=stock)

    with pytest.raises(DepartmentNameTaken):
        merge_departments(source=shop, target=stock, by=None)


def test_members_of_a_department_include_those_below(django_assert_num_queries):
    top, shop, team, stock = tree()
    organization = top.organization
    inside = [
        MembershipFactory(organization=organization, department=d)
        for d in (top, shop, team)
    ]
    MembershipFactory(organization=organization, department=stock)
    MembershipFactory(organization=organization, department=team, state="pending")
    MembershipFactory(
        organization=organization, department=team, starts_on=date(2999, 1, 1)
    )
    MembershipFactory(organization=organization, department=team, role="expert")

    with django_assert_num_queries(2):
        found = [m for m in department_members(department=top) if m.user.display_name]

    assert found == inside


def test_position_is_found_or_made_with_its_category():
    organization = OrganizationFactory()

    one = ensure_position(
        organization=organization, name="焊工", category="special_operator"
    )
    two = ensure_position(organization=organization, name="焊工 ", category="worker")

    assert (one, two.category) == (two, "special_operator")
