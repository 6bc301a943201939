"""The public calls of the API: certificates and the register."""

import hashlib
import io

import pytest

from certificates.domain import merkle
from certificates.domain.register import publish_checkpoint, read_checkpoint
from certificates.domain.revoking import revoke_certificate
from certificates.enums import RevocationReason
from certificates.limits import VerifyThrottle
from tests.certificates.conftest import *  # noqa: F403
from tests.factories.accounts import SuperuserFactory
from tests.factories.certificates import NOW

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

API = "/api/v1"


def verify(client, **data):
    return client.post(
        f"{API}/certificates/verify", data, content_type="application/json"
    )


def revoke(certificate):
    revoke_certificate(
        certificate=certificate,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )


def test_public_facts_of_a_certificate(client, certificate):
    response = client.get(f"{API}/certificates/{certificate.number}")
    assert response.status_code == 200
    assert response.json() == {
        "number": certificate.number,
        "state": "issued",
        "holder": "张*",
        "title": "十分钟安全入门",
        "hours": None,
        "issued_on": "2026-11-23",
        "valid_until": None,
        "issuer": "安学安全生产培训平台",
        "register_index": 0,
        "verdict": "valid",
    }


def test_unknown_number_is_a_problem_with_its_code(client, certificate):
    response = client.get(f"{API}/certificates/AX-2026-000001-00000000")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "unknown_certificate"


def test_number_and_name(client, certificate):
    right = verify(client, number=certificate.number, name="张伟")
    assert right.json()["verdict"] == "valid"
    wrong = verify(client, number=certificate.number, name="李四")
    absent = verify(client, number="AX-2026-000055-00000000", name="李四")
    assert wrong.status_code == absent.status_code == 200
    assert wrong.json() == absent.json()
    assert wrong.json()["verdict"] == "unknown"
    assert wrong.json()["certificate"] is None


def test_qr_code(client, certificate):
    token = certificate.facts["token"]
    assert verify(client, qr=token).json()["verdict"] == "valid"
    revoke(certificate)
    assert verify(client, qr=token).json()["verdict"] == "revoked"
    assert verify(client, qr=token[:-6] + "AAAAAA").json()["verdict"] == "altered"


def test_document(client, certificate):
    with certificate.pdf.open("rb") as file:
        document = file.read()

    def send(data):
        file = io.BytesIO(data)
        file.name = "a.pdf"
        return client.post(f"{API}/certificates/verify", {"file": file}).json()

    assert send(document)["verdict"] == "valid"
    altered = send(document[:-1])
    assert altered["verdict"] == "altered"
    assert altered["certificate"]["holder"] == "张*"
    assert send(b"hello")["verdict"] == "undecided"


@pytest.mark.parametrize(
    "data", [{}, {"number": "x", "qr": "y"}, {"name": "张伟"}, {"number": ["x"]}]
)
def test_incomplete_question_is_422(client, db, data):
    response = verify(client, **data)
    assert response.status_code == 422
    assert response.json()["code"] == "invalid"


def test_signed_in_browser_needs_no_csrf_token_for_a_public_check(certificate):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(certificate.holder)
    assert verify(client, number=certificate.number).status_code == 200


def test_rate_limit_tells_when_to_come_back(client, certificate, monkeypatch):
    monkeypatch.setattr(VerifyThrottle, "THROTTLE_RATES", {"verify": "2/min"})
    for _ in range(2):
        assert verify(client, number=certificate.number).status_code == 200
    response = client.get(f"{API}/certificates/{certificate.number}")
    assert response.status_code == 429
    assert response.json()["code"] == "throttled"
    assert int(response["Retry-After"]) > 0
    forged = client.get(
        f"{API}/certificates/{certificate.number}", HTTP_X_FORWARDED_FOR="192.0.2.1"
    )
    assert forged.status_code == 429


def test_witness_follows_the_register(client, issue):
    for _ in range(3):
        issue(document=False)
    old = client.get(f"{API}/register/checkpoint").json()
    revoke(issue(document=False))
    new = client.get(f"{API}/register/checkpoint").json()
    assert (old["size"], new["size"]) == (3, 5)
    assert read_checkpoint(token=new["token"])["root"] == new["root_hash"]

    proof = client.get(
        f"{API}/register/proof/consistency", {"first": 3, "second": 5}
    ).json()
    assert proof["first_root_hash"] == old["root_hash"]
    assert merkle.verify_consistency(
        first=3,
        second=5,
        first_root=bytes.fromhex(old["root_hash"]),
        second_root=bytes.fromhex(new["root_hash"]),
        proof=[bytes.fromhex(step) for step in proof["proof"]],
    )

    entries = client.get(f"{API}/register/entries", {"start": 1, "end": 4}).json()
    assert [entry["index"] for entry in entries["entries"]] == [1, 2, 3, 4]
    assert [entry["kind"] for entry in entries["entries"]][-1] == "revoke"
    for entry in entries["entries"]:
        digest = hashlib.sha256(b"\0" + entry["leaf"].encode()).hexdigest()
        assert digest == entry["leaf_hash"]
        found = client.get(
            f"{API}/register/proof/inclusion", {"index": entry["index"], "size": 5}
        ).json()
        assert merkle.verify_inclusion(
            leaf=bytes.fromhex(digest),
            index=entry["index"],
            size=5,
            proof=[bytes.fromhex(step) for step in found["proof"]],
            root=bytes.fromhex(new["root_hash"]),
        )


def test_entries_name_nobody(client, certificate):
    body = client.get(f"{API}/register/entries").content.decode()
    assert certificate.number not in body
    assert "张" not in body
    assert str(certificate.subject_id) not in body


def test_empty_register_has_a_checkpoint(client, db):
    body = client.get(f"{API}/register/checkpoint").json()
    assert (body["size"], body["root_hash"]) == (0, merkle.EMPTY_ROOT.hex())


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("proof/inclusion", {}),
        ("proof/inclusion", {"index": "9"}),
        ("proof/inclusion", {"index": "-1"}),
        ("proof/inclusion", {"index": "1e3"}),
        ("proof/inclusion", {"index": "٣"}),
        ("proof/inclusion", {"index": "9" * 30}),
        ("proof/inclusion", {"index": "0", "size": "2"}),
        ("proof/consistency", {"first": "2", "second": "1"}),
        ("proof/consistency", {"first": "0", "second": "7"}),
        ("entries", {"start": "4", "end": "2"}),
    ],
)
def test_range_that_is_not_there_is_422(client, certificate, address, query):
    publish_checkpoint(now=NOW)
    response = client.get(f"{API}/register/{address}", query)
    assert response.status_code == 422
    assert response.json()["code"] == "bad_range"
