"""Many certificates at once through the API: lists, sheets, archives; who may."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from certificates.domain.bulk_checking import run_check
from certificates.domain.revoking import revoke_certificate
from certificates.enums import RevocationReason
from certificates.limits import BatchThrottle
from certificates.models import BulkCheck
from exams.domain.exchange.sheets import write_table
from lms.accounts.domain.tokens import create_token
from lms.accounts.enums import TokenScope
from lms.api.resources import verify_batch
from lms.audit.models import AuditEvent
from tests.certificates.conftest import *  # noqa: F403
from tests.certificates.forging import document_of
from tests.certificates.test_bulk_checking import archive, check_storage  # noqa: F401
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ADDRESS = "/api/v1/certificates/verify-batch"
ABSENT = "AX-2026-000099-00000000"


def program(user, *scopes):
    token = create_token(user=user, name="platform", scopes=scopes, by=user)[1]
    client = Client(enforce_csrf_checks=True)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def platform(db):
    """A government platform: the token of a regulator, for nothing else."""
    return program(RegulatorFactory().user, TokenScope.VERIFY)


def send(client, *rows, **headers):
    body = json.dumps({"certificates": list(rows)})
    return client.post(ADDRESS, body, content_type="application/json", headers=headers)


def upload(client, data, filename):
    file = SimpleUploadedFile(filename, data)
    return client.post(ADDRESS, {"file": file})


def rows_of(answer):
    return [(row["row"], row["number"], row["verdict"]) for row in answer["results"]]


def test_a_list_is_answered_at_once_row_by_row(platform, issue, certificate):
    revoked = issue()
    revoke_certificate(
        certificate=revoked,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )
    response = send(
        platform,
        {"number": certificate.number, "name": "张伟"},
        {"number": certificate.number, "name": "李四"},
        {"number": revoked.number.lower()},
        {"number": ABSENT, "name": ""},
    )
    answer = response.json()
    assert response.status_code == 200, answer
    assert rows_of(answer) == [
        (1, certificate.number, "valid"),
        (2, "", "unknown"),
        (3, revoked.number, "revoked"),
        (4, "", "unknown"),
    ]
    assert answer["counts"] == {"valid": 1, "unknown": 2, "revoked": 1}
    assert (answer["state"], answer["total"], answer["error"]) == ("done", 4, "")
    assert platform.get(answer["url"]).json() == answer
    assert "张伟" not in response.content.decode()


def test_a_check_is_audited_and_its_list_removed(
    platform,
    certificate,
    check_storage,  # noqa: F811
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        send(platform, {"number": certificate.number})
    event = AuditEvent.objects.get(verb="certificates_bulk_checked")
    assert event.data == {"verdicts": {"valid": 1}, "numbers": [certificate.number]}
    assert check_storage.listdir("certificate-checks")[1] == []


def test_a_long_list_becomes_a_job(platform, certificate):
    response = send(
        platform, {"number": certificate.number}, *[{"number": ABSENT}] * 500
    )
    job = response.json()
    assert response.status_code == 202
    assert (job["state"], job["results"]) == ("queued", [])
    assert run_check(check_id=BulkCheck.objects.get(public_id=job["id"]).pk)
    answer = platform.get(job["url"]).json()
    assert answer["counts"] == {"valid": 1, "unknown": 500}
    assert answer["results"][0] == {
        "row": 1,
        "given": certificate.number,
        "number": certificate.number,
        "verdict": "valid",
    }
    assert [row["row"] for row in answer["results"]] == list(range(1, 502))


@pytest.mark.parametrize("ending", ["xlsx", "csv", "zip"])
def test_files_become_jobs(platform, certificate, ending):
    table = [["证书编号", "姓名"], [certificate.number, "张伟"]]
    data = {
        "xlsx": lambda: write_table(table, title="x"),
        "csv": lambda: "\n".join(",".join(row) for row in table).encode("gb18030"),
        "zip": lambda: archive({"a.pdf": document_of(certificate)}),
    }[ending]()
    response = upload(platform, data, f"list.{ending}")
    assert response.status_code == 202, response.json()
    assert run_check(check_id=BulkCheck.objects.get().pk)
    answer = platform.get(response.json()["url"]).json()
    assert [row["verdict"] for row in answer["results"]] == ["valid"]


def test_an_unreadable_file_fails_with_its_reason(platform):
    job = upload(platform, b"PK\x03\x04 broken", "list.xlsx").json()
    run_check(check_id=BulkCheck.objects.get().pk)
    answer = platform.get(job["url"]).json()
    assert (answer["state"], answer["results"]) == ("failed", [])
    assert "损坏" in answer["error"]


def refusal(response):
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        '{"certificates": []}',
        '{"certificates": "AX"}',
        '{"certificates": [{"name": "x"}]}',
        '{"certificates": [{"number": ""}]}',
        '{"certificates": [{"number": "' + "9" * 201 + '"}]}',
    ],
)
def test_a_list_that_is_none_is_refused(platform, body):
    response = platform.post(ADDRESS, body, content_type="application/json")
    assert refusal(response) == (422, "invalid")
    assert not BulkCheck.objects.exists()


def test_a_wrong_row_is_named(platform, certificate):
    response = send(platform, {"number": certificate.number}, {"name": "张伟"})
    assert response.json()["errors"]["certificates"] == {
        "1": {"number": ["请填写这一项。"]}  # places count from 0, as in JSON
    }


def test_too_many_rows_and_other_files_are_refused(platform, monkeypatch):
    assert refusal(send(platform, *[{"number": ABSENT}] * 20_001)) == (422, "invalid")
    assert refusal(upload(platform, b"x", "list.doc")) == (422, "unknown_format")
    monkeypatch.setattr(verify_batch, "MAX_JSON_BYTES", 10)
    monkeypatch.setattr("lms.core.uploads.FORM_BYTES", 10)
    refused = send(platform, {"number": ABSENT})
    assert refusal(refused) == (413, "body_too_large")
    assert not BulkCheck.objects.exists()


def test_the_same_key_checks_once(platform, certificate):
    row = {"number": certificate.number}
    first = send(platform, row, **{"Idempotency-Key": "a"})
    again = send(platform, row, **{"Idempotency-Key": "a"})
    assert again.json() == first.json()
    assert BulkCheck.objects.count() == 1


@pytest.mark.parametrize(
    "make",
    [
        UserFactory,
        lambda: MembershipFactory().user,
        lambda: AdministratorFactory().user,
    ],
    ids=["nobody", "employee", "administrator"],
)
def test_only_regulators_check_many(make, certificate):
    client = program(make(), TokenScope.VERIFY)
    refused = send(client, {"number": certificate.number})
    assert refusal(refused) == (403, "permission_denied")
    assert not BulkCheck.objects.exists()


@pytest.mark.parametrize("scope", sorted(set(TokenScope.values) - {"verify"}))
def test_the_token_needs_the_scope(scope, certificate):
    client = program(RegulatorFactory().user, scope)
    refused = send(client, {"number": certificate.number})
    assert refusal(refused) == (403, "insufficient_scope")


def test_visitors_are_sent_to_the_door(client):
    assert refusal(send(client, {"number": ABSENT})) == (401, "not_authenticated")


def test_a_check_is_seen_by_who_handed_it_in(platform, certificate):
    url = send(platform, {"number": certificate.number}).json()["url"]
    colleague = program(RegulatorFactory().user, TokenScope.VERIFY)
    assert refusal(colleague.get(url)) == (404, "not_found")
    stranger = program(UserFactory(), TokenScope.VERIFY)
    assert refusal(stranger.get(url)) == (403, "permission_denied")


def test_calls_are_limited_by_person(platform, certificate, monkeypatch):
    monkeypatch.setattr(BatchThrottle, "THROTTLE_RATES", {"verify_batch": "2/min"})
    row = {"number": certificate.number}
    assert [send(platform, row).status_code for _turn in range(3)] == [200, 200, 429]
    other = program(RegulatorFactory().user, TokenScope.VERIFY)
    assert send(other, row).status_code == 200


def test_a_list_costs_two_queries_for_its_numbers(
    platform, issue, django_assert_max_num_queries
):
    rows = [{"number": issue(document=False).number} for _turn in range(4)]
    send(platform, rows[0])
    with django_assert_max_num_queries(30) as few:
        send(platform, rows[0])
    with django_assert_max_num_queries(30) as many:
        send(platform, *rows)
    assert len(few) == len(many)
