"""Lists of the console: filtered, sorted, exported as shown; long ones by a job."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from certificates.models import Finding
from lms.core import clock
from lms.reporting.domain import reports
from lms.reporting.domain.archives.keeping import build_person_archive
from lms.reporting.domain.arranging import arranged_assignments
from lms.reporting.models import Report
from tests.factories.accounts import UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    PositionFactory,
)
from tests.factories.reporting import make_assignment, make_syllabus

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.LMS_REQUIRE_STAFF_MFA = False


@pytest.fixture
def admin(client):
    membership = AdministratorFactory()
    client.force_login(membership.user)
    return membership


def at(name, admin, *more):
    return reverse(f"portal:{name}", args=[admin.organization.code, *more])


@pytest.fixture
def places(admin):
    organization = admin.organization
    plant = DepartmentFactory(organization=organization, name="生产部")
    press = DepartmentFactory(organization=organization, name="冲压车间", parent=plant)
    DepartmentFactory(organization=organization, name="仓储部")
    PositionFactory(organization=organization, name="冲压工")
    PositionFactory(organization=organization, name="仓管员")
    MembershipFactory(organization=organization, department=press)
    return organization


@pytest.mark.parametrize(
    ("query", "departments", "positions"),
    [
        ("", ["生产部", "冲压车间", "仓储部"], ["仓管员", "冲压工"]),
        ("?q=冲压", ["冲压车间"], ["冲压工"]),
        ("?sort=-people", ["生产部", "冲压车间", "仓储部"], ["仓管员", "冲压工"]),
        ("?sort=people", ["仓储部", "生产部", "冲压车间"], ["仓管员", "冲压工"]),
        ("?q=没有", [], []),
        ("?sort=nonsense", ["生产部", "冲压车间", "仓储部"], ["仓管员", "冲压工"]),
    ],
)
def test_structure_is_found_and_sorted(
    client, admin, places, query, departments, positions
):
    page = client.get(at("structure", admin) + query)

    assert [line.name for line in page.context["departments"]] == departments
    assert [line.name for line in page.context["positions"]] == positions


def test_export_holds_what_the_page_shows(client, admin, places):
    address = at("list_export", admin, "departments", "csv")

    lines = client.get(address + "?q=冲压").getvalue().decode("utf-8-sig").splitlines()

    assert [line.split(",")[1] for line in lines[1:]] == ["冲压车间"]


def line(title, *, department="", due=None, people=4, finished=0, overdue=0):
    return SimpleNamespace(
        title=title,
        department=department,
        due_on=due,
        people=people,
        finished=finished,
        overdue=overdue,
    )


@pytest.mark.parametrize(
    ("by", "text", "titles"),
    [
        ("", "", ["乙", "甲", "丙"]),
        ("course", "", ["丙", "乙", "甲"]),
        ("due", "", ["甲", "乙", "丙"]),
        ("-overdue", "", ["丙", "乙", "甲"]),
        ("-finished", "", ["甲", "乙", "丙"]),
        ("", "仓储", ["丙"]),
        ("nonsense", "", ["乙", "甲", "丙"]),
    ],
)
def test_assignments_are_arranged(by, text, titles):
    today = clock.shanghai_date(clock.now())
    lines = [
        line("乙", due=today),
        line("甲", due=today - timedelta(days=1), finished=2),
        line("丙", department="仓储部", overdue=3),
    ]

    assert [x.title for x in arranged_assignments(lines, by=by, text=text)] == titles


def test_overview_lists_the_assignments_that_fit(client, admin):
    for _ in range(2):
        make_assignment(
            organization=admin.organization, syllabus=make_syllabus(), by=admin.user
        )

    found = client.get(at("enterprise", admin) + "?q=十分钟&sort=-due")
    none = client.get(at("enterprise", admin) + "?q=没有")

    assert len(found.context["listed"]) == 2
    assert none.context["listed"] == []
    assert len(none.context["assignments"]) == 2


def test_archives_are_found_and_sorted(client, admin):
    for name in ("李四", "王五"):
        person = MembershipFactory(organization=admin.organization, listed_name=name)
        build_person_archive(
            membership=person, by=admin.user, now=clock.now(), language="zh-hans"
        )
    address = at("archives", admin)

    def titles(query):
        return [
            archive.title for archive in client.get(address + query).context["page_obj"]
        ]

    down, up = titles("?sort=-name"), titles("?sort=name")
    assert down == up[::-1]
    assert len(up) == 2
    assert titles("?scope=class") == []
    assert ["李四" in title for title in titles("?q=李四&scope=person")] == [True]


def test_findings_are_shown_and_notes_are_not(client, admin):
    today = clock.shanghai_date(clock.now())
    author = UserFactory()
    for text, state, due in (
        ("旧问题", "closed", None),
        ("三级教育缺课", "open", today - timedelta(days=1)),
        ("档案不全", "open", today + timedelta(days=9)),
        ("内部备注", "note", None),
    ):
        Finding.objects.create(
            organization_id=admin.organization.pk,
            author=author,
            text=text,
            state=state,
            due_on=due,
        )
    Finding.objects.create(
        organization_id=AdministratorFactory().organization.pk,
        author=author,
        text="别家的",
        state="open",
    )

    page = client.get(at("findings", admin))
    closed = client.get(at("findings", admin) + "?state=closed")
    notes = client.get(at("findings", admin) + "?state=note")

    shown = [finding.text for finding in page.context["page_obj"]]
    assert shown == ["三级教育缺课", "档案不全", "旧问题"]
    assert [finding.text for finding in closed.context["page_obj"]] == ["旧问题"]
    assert "内部备注" not in notes.text


def test_long_list_is_written_by_a_job_and_downloaded(
    client, admin, monkeypatch, django_capture_on_commit_callbacks
):
    """Page → job → progress → file, for the person who asked and nobody else."""
    monkeypatch.setattr("lms.portal.views.lists.ROWS_AT_ONCE", 2)
    monkeypatch.setattr(reports, "TICK", 1)
    people = [MembershipFactory(organization=admin.organization) for _ in range(3)]
    address = at("members_export", admin, "pdf")

    waiting = client.get(address)
    job = Report.objects.get()
    page = reverse("portal:report", args=[job.public_id])
    assert waiting["Location"] == page
    progress = client.get(page, headers={"HX-Request": "true"})
    assert "hx-get" in progress.text
    assert client.get(page + "download/").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        reports.run_report(report_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.total, job.done) == ("done", 3, 3)
    ended = client.get(page)
    assert page + "download/" in ended.text
    assert "hx-get" not in client.get(page, headers={"HX-Request": "true"}).text
    file = client.get(page + "download/")
    assert file.getvalue().startswith(b"%PDF")
    assert file["Content-Type"] == "application/pdf"
    client.force_login(AdministratorFactory(organization=admin.organization).user)
    assert client.get(page).status_code == 404
    assert client.get(page + "download/").status_code == 404
    client.force_login(people[0].user)
    assert client.get(page + "download/").status_code == 404
