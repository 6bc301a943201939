"""Open Badges 3.0, judged by an independent library where it is installed."""

import json

import pytest
from freezegun import freeze_time
from joserfc import jwt
from joserfc.jwk import KeySet

from certificates.domain.badges import (
    LIST_BITS,
    build_badge,
    build_status_list,
    did_document,
    issuer_did,
    status_entry,
)
from certificates.domain.issuing import reissue_certificate
from certificates.domain.keys import withdraw_key
from certificates.domain.revoking import revoke_certificate
from certificates.enums import RevocationReason
from certificates.models import Certificate
from lms.core import signing
from lms.core.signing import signing_key
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# Made before the clock is stopped: cryptography would keep the stopped class for good.
NEW_PEM = signing.generate_pem(common_name="new")


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://anxue.example.com"
    with freeze_time(NOW.replace(hour=5)):
        yield


def revoke(certificate):
    revoke_certificate(
        certificate=certificate,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )


def claims_of(token):
    """Read a token with the keys of the DID document, by another JOSE library."""
    methods = did_document()["verificationMethod"]
    keys = [method["publicKeyJwk"] | {"kid": method["id"]} for method in methods]
    key_set = KeySet.import_key_set({"keys": keys})
    return jwt.decode(token, key_set, algorithms=["ES256"]).claims


def test_badge_says_what_the_certificate_says(certificate):
    claims = claims_of(build_badge(certificate))
    subject = claims["credentialSubject"]
    assert claims["issuer"]["id"] == claims["iss"] == "did:web:anxue.example.com"
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["id"] == f"https://anxue.example.com/verify/{certificate.number}/"
    assert subject["identifier"][0]["identityHash"] == "张伟"
    assert subject["achievement"]["name"] == "十分钟安全入门"
    assert claims["validFrom"] == "2026-11-23T02:00:00Z"
    assert "validUntil" not in claims


def test_port_of_a_local_site_is_encoded(settings):
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert issuer_did() == "did:web:127.0.0.1%3A8000"


def test_certificate_far_down_the_register_has_its_bit_in_a_later_list(certificate):
    Certificate.objects.update(register_index=LIST_BITS + 5)
    certificate.refresh_from_db()
    entry = status_entry(certificate)
    assert entry["statusListCredential"].endswith("/credential-status/1")
    assert entry["statusListIndex"] == "5"


def test_did_document_loses_a_withdrawn_key(certificate, settings, tmp_path):
    old = signing_key()
    file = tmp_path / "new.pem"
    file.write_bytes(NEW_PEM)
    settings.SIGNING_KEY_FILE = str(file)
    claims_of(build_badge(certificate))
    assert len(did_document()["verificationMethod"]) == 2
    withdraw_key(kid=old.kid, lost_at=NOW, now=NOW)
    ids = [method["id"] for method in did_document()["verificationMethod"]]
    assert ids == [f"{issuer_did()}#{signing_key().kid}"]


def test_addresses_are_public_and_the_badge_is_the_holders(client, certificate):
    document = client.get("/.well-known/did.json")
    assert document.json() == did_document()
    listing = client.get("/.well-known/credential-status/0")
    assert listing["Content-Type"] == "application/vc+jwt"
    assert client.get("/.well-known/credential-status/1").status_code == 404
    address = f"/learn/certificates/{certificate.number}/badge.jwt"
    assert client.get(address).status_code == 302
    client.force_login(SuperuserFactory())
    assert client.get(address).status_code == 404
    client.force_login(certificate.holder)
    assert claims_of(client.get(address).content.decode())["iss"] == issuer_did()


# --- the independent library ---


@pytest.fixture
def judge(client):
    """Let openbadgeslib judge a token; it fetches everything from this site."""
    ob3 = pytest.importorskip("openbadgeslib.ob3.verifier")

    def download(url):
        assert url.startswith("https://anxue.example.com/")
        return client.get(url.removeprefix("https://anxue.example.com")).content

    def do(token, **options):
        verifier = ob3.OB3Verifier.for_issuer_did(issuer_did(), download=download)
        return verifier.verify(token, check_status=True, download=download)

    do.error = ob3.OB3VerificationError
    return do


def test_library_accepts_the_badge_with_its_status(judge, certificate):
    credential = judge(build_badge(certificate))
    assert credential.achievement.name == "十分钟安全入门"
    assert credential.issuer.id == issuer_did()


def test_library_refuses_a_revoked_and_a_replaced_one(judge, issue):
    revoked, replaced = issue(), issue()
    tokens = [build_badge(revoked), build_badge(replaced)]
    revoke(revoked)
    new = reissue_certificate(certificate=replaced, by=UserFactory(), now=NOW)
    for token in tokens:
        with pytest.raises(judge.error, match="revocation"):
            judge(token)
    judge(build_badge(new))


def test_library_refuses_an_edited_badge(judge, certificate):
    head, body, tail = build_badge(certificate).split(".")
    claims = json.loads(signing.decode_segment(body))
    claims["credentialSubject"]["achievement"]["name"] = "危险化学品"
    body = signing.encode_segment(json.dumps(claims).encode())
    with pytest.raises(judge.error, match="signature"):
        judge(f"{head}.{body}.{tail}")


def test_library_accepts_badges_across_a_rotation(
    judge, certificate, settings, tmp_path
):
    before = build_badge(certificate)
    file = tmp_path / "new.pem"
    file.write_bytes(NEW_PEM)
    settings.SIGNING_KEY_FILE = str(file)
    after = build_badge(certificate)
    judge(after)
    # The list is signed by the new key now; the badge by the old one still reads.
    assert claims_of(before)["id"] == claims_of(after)["id"]


def test_old_status_list_ends_after_a_day(judge, certificate):
    stale = build_status_list(number=0, now=NOW.replace(day=21))
    assert claims_of(stale)["validUntil"] == "2026-11-22T02:00:00Z"
