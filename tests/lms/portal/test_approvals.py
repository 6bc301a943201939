"""Approval by a second person through the pages of the console."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation

from lms.accounts.domain.tokens import create_token
from lms.core import clock
from lms.organizations.enums import ChangeState
from lms.organizations.models import ChangeRequest, Membership, StaffImport
from lms.reporting.domain.archives.keeping import build_person_archive
from lms.reporting.models import TrainingArchive
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]


@pytest.fixture
def asker():
    return AdministratorFactory()


@pytest.fixture
def second(asker):
    return AdministratorFactory(organization=asker.organization)


@pytest.fixture
def employee(asker):
    return MembershipFactory(
        organization=asker.organization, employee_number="E1", listed_name="王建国"
    )


def at(name, membership, *more):
    return reverse(f"portal:{name}", args=[membership.organization.code, *more])


def ask(client, asker, **data):
    client.force_login(asker.user)
    return client.post(
        at("administrators", asker),
        {"number": "E1", "department": "", "reason": "接任"} | data,
        follow=True,
    )


def test_rights_are_asked_for_approved_and_shown(client, asker, second, employee):
    page = ask(client, asker)
    change = ChangeRequest.objects.get()
    assert "接任" in page.text
    assert 'value="approve"' not in page.text
    assert 'value="withdraw"' in page.text
    client.force_login(second.user)
    assert "王建国" in client.get(at("changes", asker)).text

    done = client.post(
        at("change", asker, change.public_id), {"decision": "approve"}, follow=True
    )

    assert done.redirect_chain[-1][0] == at("changes", asker)
    assert Membership.objects.filter(user=employee.user, role="admin").exists()
    assert "王建国" in client.get(at("administrators", asker)).text


@pytest.mark.parametrize(
    ("data", "field"),
    [({"number": "E9"}, "number"), ({"reason": ""}, "reason"),
     ({"department": "00000000-0000-0000-0000-000000000000"}, "department")],
)  # fmt: skip
def test_bad_input_names_its_field(client, asker, employee, data, field):
    page = ask(client, asker, **data)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not ChangeRequest.objects.exists()


def test_asker_can_not_approve_through_the_page(client, asker, second, employee):
    ask(client, asker)
    change = ChangeRequest.objects.get()

    page = client.post(at("change", asker, change.public_id), {"decision": "approve"})

    assert page.status_code == 422
    change.refresh_from_db()
    assert change.state == "waiting"
    assert not Membership.objects.filter(user=employee.user, role="admin").exists()


def test_refusal_without_a_note_says_so(client, asker, second, employee):
    ask(client, asker)
    change = ChangeRequest.objects.get()
    client.force_login(second.user)

    page = client.post(at("change", asker, change.public_id), {"decision": "refuse"})

    assert list(page.context["form"].errors) == ["note"]
    change.refresh_from_db()
    assert change.state == "waiting"


def test_taking_rights_needs_a_reason(client, asker, second):
    client.force_login(asker.user)
    address = at("administrator_revoke", asker, second.public_id)

    client.post(address, {"reason": ""})
    assert not ChangeRequest.objects.exists()
    client.post(address, {"reason": "离任"})

    assert ChangeRequest.objects.get().payload == {"revoke": second.pk}


def checked_list(asker, *, rows="姓名,工号\n李安全,N1\n"):
    return StaffImport.objects.create(
        organization=asker.organization,
        filename="全员名单.csv",
        file=ContentFile(rows.encode(), "x.csv"),
        is_dry_run=True,
        is_complete_list=True,
        state="done",
        total=1,
        report={"counts": {"joined": 1, "left": 1}},
    )


def test_complete_list_is_taken_after_approval(
    client, asker, second, employee, django_capture_on_commit_callbacks
):
    client.force_login(asker.user)
    checked = checked_list(asker)
    address = at("staff_import_take", asker, checked.public_id)

    client.post(address, {"policy": "all_or_nothing"})
    assert not ChangeRequest.objects.exists()
    client.post(address, {"policy": "all_or_nothing", "reason": "年度核对"})
    change = ChangeRequest.objects.get()
    assert StaffImport.objects.count() == 1
    client.force_login(second.user)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(at("change", asker, change.public_id), {"decision": "approve"})

    taken = StaffImport.objects.get(is_dry_run=False)
    assert (taken.state, taken.created_by) == ("done", asker.user)
    employee.refresh_from_db()
    assert employee.state == "ended"
    assert Membership.objects.filter(listed_name="李安全", state="active").exists()


def test_uploading_a_complete_list_only_checks_it(client, asker):
    client.force_login(asker.user)
    data = {
        "file": ContentFile("姓名,工号\n李安全,N1\n".encode(), "全员.csv"),
        "policy": "all_or_nothing",
        "is_complete_list": "on",
        "take": "1",
    }

    client.post(at("staff_import", asker), data)

    assert StaffImport.objects.get().is_dry_run is True


def test_archive_goes_when_its_time_is_over_and_a_second_person_agrees(
    client, asker, second, employee
):
    client.force_login(asker.user)
    archive = build_person_archive(
        membership=employee, by=asker.user, now=clock.now(), language="zh-hans"
    )
    address = at("archive_delete", asker, archive.public_id)
    early = client.post(address)
    assert early.status_code == 409
    assert not ChangeRequest.objects.exists()
    yesterday = clock.shanghai_date(clock.now()) - timedelta(days=1)
    TrainingArchive.objects.update(retain_until=yesterday)

    client.post(address)

    change = ChangeRequest.objects.get()
    assert TrainingArchive.objects.exists()
    assert yesterday.isoformat() in change.reason
    client.force_login(second.user)
    client.post(at("change", asker, change.public_id), {"decision": "approve"})
    assert not TrainingArchive.objects.exists()


def test_complete_list_by_api_is_a_check_only(client, asker):
    client.force_login(asker.user)
    address = reverse("api:organization_import_members", args=[asker.organization.code])
    _token, secret = create_token(
        user=asker.user, name="t", scopes=["organization_write"], by=asker.user
    )

    def send(**more):
        file = ContentFile("姓名,工号\n李安全,N1\n".encode(), "x.csv")
        return client.post(
            address,
            {"file": file, "complete_list": "true"} | more,
            headers={"Authorization": f"Bearer {secret}"},
        )

    refused = send(dry_run="false")
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_needed")
    assert not StaffImport.objects.exists()
    assert send(dry_run="true").status_code == 202
    assert StaffImport.objects.get().is_dry_run is True


def test_a_refused_change_is_called_so_in_chinese():
    with translation.override("zh-hans"):
        names = {str(state.label) for state in ChangeState}

    assert names == {"等待另一人审批", "已批准", "未同意", "已撤回", "已过期"}
