"""Lists of the console: filtered, sorted, exported as shown; long ones by a job."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from certificates.models import Finding
from lms.compliance.models import Exemption, Plan
from lms.core import clock
from lms.organizations.models import AssociationMember, ChangeRequest
from lms.reporting.domain import reports
from lms.reporting.domain.archives.keeping import build_person_archive
from lms.reporting.domain.arranging import arranged_assignments
from lms.reporting.models import Report
from tests.factories.accounts import UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
)
from tests.factories.reporting import make_assignment, make_syllabus

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]


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


def names_of(answer):
    """Return the first cell of each row of a CSV file."""
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    return [line.split(",")[0] for line in lines[1:]]


def exported(client, admin, name, query=""):
    return names_of(client.get(at("list_export", admin, name, "csv") + query))


def make_plan(admin, title, **fields):
    values = {
        "course_keys": [],
        "audience": {},
        "cycle": "once",
        "starts_on": clock.shanghai_date(clock.now()),
        "due_days": 30,
        "created_by": admin.user,
    }
    return Plan.objects.create(
        organization=admin.organization, title=title, **values | fields
    )


def test_plans_are_narrowed_sorted_and_saved(client, admin):
    make_plan(admin, "甲计划")
    make_plan(admin, "乙计划", ended_at=clock.now())
    make_plan(AdministratorFactory(), "别家计划")

    def shown(query):
        page = client.get(at("plans", admin) + query)
        titles = [plan.title for plan in page.context["plans"]]
        assert exported(client, admin, "plans", query) == titles
        return titles

    assert shown("") == ["甲计划", "乙计划"]
    assert shown("?state=ended") == ["乙计划"]
    assert shown("?q=甲") == ["甲计划"]
    assert shown("?sort=name") == sorted(["甲计划", "乙计划"])
    assert shown("?q=没有") == []


def test_exemptions_of_a_plan_are_saved(client, admin):
    plan, other = make_plan(admin, "甲"), make_plan(admin, "乙")
    for row, name in ((plan, "张三"), (plan, "李四"), (other, "王五")):
        Exemption.objects.create(
            plan=row,
            membership=MembershipFactory(
                organization=admin.organization, listed_name=name
            ),
            reason="病假",
            starts_on=clock.shanghai_date(clock.now()),
            granted_by=admin.user,
        )
    query = f"?plan={plan.public_id}&sort=-name"

    page = client.get(at("plan", admin, plan.public_id) + "?q=张三")
    lines = client.get(at("list_export", admin, "exemptions", "csv") + query)

    assert [e.membership.listed_name for e in page.context["exemptions"]] == ["张三"]
    text = lines.getvalue().decode("utf-8-sig")
    assert ("张三" in text, "李四" in text, "王五" in text) == (True, True, False)
    assert f"plan={plan.public_id}" in page.text


def test_decided_changes_are_narrowed_and_saved(client, admin):
    for title, state, kind in (
        ("给权限", "approved", "role"),
        ("免训", "refused", "exemption"),
    ):
        ChangeRequest.objects.create(
            organization=admin.organization,
            kind=kind,
            subject=title,
            title=title,
            reason="理由",
            state=state,
            requested_by=UserFactory(),
            requested_at=clock.now(),
            expires_at=clock.now() + timedelta(days=14),
            decided_by=admin.user,
            decided_at=clock.now(),
        )

    def shown(query):
        page = client.get(at("changes", admin) + query)
        titles = [change.title for change in page.context["page_obj"]]
        assert exported(client, admin, "changes", query) == titles
        return titles

    assert len(shown("")) == 2
    assert shown("?state=refused") == ["免训"]
    assert shown("?kind=role") == ["给权限"]
    assert shown("?q=免") == ["免训"]
    assert shown("?kind=role&state=refused") == []


def test_administrators_are_narrowed_and_saved(client, admin):
    department = DepartmentFactory(organization=admin.organization, name="冲压车间")
    head = MembershipFactory(
        organization=admin.organization,
        role="unit_admin",
        department=department,
        employee_number="",
    )

    page = client.get(at("administrators", admin) + "?role=unit_admin")

    assert page.context["administrators"] == [head]
    assert exported(client, admin, "administrators", "?q=冲压") == [head.listed_name]
    assert len(exported(client, admin, "administrators")) == 2


def test_members_of_an_association_are_narrowed_and_saved(client, admin):
    admin.organization.kind = "association"
    admin.organization.save()
    for name, state in (("甲厂", "accepted"), ("乙厂", "invited")):
        AssociationMember.objects.create(
            association=admin.organization,
            enterprise=OrganizationFactory(name=name),
            starts_on=clock.shanghai_date(clock.now()),
            state=state,
        )

    page = client.get(at("packages", admin) + "?state=invited")

    assert [m.enterprise.name for m in page.context["members"]] == ["乙厂"]
    assert exported(client, admin, "association_members", "?q=甲") == ["甲厂"]


def test_findings_are_saved_without_notes(client, admin):
    for text, state in (("缺课", "open"), ("备注", "note")):
        Finding.objects.create(
            organization_id=admin.organization.pk,
            author=UserFactory(),
            text=text,
            state=state,
        )

    assert exported(client, admin, "findings") == ["缺课"]
    assert exported(client, admin, "findings", "?q=没有") == []


def test_department_leads_to_its_people_as_a_file(client, admin, places):
    department = places.departments.get(name="冲压车间")
    MembershipFactory(organization=places, listed_name="外人")

    page = client.get(at("department", admin, department.public_id)).text
    address = at("members_export", admin, "csv") + f"?department={department.public_id}"

    assert address in page
    assert len(names_of(client.get(address))) == 1


@pytest.mark.parametrize("file_format", ["xlsx", "csv", "pdf"])
@pytest.mark.parametrize(
    "name",
    [
        "plans", "exemptions", "changes", "findings", "administrators",
        "association_members", "assignments", "departments", "positions", "archives",
    ],
)  # fmt: skip
def test_every_list_is_saved_in_every_format_when_empty(
    client, admin, name, file_format
):
    answer = client.get(at("list_export", admin, name, file_format))

    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
