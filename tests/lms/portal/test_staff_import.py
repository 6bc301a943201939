"""A staff list through the console and through the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lms.accounts.domain.tokens import create_token
from lms.organizations.models import Membership, StaffImport
from tests.factories.organizations import AdministratorFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
GOOD = "姓名,工号,手机号\n张三,A1,13800000001\n李四,A2,\n"
BAD = "姓名,工号,手机号\n张三,A1,123\n李四,A2,\n"


def upload(client, admin, text, callbacks, **fields):
    address = reverse("portal:staff_import", args=[admin.organization.code])
    file = SimpleUploadedFile("名单.csv", text.encode("gbk"))
    fields = {"policy": "all_or_nothing"} | fields | {"file": file}
    with callbacks(execute=True):
        return client.post(address, fields, follow=True)


def names(admin):
    rows = Membership.objects.filter(
        organization=admin.organization, role="employee"
    ).order_by("pk")
    return [m.listed_name for m in rows]


def test_list_is_checked_first_and_taken_on_command(
    client, admin, django_capture_on_commit_callbacks
):
    page = upload(client, admin, GOOD, django_capture_on_commit_callbacks)
    page = client.get(page.redirect_chain[-1][0])
    assert "每一行都可以导入" in page.text
    assert names(admin) == []

    job = StaffImport.objects.get()
    address = reverse(
        "portal:staff_import_take", args=[admin.organization.code, job.public_id]
    )
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(address, {"policy": "all_or_nothing"}, follow=True)

    assert names(admin) == ["张三", "李四"]


def test_a_list_taken_in_another_tab_is_not_taken_again(
    client, admin, django_capture_on_commit_callbacks
):
    upload(client, admin, GOOD, django_capture_on_commit_callbacks)
    check = StaffImport.objects.get()
    code = admin.organization.code
    address = reverse("portal:staff_import_take", args=[code, check.public_id])
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(address, {"policy": "all_or_nothing"}, follow=True)

    again = client.post(address, {"policy": "all_or_nothing"}, follow=True)

    assert again.redirect_chain == first.redirect_chain
    assert "这份名单已经导入过" in again.text
    assert StaffImport.objects.count() == 2
    shown = client.get(
        reverse("portal:staff_import_result", args=[code, check.public_id])
    )
    assert "这份名单已经导入过" in shown.text
    assert address not in shown.text


def test_bad_rows_are_listed_and_the_others_can_be_taken(
    client, admin, django_capture_on_commit_callbacks
):
    page = upload(client, admin, BAD, django_capture_on_commit_callbacks)
    page = client.get(page.redirect_chain[-1][0])
    assert "第 2 行“手机号”列" in page.text
    assert 'value="good_rows"' in page.text
    # On a phone a sentence is read from the left, without a heading of its own.
    assert '<td class="cell-text">手机号应为 11 位数字' in page.text
    job = StaffImport.objects.get()
    report = client.get(
        reverse(
            "portal:staff_import_report", args=[admin.organization.code, job.public_id]
        )
    )
    assert report.content.startswith(b"PK")


def test_progress_is_a_fragment_that_asks_again(client, admin):
    upload(client, admin, GOOD, lambda **_: __import__("contextlib").nullcontext())
    job = StaffImport.objects.get()
    address = reverse(
        "portal:staff_import_result", args=[admin.organization.code, job.public_id]
    )

    page = client.get(address, headers={"HX-Request": "true"})

    assert "<html" not in page.text
    assert 'hx-trigger="every 2s"' in page.text


def test_ten_gigabytes_are_refused_before_they_are_read(client, admin):
    class Body:
        """Fails when somebody reads it."""

        def read(self, *_):
            raise AssertionError("the body was read")

        readline = read

    address = reverse("portal:staff_import", args=[admin.organization.code])
    request = {
        "CONTENT_LENGTH": str(10 * 1024**3),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Body(),
    }

    page = client.generic("POST", address, **request)
    answer = client.generic(
        "POST", f"/api/v1/organizations/{admin.organization.code}/members:import",
        **request,
    )  # fmt: skip

    assert page.status_code == answer.status_code == 413
    assert answer.json()["code"] == "file_too_large"
    assert not StaffImport.objects.exists()


def test_upload_needs_the_token_of_the_form(admin):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(admin.user)
    address = reverse("portal:staff_import", args=[admin.organization.code])

    assert client.post(address, {"policy": "good_rows"}).status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_template_downloads(client, admin, language, file_format):
    code = admin.organization.code

    page = client.get(
        reverse("portal:staff_import_template", args=[code, language, file_format])
    )

    assert page.status_code == 200
    assert "attachment" in page["Content-Disposition"]


def token_for(user, *scopes):
    return create_token(user=user, name="t", scopes=list(scopes), by=user)


def test_list_comes_in_over_rest(client, django_capture_on_commit_callbacks):
    admin = AdministratorFactory()
    secret = token_for(admin.user, "organization_write", "organization_read")[1]
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"}
    address = f"/api/v1/organizations/{admin.organization.code}/members:import"

    def send(text=GOOD):
        file = SimpleUploadedFile("名单.csv", text.encode())
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, {"file": file}, headers=headers)

    first, again, other = send(), send(), send(BAD)

    assert first.status_code == 202
    assert (first.json()["state"], first.json()["result"]) == ("queued", None)
    assert again.json() == first.json()
    assert other.status_code == 409
    job = client.get(f"/api/v1/jobs/{first.json()['id']}", headers=headers).json()
    assert (job["state"], job["total"]) == ("done", 2)
    assert job["result"] == {"counts": {"joined": 2}, "taken": 2, "refused": 0}
    assert job["errors"] == []
    stranger = token_for(AdministratorFactory().user, "organization_read")[1]
    hidden = client.get(
        f"/api/v1/jobs/{job['id']}", headers={"Authorization": f"Bearer {stranger}"}
    )
    assert hidden.status_code == 404
