"""The regulator's one field: number, name, scanned code, document."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.domain.issuing import attach_pdf, issue_certificate
from certificates.domain.verification import MAX_PDF_BYTES
from certificates.models import BulkCheck
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.portal.domain.look_ups import Meaning, read_meaning
from tests.factories.accounts import UserFactory
from tests.factories.certificates import (
    NOW,
    CompletedEnrollmentFactory,
    TemplateFactory,
)
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NUMBER = "AX-2026-000001-7K3QF2MA"
TOKEN = "eyJhbGciOiJF.eyJuIjoiQVgi.c2lnbmF0dXJl"


@pytest.fixture
def certificate():
    TemplateFactory()
    member = MembershipFactory(
        user=UserFactory(display_name="张伟"),
        organization=OrganizationFactory(region="329901"),
    )
    enrollment = CompletedEnrollmentFactory(
        learner=member.user,
        membership=member,
        organization_id=member.organization_id,
    )
    return issue_certificate(enrollment=enrollment, now=NOW)


@pytest.fixture
def desk(client):
    client.force_login(RegulatorFactory().user)

    def ask(**data):
        return client.post("/regulator/", data)

    return ask


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (NUMBER, Meaning(number=NUMBER)),
        (f" {NUMBER.lower()} ", Meaning(number=NUMBER.lower())),
        (f"{NUMBER} 张 伟", Meaning(number=NUMBER, name="张 伟")),
        (f"https://example.org/en/verify/{NUMBER}/", Meaning(number=NUMBER)),
        (f"https://example.org/verify/#t={TOKEN}", Meaning(token=TOKEN)),
        ("https://example.org/verify/#t=broken", Meaning(token="broken")),
        (TOKEN, Meaning(token=TOKEN)),
        ("张伟", Meaning(holder="张伟")),
        ("John Smith", Meaning(holder="John Smith")),
        ("AX-2026-1", Meaning(number="AX-2026-1")),
    ],
)
def test_what_was_typed_is_understood(text, meaning):
    assert read_meaning(text) == meaning


def test_number_code_and_address_lead_to_the_same_verdict(desk, certificate):
    token = certificate.facts["token"]
    for text in [
        certificate.number,
        f"{certificate.number} 张伟",
        f"https://example.org/verify/#t={token}",
        token,
        f"https://example.org/verify/{certificate.number}/",
    ]:
        response = desk(number=text)
        assert response.context["report"]["verdict"] == "valid"
    wrong = desk(number=f"{certificate.number} 王五")
    assert wrong.context["report"]["verdict"] == "unknown"
    events = AuditEvent.objects.filter(verb=Verb.CERTIFICATE_CHECKED)
    assert events.filter(object_id=certificate.number).count() == 6
    assert events.filter(organization_id=certificate.organization_id).count() == 5


def test_document_is_judged_by_its_bytes(desk, certificate, settings, tmp_path):
    data = b"%PDF-1.7 not one of ours"
    foreign = desk(file=SimpleUploadedFile("x.pdf", data, "application/pdf"))
    assert foreign.context["report"]["verdict"] in {"unknown", "undecided"}
    large = SimpleUploadedFile("x.pdf", b"%PDF-" + bytes(MAX_PDF_BYTES))
    assert desk(file=large).context["report"]["verdict"] == "undecided"
    letter = desk(file=SimpleUploadedFile("x.pdf", b"hello"))
    assert letter.context["report"]["verdict"] == "undecided"


@pytest.mark.slow
def test_document_that_was_issued_is_valid(desk, certificate):
    issued = attach_pdf(certificate_id=certificate.pk)
    with issued.pdf.open("rb") as pdf:
        data = pdf.read()

    response = desk(file=SimpleUploadedFile("certificate.pdf", data))

    assert response.context["report"]["verdict"] == "valid"


def test_full_name_finds_the_certificates_of_my_region_only(desk, certificate):
    found = desk(number="张伟").context["answer"].found

    assert [line.number for line in found] == [certificate.number]
    assert desk(number="张").context["answer"].found == []
    assert desk(number="%").context["answer"].found == []
    event = AuditEvent.objects.filter(verb=Verb.HOLDER_SEARCHED).earliest("pk")
    assert event.data == {"found": 1}


def test_regulator_of_another_region_finds_nobody(client, certificate):
    client.force_login(RegulatorFactory(region_prefix="1101").user)

    response = client.post("/regulator/", {"number": "张伟"})

    assert response.context["answer"].found == []
    assert certificate.number not in response.text


def test_regulator_who_also_administers_elsewhere_searches_the_region_only(
    client, certificate
):
    regulator = RegulatorFactory(region_prefix="1101")
    organization = certificate.enrollment.membership.organization
    AdministratorFactory(user=regulator.user, organization=organization)
    client.force_login(regulator.user)

    response = client.post("/regulator/", {"number": "张伟"})

    assert response.context["answer"].found == []


@pytest.mark.parametrize("data", [{}, {"number": " "}, {"number": "A" * 3000}])
def test_question_without_sense_is_refused_beside_the_field(desk, data):
    response = desk(**data)

    assert response.status_code == 422
    assert "number" in response.context["form"].errors


def test_region_is_exported_with_its_search(client):
    inside = OrganizationFactory(region="329901", name="=江海机械")
    OrganizationFactory(region="110105", name="外省公司")
    OrganizationFactory(region="329901", name="海晏化工")
    client.force_login(RegulatorFactory().user)

    csv = client.get("/regulator/export.csv?q=江海").getvalue().decode("utf-8-sig")

    lines = csv.splitlines()
    assert len(lines) == 2
    assert lines[1] == f"'=江海机械,{inside.code},0,0,0,0"
    assert client.get("/regulator/export.exe").status_code == 404
    client.force_login(UserFactory())
    assert client.get("/regulator/export.csv").status_code == 403


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["A", "B", "C"]),
        ("name", ["A", "B", "C"]),
        ("-name", ["C", "B", "A"]),
        ("people", ["C", "A", "B"]),
        ("-people", ["B", "A", "C"]),
        ("nonsense", ["A", "B", "C"]),
    ],
)
def test_region_is_sorted_by_figures_on_the_page_and_in_the_file(client, sort, names):
    for name, people in (("A", 1), ("B", 2), ("C", 0)):
        house = OrganizationFactory(region="329901", name=name)
        MembershipFactory.create_batch(people, organization=house)
    client.force_login(RegulatorFactory().user)

    page = client.get("/regulator/", {"sort": sort})
    csv = client.get("/regulator/export.csv", {"sort": sort})

    assert [row.name for row in page.context["page_obj"]] == names
    lines = csv.getvalue().decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == names


def test_a_long_check_tells_how_far_it_is_and_loads_the_page_when_done(client):
    regulator = RegulatorFactory().user
    client.force_login(regulator)
    check = BulkCheck.objects.create(
        created_by=regulator,
        filename="list.csv",
        kind="sheet",
        state="running",
        total=9,
        done=4,
    )
    url = reverse("portal:bulk_check", args=[check.public_id])

    page = client.get(url).text
    part = client.get(url, headers={"HX-Request": "true"})
    assert 'http-equiv="refresh"' not in page
    assert f'hx-get="{url}"' in page
    assert 'value="4" max="9"' in part.text
    assert "<html" not in part.text

    BulkCheck.objects.update(state="done")
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
