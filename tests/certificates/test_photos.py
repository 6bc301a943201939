"""The holder's photo: handed in, cut to size, named in the payload, printed."""

import io

import pikepdf
import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from certificates.domain.batches import run_batch, submit_completions
from certificates.domain.issuing import (
    attach_pdf,
    issue_certificate,
    issue_for_enrollment,
)
from certificates.domain.photos import choose_photo, current_photo, remove_photo
from certificates.domain.rendering import render_pdf
from certificates.domain.templates import placed_layout
from certificates.errors import IssueRefused, PictureRefused
from certificates.models import (
    Certificate,
    CertificateTemplate,
    HolderPhoto,
    IssueProblem,
)
from lms.audit.models import AuditEvent
from lms.notifications.models import Message
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW, CompletedEnrollmentFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PLACE = {"x": 240, "y": 60, "width": 25}


@pytest.fixture(autouse=True)
def photo_storage(private_files):
    field = HolderPhoto._meta.get_field("file")
    before, field.storage = field.storage, storages["private"]
    yield storages["private"]
    field.storage = before


@pytest.fixture
def with_photo(template):
    layout = placed_layout("zh-hans") | {"photo": PLACE}
    CertificateTemplate.objects.update(layout=layout)
    return CertificateTemplate.objects.get(pk=template.pk)


def jpeg(color=(90, 120, 160), size=(600, 800), **options):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG", **options)
    return out.getvalue()


def images_in(document):
    with pikepdf.open(io.BytesIO(document)) as pdf:
        return [
            (int(image.Width), int(image.Height), str(image.Filter))
            for image in pdf.pages[0].images.values()
        ]


def test_photo_is_printed_and_its_hash_is_in_the_payload(with_photo):
    enrollment = CompletedEnrollmentFactory()
    photo = choose_photo(holder=enrollment.learner, data=jpeg())
    certificate = issue_certificate(enrollment=enrollment, now=NOW)
    assert certificate.facts["photo"] == certificate.photo_sha256 == photo.sha256
    document = render_pdf(payload=certificate.facts)
    assert (500, 700) in [image[:2] for image in images_in(document)]
    assert render_pdf(payload=certificate.facts) == document


def test_a_template_without_place_takes_no_photo(template):
    enrollment = CompletedEnrollmentFactory()
    choose_photo(holder=enrollment.learner, data=jpeg())
    certificate = issue_certificate(enrollment=enrollment, now=NOW)
    assert (certificate.facts["photo"], certificate.photo_sha256) == (None, "")


def test_it_is_upright_cut_to_size_and_tells_nothing_else(db):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "camera of somebody"
    photo = choose_photo(holder=UserFactory(), data=jpeg(size=(900, 600), exif=exif))
    with photo.file.open("rb") as file, Image.open(file) as image:
        assert (image.format, image.size) == ("JPEG", (500, 700))
        assert not image.getexif()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_picture"),
        (b"<svg onload='alert(1)'/>", "not_a_picture"),
        (jpeg()[:300], "not_a_picture"),
        (bytes(5 * 1024 * 1024 + 1), "too_large"),
        (jpeg(size=(199, 300)), "too_small"),
    ],
)
def test_what_is_no_photo_is_refused(db, data, code):
    with pytest.raises(PictureRefused) as refused:
        choose_photo(holder=UserFactory(), data=data)
    assert refused.value.code == code
    assert not HolderPhoto.objects.exists()


def test_nothing_is_issued_without_the_photo_until_it_is_there(with_photo):
    enrollment = CompletedEnrollmentFactory()
    with pytest.raises(IssueRefused) as refused:
        issue_certificate(enrollment=enrollment, now=NOW)
    assert refused.value.code == "no_photo"
    assert issue_for_enrollment(enrollment_id=enrollment.pk, now=NOW) is None
    assert IssueProblem.objects.get().code == "no_photo"


def test_a_batch_names_who_has_no_photo(with_photo):
    with_one, without = CompletedEnrollmentFactory(), CompletedEnrollmentFactory()
    choose_photo(holder=with_one.learner, data=jpeg())
    batch = submit_completions(
        template=with_photo, name="x", by=None,
        enrollment_ids=[with_one.pk, without.pk],
    )  # fmt: skip
    assert run_batch(batch_id=batch.pk)
    rows = batch.rows.order_by("position").values_list("code", "certificate__serial")
    assert list(rows) == [("", 1), ("no_photo", None)]


def test_a_new_photo_leaves_earlier_certificates_alone(
    with_photo, photo_storage, django_capture_on_commit_callbacks
):
    enrollment = CompletedEnrollmentFactory()
    person = enrollment.learner
    first = choose_photo(holder=person, data=jpeg())
    certificate = issue_certificate(enrollment=enrollment, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        second = choose_photo(holder=person, data=jpeg((1, 2, 3)))
        third = choose_photo(holder=person, data=jpeg((3, 2, 1)))
    assert current_photo(holder=person) == third
    assert set(HolderPhoto.objects.all()) == {first, third}
    kept = photo_storage.listdir("certificate-photos")[1]
    assert f"{second.sha256}.jpg" not in kept
    assert len(kept) == 2
    assert attach_pdf(certificate_id=certificate.pk).pdf
    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(holder=person)
    assert list(HolderPhoto.objects.all()) == [first]
    assert current_photo(holder=person) is None
    assert choose_photo(holder=person, data=jpeg()) == first


def test_a_photo_exchanged_in_storage_is_noticed(with_photo):
    enrollment = CompletedEnrollmentFactory()
    choose_photo(holder=enrollment.learner, data=jpeg())
    facts = issue_certificate(enrollment=enrollment, now=NOW).facts
    other = choose_photo(holder=UserFactory(), data=jpeg((1, 2, 3)))
    HolderPhoto.objects.filter(sha256=facts["photo"]).update(file=other.file.name)
    with pytest.raises(PictureRefused) as refused:
        render_pdf(payload=facts)
    assert refused.value.code == "changed"
    HolderPhoto.objects.all().delete()
    with pytest.raises(PictureRefused) as refused:
        render_pdf(payload=facts)
    assert refused.value.code == "missing"


# --- the pages ---


def upload(client, data):
    file = SimpleUploadedFile("me.jpg", data, content_type="image/jpeg")
    return client.post(reverse("certificates:photo"), {"file": file})


def test_handing_in_a_photo_issues_what_waited(with_photo, client):
    enrollment = CompletedEnrollmentFactory()
    issue_for_enrollment(enrollment_id=enrollment.pk, now=NOW)
    client.force_login(enrollment.learner)
    waiting = client.get(reverse("certificates:index")).content.decode()
    assert "有一张证书在等您的照片" in waiting
    assert upload(client, jpeg()).status_code == 302
    certificate = Certificate.objects.get(enrollment=enrollment)
    assert not IssueProblem.objects.exists()
    shown = client.get(reverse("certificates:shown_photo", args=[certificate.number]))
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Cache-Control"] == "private, no-store"
    page = client.get(reverse("certificates:detail", args=[certificate.number]))
    assert shown.request["PATH_INFO"] in page.content.decode()
    event = AuditEvent.objects.get(verb="certificate_photo_changed")
    assert event.data == {"photo": "chosen"}


def test_a_batch_asks_for_the_photo_and_goes_on_once_it_is_there(
    with_photo, client, django_capture_on_commit_callbacks
):
    first, other = CompletedEnrollmentFactory(), CompletedEnrollmentFactory()
    batch = submit_completions(
        template=with_photo, name="高处作业", by=None,
        enrollment_ids=[first.pk, other.pk],
    )  # fmt: skip
    run_batch(batch_id=batch.pk)
    asked = Message.objects.get(recipient=first.learner, kind="certificate_photo")
    assert asked.url == "/learn/certificates/photo/"
    assert "高处作业" in asked.body
    client.force_login(first.learner)
    waiting = client.get(reverse("certificates:index")).content.decode()
    assert "有一张证书在等您的照片" in waiting
    with django_capture_on_commit_callbacks(execute=True):
        assert upload(client, jpeg()).status_code == 302
    rows = batch.rows.order_by("position").values_list("code", "certificate__holder")
    assert list(rows) == [("", first.learner.pk), ("no_photo", None)]
    assert Message.objects.filter(kind="certificate_photo").count() == 2
    waiting = client.get(reverse("certificates:index")).content.decode()
    assert "有一张证书在等您的照片" not in waiting


def test_a_bad_photo_is_refused_on_the_page(client):
    client.force_login(UserFactory())
    refused = upload(client, b"no picture")
    assert refused.status_code == 422
    assert "PNG" in refused.content.decode()
    assert not HolderPhoto.objects.exists()


def test_removing_takes_the_photo_back(client):
    person = UserFactory()
    client.force_login(person)
    address = reverse("certificates:photo_file")
    assert client.get(address).status_code == 404
    upload(client, jpeg())
    assert client.get(address).status_code == 200
    assert (
        client.post(reverse("certificates:photo"), {"remove": "1"}).status_code == 302
    )
    assert client.get(address).status_code == 404


def test_a_photo_is_shown_to_who_may_see_the_certificate(with_photo, client):
    enrollment = CompletedEnrollmentFactory()
    choose_photo(holder=enrollment.learner, data=jpeg())
    certificate = issue_certificate(enrollment=enrollment, now=NOW)
    address = reverse("certificates:shown_photo", args=[certificate.number])
    assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
    client.force_login(SuperuserFactory())
    assert client.get(address).status_code == 200
