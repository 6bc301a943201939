"""Pages: the public check, the certificate as a page, the register in the admin."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.domain.issuing import issue_certificate
from certificates.domain.revoking import revoke_certificate
from certificates.enums import CertificateState, RevocationReason
from certificates.limits import VerifyThrottle
from certificates.models import Certificate
from lms.audit.models import AuditEvent
from lms.core.signing import signing_key
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW, CompletedEnrollmentFactory
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def text_of(response):
    return response.content.decode()


@pytest.fixture
def strict_limit(monkeypatch):
    monkeypatch.setattr(VerifyThrottle, "THROTTLE_RATES", {"verify": "3/min"})


# --- the public check ---


def test_form_sends_a_number_to_its_own_address(client, certificate):
    typed = certificate.number.lower().replace("-", " - ")
    response = client.post("/verify/", {"number": typed})
    assert response.status_code == 302
    assert response.url == f"/verify/{certificate.number}/"


def test_verdict_page_says_valid_and_masks_the_holder(client, certificate):
    response = client.get(f"/verify/{certificate.number}/")
    page = text_of(response)
    assert response.status_code == 200
    assert "verdict--success" in page
    assert "张*" in page
    assert "张伟" not in page
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.cookies


def test_verdict_page_in_english(client, certificate):
    page = text_of(client.get(f"/en/verify/{certificate.number}/"))
    assert "Valid" in page
    assert "The append-only register holds it; the entry is unchanged." in page


@pytest.mark.parametrize(
    "number", ["AX-2026-000001-00000000", "nonsense", "<script>", "A" * 300]
)
def test_unknown_number_is_a_clear_404_with_the_form(client, certificate, number):
    response = client.get(reverse("certificates:verdict", args=[number]))
    page = text_of(response)
    assert response.status_code == 404
    assert 'name="number"' in page
    assert "verdict--danger" in page
    assert "<script>alert" not in page


def test_wrong_name_and_unknown_number_give_the_same_page(client, certificate):
    def ask(number):
        data = {"number": number, "name": "李四"}
        response = client.post("/verify/", data)
        return response.status_code, text_of(response).replace(number, "")

    assert ask(certificate.number) == ask("AX-2026-000088-00000000")


def test_right_name_is_confirmed(client, certificate):
    data = {"number": certificate.number, "name": "张伟"}
    response = client.post("/verify/", data)
    assert response.status_code == 200
    assert "verdict--success" in text_of(response)


def test_what_is_no_number_is_explained_at_the_field(client, db):
    response = client.post("/verify/", {"number": "2026"})
    assert response.status_code == 422
    assert "field--error" in text_of(response)


def test_only_a_valid_certificate_is_printed_without_its_verdict(client, certificate):
    client.force_login(certificate.holder)
    address = f"/learn/certificates/{certificate.number}/"
    assert '<div class="no-print">' in text_of(client.get(address))

    revoke_certificate(
        certificate=certificate,
        by=SuperuserFactory(),
        reason=RevocationReason.ISSUED_IN_ERROR,
        now=NOW,
    )

    page = text_of(client.get(address))
    assert "verdict--danger" in page
    assert '<div class="no-print">' not in page


def test_a_check_says_when_it_was_made(client, certificate):
    assert "核验时间：" in text_of(client.get(f"/verify/{certificate.number}/"))


def test_revoked_certificate_is_shown_as_such(client, certificate):
    revoke_certificate(
        certificate=certificate,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )
    page = text_of(client.get(f"/verify/{certificate.number}/"))
    assert "verdict--danger" in page
    assert "verdict--success" not in page


def test_unknown_speaks_of_what_was_handed_in(client, certificate):
    asked = {"number": certificate.number, "name": "王五"}
    assert "或者姓名与编号不符" in text_of(client.post("/verify/", asked))
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(out := io.BytesIO())
    canvas.drawString(100, 700, "Delivery note")
    canvas.save()
    page = text_of(upload(client, out.getvalue()))
    assert "文件里没有本平台签发的证书编号" in page


def test_scanned_code_is_answered_with_a_fragment(client, certificate):
    response = client.post("/verify/", {"token": certificate.facts["token"]})
    page = text_of(response)
    assert response.status_code == 200
    assert "verdict--success" in page
    assert "<html" not in page
    assert client.post("/verify/", {"token": "x.y.z"}).status_code == 404


def upload(client, data):
    file = SimpleUploadedFile("a.pdf", data, "application/pdf")
    return client.post("/verify/file/", {"file": file})


def test_dropped_document_is_judged(client, certificate):
    with certificate.pdf.open("rb") as file:
        document = file.read()
    assert "verdict--success" in text_of(upload(client, document))
    page = text_of(upload(client, document + b"\n"))
    assert "verdict--danger" in page


def test_upload_without_a_file_is_explained(client, db):
    response = client.post("/verify/file/", {})
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert client.get("/verify/file/").url == "/verify/"


def test_huge_upload_is_refused_before_it_is_read(client, db):
    class Untouched(io.RawIOBase):
        def read(self, *args):
            raise AssertionError("the body was read")

    response = client.generic(
        "POST",
        "/verify/file/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
        **{"wsgi.input": Untouched()},
    )
    assert response.status_code == 200
    assert "verdict--signal" in text_of(response)


def test_checks_are_limited_for_each_address(client, certificate, strict_limit):
    address = f"/verify/{certificate.number}/"
    answers = [client.get(address).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    elsewhere = client.get(address, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_pages_without_a_check_are_not_limited(client, db, strict_limit):
    assert {client.get("/verify/").status_code for _ in range(5)} == {200}


def test_keys_are_published(client, db):
    response = client.get("/.well-known/jwks.json")
    keys = response.json()["keys"]
    assert [key["kid"] for key in keys] == [signing_key().kid]
    assert keys[0]["kty"] == "EC"
    assert "d" not in keys[0]
    assert response["Access-Control-Allow-Origin"] == "*"


# --- the certificate as a page ---


@pytest.fixture
def world(issue):
    """One certificate of an organization, and everyone who may or may not see it."""
    organization = OrganizationFactory(region="329901")
    member = MembershipFactory(organization=organization, user__display_name="张伟")
    certificate = issue(learner=member.user, organization_id=organization.pk)
    people = {
        "holder": member.user,
        "administrator": AdministratorFactory(organization=organization).user,
        "regulator": RegulatorFactory(region_prefix="3299").user,
        "platform": SuperuserFactory(),
        "colleague": MembershipFactory(organization=organization).user,
        "other_administrator": AdministratorFactory(
            organization=OrganizationFactory(region="110101")
        ).user,
        "other_regulator": RegulatorFactory(region_prefix="1101").user,
        "stranger": UserFactory(),
    }
    return certificate, people


KINDS = ["", "certificate.pdf", "certificate.png"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["holder", "administrator", "regulator", "platform"])
def test_certificate_opens_for_those_concerned(client, world, role, kind):
    certificate, people = world
    client.force_login(people[role])
    response = client.get(f"/learn/certificates/{certificate.number}/{kind}")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "role", ["colleague", "other_administrator", "other_regulator", "stranger"]
)
def test_certificate_is_not_there_for_others(client, world, role, kind):
    certificate, people = world
    client.force_login(people[role])
    response = client.get(f"/learn/certificates/{certificate.number}/{kind}")
    assert response.status_code == 404
    assert "张伟" not in text_of(response)


@pytest.mark.parametrize("kind", KINDS)
def test_visitor_is_asked_to_sign_in(client, world, kind):
    certificate, _ = world
    response = client.get(f"/learn/certificates/{certificate.number}/{kind}")
    assert response.status_code == 302
    assert "/login/" in response.url


def test_look_of_someone_else_is_recorded_the_holders_is_not(client, world):
    certificate, people = world
    client.force_login(people["holder"])
    client.get(f"/learn/certificates/{certificate.number}/")
    assert not AuditEvent.objects.filter(verb="certificate_viewed").exists()
    client.force_login(people["regulator"])
    client.get(f"/learn/certificates/{certificate.number}/")
    event = AuditEvent.objects.get(verb="certificate_viewed")
    assert event.actor_subject_id == people["regulator"].subject_id
    assert event.object_id == certificate.number


def test_page_shows_the_frozen_facts_whatever_changed_since(client, world):
    certificate, people = world
    holder = people["holder"]
    holder.display_name = "张新名"
    holder.save()
    client.force_login(holder)
    page = text_of(client.get(f"/learn/certificates/{certificate.number}/"))
    assert "张伟" in page
    assert "十分钟安全入门" in page
    assert "<svg" in page
    assert 'style="' not in page


def test_document_is_sent_as_stored(client, world):
    certificate, people = world
    client.force_login(people["holder"])
    address = f"/learn/certificates/{certificate.number}/certificate.pdf"
    response = client.get(address + "?download")
    with certificate.pdf.open("rb") as file:
        assert b"".join(response.streaming_content) == file.read()
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    disposition = response["Content-Disposition"]
    assert disposition == f'attachment; filename="{certificate.number}.pdf"'


def test_document_that_is_not_ready_says_so(client, issue):
    certificate = issue(document=False)
    client.force_login(certificate.holder)
    page = client.get(f"/learn/certificates/{certificate.number}/")
    assert "certificate.pdf" not in text_of(page)
    address = f"/learn/certificates/{certificate.number}/certificate.pdf"
    assert client.get(address).status_code == 409


def test_list_shows_own_certificates_without_the_replaced(client, issue):
    mine = issue(document=False)
    other = issue(document=False)
    old = issue(document=False, learner=mine.holder)
    Certificate.objects.filter(pk=old.pk).update(state=CertificateState.SUPERSEDED)
    client.force_login(mine.holder)
    page = text_of(client.get("/learn/certificates/"))
    assert mine.number in page
    assert other.number not in page
    assert old.number not in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_one_row_and_three(
    client, template, count, django_assert_num_queries, django_assert_max_num_queries
):
    learner = UserFactory()
    for _ in range(count):
        enrollment = CompletedEnrollmentFactory(learner=learner)
        issue_certificate(enrollment=enrollment, now=NOW)
    client.force_login(learner)
    client.get("/learn/certificates/")
    with django_assert_max_num_queries(12) as counted:
        client.get("/learn/certificates/")
    seen = LIST_QUERIES.setdefault("list", len(counted))
    assert len(counted) == seen


LIST_QUERIES: dict[str, int] = {}


def test_pages_stay_under_their_query_ceilings(
    client, world, django_assert_max_num_queries
):
    certificate, people = world
    with django_assert_max_num_queries(8):
        client.get(f"/verify/{certificate.number}/")
    client.force_login(people["holder"])
    with django_assert_max_num_queries(20):
        client.get(f"/learn/certificates/{certificate.number}/")


def test_empty_list_says_how_to_get_one(client, db):
    client.force_login(UserFactory())
    assert "empty" in text_of(client.get("/learn/certificates/"))


# --- the admin ---


def test_staff_find_and_revoke_a_certificate(client, certificate):
    staff = SuperuserFactory()
    client.force_login(staff)
    listing = text_of(client.get("/admin/certificates/", {"q": certificate.number}))
    assert certificate.number in listing
    address = f"/admin/certificates/{certificate.number}/"
    assert "张伟" in text_of(client.get(address))
    response = client.post(address, {"reason": "issued_in_error", "note": "重名"})
    assert response.status_code == 302
    certificate.refresh_from_db()
    assert certificate.revocation.revoked_by == staff
    assert "重名" in text_of(client.get(address))


def test_revoking_needs_a_reason_that_somebody_chose(client, certificate):
    client.force_login(SuperuserFactory())
    address = f"/admin/certificates/{certificate.number}/"
    assert '<option value="" selected>' in text_of(client.get(address))
    client.post(address, {"reason": "", "note": ""})
    certificate.refresh_from_db()
    assert certificate.state == "issued"


@pytest.mark.parametrize("person", ["holder", "stranger"])
def test_others_do_not_get_into_the_register(client, certificate, person):
    user = certificate.holder if person == "holder" else UserFactory()
    client.force_login(user)
    for address in (
        "/admin/certificates/",
        f"/admin/certificates/{certificate.number}/",
    ):
        response = client.post(address, {"reason": "other"})
        assert response.status_code in (302, 403)
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.ISSUED
