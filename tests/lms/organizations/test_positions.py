"""Positions: one name once, a category that counts, nothing deleted that was used."""

import pytest

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.organizations.domain.positions import (
    change_position,
    create_position,
    delete_position,
)
from lms.organizations.domain.structure import rename_department
from lms.organizations.enums import PositionCategory
from lms.organizations.errors import (
    DepartmentNameTaken,
    PositionInUse,
    PositionNameTaken,
)
from lms.organizations.models import Position
from tests.factories.organizations import (
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_position_is_created_once():
    organization = OrganizationFactory()
    new = {"organization": organization, "category": "special_operator", "by": None}

    position = create_position(name=" 焊工 ", **new)

    assert (position.name, position.category) == ("焊工", "special_operator")
    with pytest.raises(PositionNameTaken):
        create_position(name="焊工", **new)
    assert verbs() == [Verb.POSITION_CREATED]
    assert create_position(
        name="焊工", **(new | {"organization": OrganizationFactory()})
    )


def test_change_is_recorded_with_what_was_before():
    position = PositionFactory(name="焊工")

    change_position(
        position=position, name="电焊工", category="special_operator", by=None
    )
    change_position(
        position=position, name="电焊工", category="special_operator", by=None
    )

    position.refresh_from_db()
    assert (position.name, position.category) == ("电焊工", "special_operator")
    event = AuditEvent.objects.get()
    assert event.data["category_before"] == PositionCategory.WORKER


def test_name_of_another_position_is_refused_and_nothing_changes():
    first = PositionFactory(name="焊工")
    second = PositionFactory(name="钳工", organization=first.organization)

    with pytest.raises(PositionNameTaken):
        change_position(position=second, name="焊工", category="other", by=None)

    assert (second.name, second.category) == ("钳工", "worker")
    assert verbs() == []


def test_unused_position_is_deleted_and_remembered():
    position = PositionFactory()

    delete_position(position=position, by=None)

    assert not Position.objects.exists()
    assert verbs() == [Verb.POSITION_DELETED]
    assert AuditEvent.objects.get().organization_id == position.organization_id


@pytest.mark.parametrize("state", ["active", "ended"])
def test_position_that_somebody_held_stays(state):
    position = PositionFactory()
    MembershipFactory(
        organization=position.organization,
        position=position,
        state=state,
        ends_on="2026-01-01" if state == "ended" else None,
    )

    with pytest.raises(PositionInUse):
        delete_position(position=position, by=None)

    assert Position.objects.filter(pk=position.pk).exists()


def test_department_is_renamed_with_a_trace():
    department = DepartmentFactory(name="一车间")

    rename_department(department=department, name="冲压车间", by=None)
    rename_department(department=department, name="冲压车间", by=None)

    department.refresh_from_db()
    assert department.name == "冲压车间"
    assert AuditEvent.objects.get().data == {"before": "一车间", "after": "冲压车间"}


def test_department_does_not_take_the_name_of_its_neighbor():
    first = DepartmentFactory(name="一车间")
    second = DepartmentFactory(name="二车间", organization=first.organization)

    with pytest.raises(DepartmentNameTaken):
        rename_department(department=second, name="一车间", by=None)

    assert second.name == "二车间"
