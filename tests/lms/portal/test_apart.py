"""Nobody gets anything of an enterprise that is not theirs, from no page and no call.

The addresses are read from the two lists of routes: a page or call that is new and
stands in neither `CONSOLE`, `API` nor `NOT_OF_AN_ENTERPRISE` fails here.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, reverse

from certificates.models import Finding
from lms.accounts.domain.tokens import create_token
from lms.api.urls import urlpatterns as api_patterns
from lms.compliance.models import Plan
from lms.core import clock
from lms.organizations.enums import MembershipRole, OrganizationKind
from lms.organizations.models import (
    AssociationMember,
    ChangeRequest,
    Package,
    StaffImport,
)
from lms.portal.urls import urlpatterns as portal_patterns
from lms.reporting.domain.archives.keeping import build_person_archive
from lms.reporting.models import Report
from tests.factories.accounts import UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
    RegulatorFactory,
)
from tests.factories.reporting import assigned_people, make_assignment, make_syllabus

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# Route → what stands in its address, named by `world`.
CONSOLE = {
    "enterprise": ["code"],
    "assign": ["code"],
    "assignment": ["code", "assignment"],
    "assignment_export": ["code", "assignment", "csv"],
    "class_archive": ["code", "assignment"],
    "remind": ["code", "assignment"],
    "department": ["code", "department"],
    "members": ["code"],
    "members_export": ["code", "csv"],
    "many_archives": ["code"],
    "member_add": ["code"],
    "move_people": ["code"],
    "person": ["code", "person"],
    "person_archive": ["code", "person"],
    "posts": ["code", "person"],
    "sign_off": ["code", "person"],
    "invite_again": ["code", "person"],
    "place": ["code", "person"],
    "end_membership": ["code", "person"],
    "structure": ["code"],
    "department_new": ["code"],
    "department_edit": ["code", "department"],
    "position_new": ["code"],
    "position_edit": ["code", "position"],
    "position_delete": ["code", "position"],
    "staff_import": ["code"],
    "staff_import_template": ["code", "zh", "csv"],
    "staff_import_result": ["code", "staff_import"],
    "staff_import_take": ["code", "staff_import"],
    "staff_import_report": ["code", "staff_import"],
    "archives": ["code"],
    "archive_download": ["code", "archive", "pdf"],
    "archive_delete": ["code", "archive"],
    "list_export": ["code", "structure_list", "csv"],
    "report": ["report"],
    "report_download": ["report"],
    "regulated": ["code"],
    "plans": ["code"],
    "plan_new": ["code"],
    "plan": ["code", "plan"],
    "plan_end": ["code", "plan"],
    "finding_add": ["code"],
    "changes": ["code"],
    "change": ["code", "change"],
    "administrators": ["code"],
    "administrator_revoke": ["code", "administrator"],
    "packages": ["code"],
    "package_new": ["code"],
    "package": ["code", "package"],
    "association_member_end": ["code", "association_member"],
    "association_answer": ["code", "invitation"],
    "badge_settings": ["code"],
    "first_codes": ["code"],
    "findings": ["code"],
    "statements": ["code"],
    "anomalies": ["code"],
}
# Calls that answer about one enterprise.
API = {
    "organization_training_status": ["code"],
    "organization_import_members": ["code"],
    "organization_statements": ["code"],
    "organization_changes": ["code"],
    "organization_change": ["code", "change"],
    "organization_change_decide": ["code", "change"],
    "organization_packages": ["code"],
    "organization_package": ["code", "package"],
    "organization_associations": ["code"],
    "organization_association_answer": ["code", "invitation"],
    "organization_association_members": ["code"],
    "organization_association_member": ["code", "association_member"],
    "job": ["staff_import"],
}
# Routes that show nobody's but the reader's own, or the regulator's region.
NOT_OF_AN_ENTERPRISE = {
    "start", "learn", "home_fragment", "enterprises", "regulator", "region_export",
    # the reader's own learning: tests/lms/portal/test_learner_duties.py
    "downloads", "own_archive", "history", "calendar", "calendar_address",
    # the regulator's own: tests/certificates/test_inspections.py
    "bulk_checks", "bulk_check", "bulk_export", "samples", "sample", "evidence",
    "evidence_file",
    "finding_close", "region_statistics",
    # public where its enterprise wants it: tests/lms/portal/test_badge.py
    "badge",
    # calls about the reader's own learning, public content or the register
    "schema", "docs", "unknown",
}  # fmt: skip
PUBLIC_OR_OWN_PREFIXES = (
    "search", "law", "course", "enrollment", "exam", "attempt", "certificate",
    "register", "lesson", "enroll", "consistency_proof", "inclusion_proof",
    "playback", "article", "unit", "presence", "practice", "favorite", "wrong_answer",
)  # fmt: skip
# What only a regulator of the region opens.
REGULATORS = {"regulated", "finding_add", "anomalies"}


@pytest.fixture
def world():
    """Return one enterprise with one of everything that an address can name."""
    admin = AdministratorFactory()
    organization = admin.organization
    organization.kind = OrganizationKind.ASSOCIATION
    organization.save()
    package = Package.objects.create(association=organization, title="机密课程包")
    association_member = AssociationMember.objects.create(
        association=organization,
        enterprise=OrganizationFactory(),
        starts_on=clock.shanghai_date(clock.now()),
    )
    invitation = AssociationMember.objects.create(
        association=OrganizationFactory(name="机密协会"),
        enterprise=organization,
        starts_on=clock.shanghai_date(clock.now()),
    )
    department = DepartmentFactory(organization=organization, name="冲压车间")
    elsewhere = DepartmentFactory(organization=organization, name="仓储部")
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=organization,
        department=department,
        syllabus=syllabus,
        by=admin.user,
    )
    person = assigned_people(
        assignment=assignment, syllabus=syllabus, count=1, department=department
    )[0]
    archive = build_person_archive(
        membership=person, by=admin.user, now=clock.now(), language="zh-hans"
    )
    job = StaffImport.objects.create(
        organization=organization,
        filename="机密名单.csv",
        file=ContentFile("姓名,工号\n机密名单,1".encode(), "x.csv"),
        state="done",
    )
    plan = Plan.objects.create(
        organization=organization,
        title="机密计划",
        course_keys=[],
        audience={},
        cycle="yearly",
        starts_on=clock.shanghai_date(clock.now()),
        due_days=30,
        created_by=admin.user,
    )
    report = Report.objects.create(
        kind="list",
        name="members",
        organization_id=organization.pk,
        created_by=admin.user,
        language="zh-hans",
        title="机密报表",
        file_format="csv",
        state="done",
        expires_at=clock.now(),
    )
    Finding.objects.create(
        organization_id=organization.pk,
        author=RegulatorFactory(region_prefix="3299").user,
        text="机密发现",
        state="open",
    )
    change = ChangeRequest.objects.create(
        organization=organization,
        kind="role",
        subject="x",
        title="机密变更",
        reason="机密变更",
        requested_by=admin.user,
        requested_at=clock.now(),
        expires_at=clock.now() + timedelta(days=14),
    )
    return {
        "admin": admin,
        "change": change.public_id,
        "package": package.public_id,
        "association_member": association_member.public_id,
        "invitation": invitation.public_id,
        "administrator": admin.public_id,
        "organization": organization,
        "elsewhere": elsewhere,
        "code": organization.code,
        "assignment": assignment.public_id,
        "department": department.public_id,
        "person": person.public_id,
        "member": person,
        "plan": plan.public_id,
        "position": PositionFactory(organization=organization).public_id,
        "staff_import": job.public_id,
        "archive": archive.public_id,
        "report": report.public_id,
        "structure_list": "departments",
    }


def someone(role, world):
    organization = world["organization"]
    return {
        "administrator of another enterprise": lambda: AdministratorFactory().user,
        "administrator of the parent": lambda: (
            AdministratorFactory(organization=parent_of(organization)).user
        ),
        "department administrator outside the subtree": lambda: (
            MembershipFactory(
                organization=organization,
                role=MembershipRole.UNIT_ADMIN,
                department=world["elsewhere"],
                employee_number="",
            ).user
        ),
        "employee": lambda: MembershipFactory(organization=organization).user,
        "regulator of another region": lambda: (
            RegulatorFactory(region_prefix="4401").user
        ),
        "stranger": UserFactory,
        "visitor": lambda: None,
    }[role]()


def parent_of(organization):
    organization.parent = AdministratorFactory().organization
    organization.save()
    return organization.parent


ROLES = [
    "administrator of another enterprise",
    "administrator of the parent",
    "department administrator outside the subtree",
    "employee",
    "regulator of another region",
    "stranger",
    "visitor",
]
# Open to a department administrator, with their own part in it and nothing else.
OWN_PART = {"enterprise", "members", "members_export"}  # fmt: skip


def address_of(space, route, world):
    names = (CONSOLE if space == "portal" else API)[route]
    return reverse(f"{space}:{route}", args=[world.get(name, name) for name in names])


def secrets_of(world):
    """Texts that stand on pages of this enterprise and nowhere else."""
    return [
        world["member"].listed_name,
        "机密名单",
        "机密报表",
        "机密计划",
        "机密变更",
        "机密协会",
        "冲压车间",
    ]


def names(patterns):
    """Return the names of all routes, those below an include among them."""
    found = set()
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            found.add(pattern.name)
        else:
            found |= names(pattern.url_patterns)
    return found - {None}


def test_no_page_of_the_consoles_is_missing_here():
    assert names(portal_patterns) - NOT_OF_AN_ENTERPRISE == set(CONSOLE)


def test_no_call_of_the_api_is_missing_here():
    unknown = {
        name
        for name in names(api_patterns) - set(API) - NOT_OF_AN_ENTERPRISE
        if not name.startswith(PUBLIC_OR_OWN_PREFIXES)
    }
    assert unknown == set()
    assert set(API) <= names(api_patterns)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_gets_anything(client, world, role):
    """One enterprise, every page and call: each method, nothing of it comes out."""
    user = someone(role, world)
    headers = {}
    if user is not None:
        client.force_login(user)
        scopes = ["organization_read", "organization_write"]
        _token, secret = create_token(user=user, name="t", scopes=scopes, by=user)
        headers = {"Authorization": f"Bearer {secret}"}
    is_unit_admin = role.startswith("department")
    for route in CONSOLE:
        address = address_of("portal", route, world)
        for method in (client.get, client.post):
            answer = method(address)
            where = f"{method.__name__} {address} as {role}"
            if is_unit_admin and route in OWN_PART:
                assert answer.status_code in (200, 302, 405), where
            else:
                assert answer.status_code in (302, 403, 404, 405, 413), where
            if answer.status_code == 302 and role != "visitor" and not is_unit_admin:
                pytest.fail(f"{where} leads to {answer['Location']}")
            if not answer.streaming or answer.status_code == 200:
                text = answer.getvalue().decode(errors="replace")
                assert not any(secret in text for secret in secrets_of(world)), where
    for route in API:
        address = address_of("api", route, world)
        for method in (client.get, client.post, client.put, client.delete):
            for extra in ({}, headers):
                answer = method(address, headers=extra)
                assert answer.status_code in (401, 403, 404, 405), f"{address} {role}"
                assert not any(secret in answer.text for secret in secrets_of(world)), (
                    address
                )
    world["member"].refresh_from_db()
    assert world["member"].state == "active"


def test_the_administrator_does_get_there(client, world):
    """The other side: the same addresses work, so the test above tests something."""
    client.force_login(world["admin"].user)
    for route in CONSOLE:
        if route in REGULATORS:
            continue
        answer = client.get(address_of("portal", route, world))
        # `report_download` has no file here.
        expected = {200, 302, 405} | ({404} if route == "report_download" else set())
        assert answer.status_code in expected, route


@pytest.fixture
def unit_admin(client, world):
    """Return the administrator of 冲压车间, signed in."""
    membership = MembershipFactory(
        organization=world["organization"],
        role=MembershipRole.UNIT_ADMIN,
        department=world["member"].department,
        employee_number="",
    )
    client.force_login(membership.user)
    return membership


def test_department_administrator_sees_the_own_part(client, world, unit_admin):
    below = DepartmentFactory(
        organization=world["organization"],
        parent=world["member"].department,
        name="甲班",
    )
    inside = MembershipFactory(organization=world["organization"], department=below)
    outside = MembershipFactory(
        organization=world["organization"], department=world["elsewhere"]
    )
    code = world["code"]

    page = client.get(reverse("portal:members", args=[code]))
    csv = client.get(reverse("portal:members_export", args=[code, "csv"]))

    assert {m.pk for m in page.context["page_obj"]} == {world["member"].pk, inside.pk}
    text = csv.getvalue().decode()
    assert inside.listed_name in text
    assert outside.employee_number not in text
    for person, status in ((inside, 200), (outside, 404)):
        address = reverse("portal:person", args=[code, person.public_id])
        assert client.get(address).status_code == status
    entry = client.get(reverse("portal:enterprise", args=[code]))
    assert entry["Location"] == reverse(
        "portal:department", args=[code, world["department"]]
    )


def test_department_administrator_moves_people_inside_only(client, world, unit_admin):
    address = reverse("portal:place", args=[world["code"], world["person"]])

    for wanted in (world["elsewhere"].public_id, "", uuid4()):
        client.post(address, {"place-department": wanted})

    world["member"].refresh_from_db()
    assert world["member"].department_id == unit_admin.department_id


@pytest.mark.parametrize(
    "route", ["assign", "structure", "staff_import", "archives", "member_add"]
)
def test_department_administrator_has_no_part_in_the_whole(
    client, world, unit_admin, route
):
    assert client.get(address_of("portal", route, world)).status_code == 404
