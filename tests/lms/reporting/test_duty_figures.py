"""What is owed, met, due and overdue; the share that the law's scales grade."""

import io
from datetime import date, datetime, time, timedelta

import pytest

from lms.compliance.models import Obligation, TrainingRule
from lms.core import clock
from lms.organizations.domain.queries import organization_members
from lms.organizations.domain.staff_import.importing import submit_import
from lms.organizations.models import OrganizationFigures
from lms.reporting.domain import kept_counts
from lms.reporting.domain.duty_figures import DutyLine, duty_board
from lms.reporting.domain.kept_counts import refresh_figures, refresh_organization
from lms.reporting.domain.overview import overview_of
from tests.factories.organizations import (
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
TODAY = date(2026, 11, 23)


def owe(membership, state, *, end=date(2026, 12, 31), start=date(2026, 1, 1)):
    rule = TrainingRule.objects.first()
    return Obligation.objects.create(
        membership=membership,
        rule=rule,
        phase=rule.phase,
        topic=rule.topic,
        category=rule.category,
        period_start=start,
        period_end=end,
        required_seconds=100,
        state=state,
    )


@pytest.fixture
def world():
    """A plant with a team below it, a store, and somebody without a department."""
    organization = OrganizationFactory()
    plant = DepartmentFactory(organization=organization, name="冲压车间")
    team = DepartmentFactory(organization=organization, name="甲班", parent=plant)
    store = DepartmentFactory(organization=organization, name="仓储部")

    def person(department, **more):
        return MembershipFactory(
            organization=organization, department=department, **more
        )

    owe(person(plant), "met")
    owe(person(team), "overdue")
    # Open, and its time is over: tonight's verdict will say so as well.
    owe(person(team), "open", end=date(2026, 11, 22))
    owe(person(store), "open")
    person(None)
    # Who is gone, has not begun or owes later does not count.
    owe(person(plant, ends_on=date(2026, 6, 1)), "overdue")
    owe(person(plant, starts_on=date(2026, 12, 1)), "overdue")
    owe(person(store), "open", start=date(2026, 12, 1))
    return organization, plant


def figures(line):
    return (line.people, line.total, line.met, line.due, line.overdue, line.untrained)


def test_duties_are_counted_by_department(world):
    organization, _plant = world

    board = duty_board(organization=organization, today=TODAY)

    assert figures(board.whole) == (6, 4, 1, 1, 2, 2)
    assert {line.name: figures(line) for line in board.departments} == {
        "冲压车间": (3, 3, 1, 0, 2, 2),
        "仓储部": (2, 1, 0, 1, 0, 0),
        "": (1, 0, 0, 0, 0, 0),
    }
    assert board.departments[0].name == "冲压车间"


def test_drill_down_counts_the_part_alone(world):
    organization, plant = world

    board = duty_board(organization=organization, today=TODAY, parent=plant)

    assert figures(board.whole) == (3, 3, 1, 0, 2, 2)
    assert {line.name: line.people for line in board.departments} == {"甲班": 2, "": 1}


@pytest.mark.parametrize(
    ("untrained", "bracket"),
    [(0, "none"), (1, "below_10"), (99, "below_10"), (100, "below_30"),
     (299, "below_30"), (300, "from_30"), (1000, "from_30")],
)  # fmt: skip
def test_share_falls_into_its_bracket(untrained, bracket):
    line = DutyLine(None, "", 1000, 0, 0, 0, untrained)

    assert line.bracket == bracket


def test_nobody_is_no_share():
    assert DutyLine(None, "", 0, 0, 0, 0, 0).untrained_percent == 0


def test_queries_do_not_grow_with_the_people(world, django_assert_num_queries):
    organization, plant = world
    for _ in range(5):
        owe(MembershipFactory(organization=organization, department=plant), "overdue")

    with django_assert_num_queries(3):
        duty_board(organization=organization, today=TODAY)


def test_small_enterprise_is_counted_at_each_look(world):
    organization, plant = world
    give = {"organization": organization, "language": "zh-hans", "today": TODAY}
    before = overview_of(**give).duties.whole.overdue
    owe(MembershipFactory(organization=organization, department=plant), "overdue")

    assert overview_of(**give).duties.whole.overdue == before + 1


@pytest.fixture
def large(world, monkeypatch):
    """The same enterprise, taken for a large one."""
    monkeypatch.setattr(kept_counts, "SMALL", 2)
    organization, plant = world
    give = {"organization": organization, "language": "zh-hans", "today": TODAY}
    return organization, plant, give


def test_large_enterprise_is_kept_and_refreshed(large, frozen_now):
    organization, plant, give = large
    first = overview_of(**give)
    owe(MembershipFactory(organization=organization, department=plant), "overdue")

    assert overview_of(**give) == first
    assert refresh_figures(now=clock.now()) == 0
    frozen_now.tick(timedelta(minutes=6))
    assert refresh_figures(now=clock.now()) == 1
    assert overview_of(**give).duties.whole.overdue == first.duties.whole.overdue + 1


def test_worker_counts_before_anybody_looks(large, frozen_now):
    organization, plant, give = large
    moment = datetime.combine(TODAY, time(9), tzinfo=clock.SHANGHAI)

    assert refresh_figures(now=moment) == 1
    owe(MembershipFactory(organization=organization, department=plant), "overdue")

    # The first look finds what the worker counted, and is noted.
    assert overview_of(**give).duties.whole.overdue == 2
    assert OrganizationFigures.objects.get().looked_at is not None


def test_a_staff_list_is_counted_at_its_end(
    large, frozen_now, django_capture_on_commit_callbacks
):
    """Whoever looks right after an import finds the figures there."""
    organization, _plant, give = large
    overview_of(**give)
    sheet = "姓名,工号,部门\n新来的甲,N1,总装车间\n新来的乙,N2,总装车间\n".encode()
    with django_capture_on_commit_callbacks(execute=True):
        submit_import(
            organization=organization,
            file=io.BytesIO(sheet),
            size=len(sheet),
            filename="staff.csv",
            by=None,
        )
    members = organization_members(organization_id=organization.pk, on=TODAY)
    assert members.filter(employee_number__in=["N1", "N2"]).count() == 2
    kept = OrganizationFigures.objects.get()
    assert sum(row["people"] for row in kept.counts["people"]) == members.count()


def test_small_enterprises_are_counted_on_the_spot_after_it(world):
    organization, _plant = world
    assert not refresh_organization(organization_id=organization.pk, now=clock.now())
    assert not refresh_organization(organization_id=0, now=clock.now())
    assert not OrganizationFigures.objects.exists()


def test_unwatched_figures_are_counted_once_a_day(large):
    moment = datetime.combine(TODAY, time(9), tzinfo=clock.SHANGHAI)

    counted = [
        refresh_figures(now=moment),
        refresh_figures(now=moment + timedelta(hours=8)),
        refresh_figures(now=moment + timedelta(days=1)),
    ]

    assert counted == [1, 0, 1]


def test_figures_of_yesterday_are_not_shown(large):
    organization, _plant, give = large
    overview_of(**give)

    overview_of(**give | {"today": TODAY + timedelta(days=1)})

    kept = OrganizationFigures.objects.get(organization=organization)
    assert kept.counted_on == TODAY + timedelta(days=1)


def test_shrunken_enterprise_is_counted_on_the_spot_again(large, monkeypatch):
    overview_of(**large[2])
    monkeypatch.setattr(kept_counts, "SMALL", 1000)

    refresh_figures(now=clock.now())

    assert not OrganizationFigures.objects.exists()


def test_kept_figures_hold_no_names(large):
    organization, _plant, give = large
    overview_of(**give)

    kept = str(OrganizationFigures.objects.get().counts)
    members = organization.memberships.values_list("listed_name", "employee_number")
    assert not any(text in kept for row in members for text in row if text)
