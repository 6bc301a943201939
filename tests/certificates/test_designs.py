"""Templates: versions, the designer, what a layout may say, and its pictures."""

import io

import pypdf
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from PIL import Image

from certificates.domain.issuing import pick_template
from certificates.domain.pictures import add_picture, picture_bytes
from certificates.domain.rendering import render_pdf
from certificates.domain.samples import SAMPLES, sample_payload
from certificates.domain.templates import placed_layout, save_version
from certificates.errors import PictureRefused, TemplateRefused
from certificates.models import CertificateTemplate, TemplatePicture
from certificates.validators import PAGES, validate_layout
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import CompletedEnrollmentFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ISSUER = {"code": "AX", "name": "安学", "name_en": "Anxue"}


def picture(color=(200, 30, 30, 120), size=(40, 40), kind="PNG"):
    out = io.BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, color[: len(mode)]).save(out, kind)
    return out.getvalue()


@pytest.fixture(autouse=True)
def picture_storage(private_files):
    from django.core.files.storage import storages

    field = TemplatePicture._meta.get_field("file")
    before, field.storage = field.storage, storages["private"]
    picture_bytes.cache_clear()
    yield
    field.storage = before


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("page", PAGES)
def test_samples_are_printed_whole_and_always_the_same(language, sample, page):
    layout = placed_layout(language) | {"page": "A4"}
    if page != "A4":
        layout = {**layout, "page": page, "orientation": "landscape"}
        layout["fields"] = [
            part | {"x": 10, "y": min(part["y"], 130), "width": 120}
            for part in layout["fields"]
        ]
        layout["qr"] = {"x": 5, "y": 100, "size": 30}
    validate_layout(layout)
    facts = sample_payload(
        layout=layout, issuer=ISSUER, language=language, sample=sample
    )
    document = render_pdf(payload=facts)
    assert document == render_pdf(payload=facts)
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    text = squeezed("".join(page.extract_text() for page in pages))
    for printed in (facts["holder"]["name"], facts["title"]["text"], facts["number"]):
        assert squeezed(printed) in text
    assert (len(pages) > 1) == (sample == "record")
    if sample == "record":
        for row in facts["hours"]:
            assert squeezed(row["label"]) in text


def test_picture_is_stored_once_clean_and_found_by_its_hash():
    first = add_picture(data=picture(), name="Seal")
    again = add_picture(data=picture(), name="The same")
    assert first == again
    assert picture_bytes(first.sha256)[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_picture"),
        (b"<svg onload='alert(1)'/>", "not_a_picture"),
        (b"GIF89a" + bytes(40), "not_a_picture"),
        (picture()[:40], "not_a_picture"),
        (bytes(3 * 1024 * 1024 + 1), "too_large"),
        (picture(size=(4000, 3001), kind="JPEG"), "too_large"),
    ],
)
def test_anything_else_than_a_small_picture_is_refused(data, code):
    with pytest.raises(PictureRefused) as refused:
        add_picture(data=data, name="x")
    assert refused.value.code == code
    assert not TemplatePicture.objects.exists()


def test_picture_exchanged_in_storage_is_noticed():
    stored = add_picture(data=picture(), name="Seal")
    other = add_picture(data=picture((0, 0, 255, 255)), name="Other")
    TemplatePicture.objects.filter(pk=stored.pk).update(file=other.file.name)
    with pytest.raises(PictureRefused) as refused:
        picture_bytes(stored.sha256)
    assert refused.value.code == "changed"


def test_seal_and_background_are_printed(template):
    seal = add_picture(data=picture(), name="Seal")
    layout = placed_layout("zh-hans") | {
        "background": seal.sha256,
        "pictures": [
            {"sha256": seal.sha256, "x": 200, "y": 140, "width": 30, "height": 30}
        ],
    }
    saved = save_version(
        template=template, layout=layout, validity_months=None, by=SuperuserFactory()
    )
    facts = sample_payload(
        layout=saved.layout, issuer=ISSUER, language="zh-hans", sample="short"
    )
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(payload=facts)))
    assert len(reader.pages[0].images) >= 1


def test_saving_writes_the_next_version_and_retires_the_one_before(template):
    by = SuperuserFactory()
    saved = save_version(
        template=template, layout=placed_layout("zh-hans"), validity_months=36, by=by
    )
    template.refresh_from_db()
    assert (saved.version, saved.is_active, template.is_active) == (2, True, False)
    assert template.layout["version"] == 1
    same = save_version(template=saved, layout=saved.layout, validity_months=36, by=by)
    assert same == saved


def test_second_editor_does_not_overwrite_the_first(template):
    by = SuperuserFactory()
    layout = placed_layout("zh-hans")
    save_version(template=template, layout=layout, validity_months=None, by=by)
    with pytest.raises(TemplateRefused) as refused:
        save_version(template=template, layout=layout, validity_months=12, by=by)
    assert refused.value.code == "changed_meanwhile"
    assert CertificateTemplate.objects.count() == 2


def broken(**changes):
    return placed_layout("zh-hans") | changes


@pytest.mark.parametrize(
    ("layout", "named"),
    [
        (broken(version=3), "1"),
        (broken(page="A0"), "A4"),
        (broken(strange=1), "strange"),
        (broken(background="x"), "background"),
        (broken(qr=None), "二维码"),
        (broken(qr={"x": 280, "y": 0, "size": 40}), "qr"),
        (broken(qr={"x": 0, "y": 0, "size": 10}), "22"),
        (broken(qr={"x": 0.5, "y": 0, "size": 30}), "qr"),
        (broken(fields=[]), "holder"),
        (broken(fields=[{"name": "identity"}]), "identity"),
        (broken(fields="x"), "fields"),
        (broken(pictures=[{"sha256": "0" * 64}]), "pictures"),
    ],
)
def test_layout_names_what_is_wrong_with_it(layout, named):
    with pytest.raises(ValidationError) as refused:
        validate_layout(layout)
    assert named in " ".join(refused.value.messages)


# --- the pages ---


@pytest.fixture
def designer(client):
    user = SuperuserFactory()
    client.force_login(user)
    return client


def posted(layout, **changes):
    data = {
        "page-page": layout["page"],
        "page-orientation": layout["orientation"],
        "page-qr_x": layout["qr"]["x"],
        "page-qr_y": layout["qr"]["y"],
        "page-qr_size": layout["qr"]["size"],
        "fields-TOTAL_FORMS": len(layout["fields"]),
        "fields-INITIAL_FORMS": 0,
        "pictures-TOTAL_FORMS": 0,
        "pictures-INITIAL_FORMS": 0,
    }
    for place, part in enumerate(layout["fields"]):
        for name, value in part.items():
            if name != "bold":
                data[f"fields-{place}-{name}"] = value
    return data | changes


def test_designer_opens_a_flowing_template_as_a_placed_one(designer, template):
    page = designer.get(reverse("certificates_office:template", args=[template.pk]))
    assert page.status_code == 200
    assert "安全生产培训结业证明" in page.content.decode()


def test_preview_draws_without_saving(designer, template):
    address = reverse("certificates_office:preview", args=[template.pk])
    answer = designer.post(address, posted(placed_layout("zh-hans"), sample="rare"))
    assert answer.status_code == 200
    assert (answer.json()["width"], answer.json()["height"]) == (297, 210)
    assert CertificateTemplate.objects.count() == 1
    as_pdf = designer.post(address, posted(placed_layout("zh-hans"), **{"as": "pdf"}))
    assert as_pdf.content.startswith(b"%PDF")


def test_preview_shows_the_pages_of_the_study_record(designer, template):
    address = reverse("certificates_office:preview", args=[template.pk])
    data = posted(placed_layout("zh-hans"))
    one = designer.post(address, data | {"sample": "short"}).json()
    several = designer.post(address, data | {"sample": "record"}).json()
    assert one["more"] == []
    assert len(several["more"]) >= 2


def test_preview_says_what_is_wrong(designer, template):
    address = reverse("certificates_office:preview", args=[template.pk])
    wrong = {"page-qr_size": 10}
    answer = designer.post(address, posted(placed_layout("zh-hans"), **wrong))
    assert answer.status_code == 422
    assert "22" in answer.json()["error"]
    unprintable = {"fields-1-text": "𡘙"}
    answer = designer.post(address, posted(placed_layout("zh-hans"), **unprintable))
    assert "U+21619" in answer.json()["error"]


def test_saving_in_the_designer_makes_version_two(designer, template):
    address = reverse("certificates_office:template", args=[template.pk])
    answer = designer.post(address, posted(placed_layout("zh-hans")))
    assert answer.status_code == 302
    assert CertificateTemplate.objects.get(version=2).is_active


def test_words_of_the_designer_are_those_of_a_page(designer, template):
    page = designer.get(reverse("certificates_office:template", args=[template.pk]))
    text = page.content.decode()
    assert '<option value="right">右</option>' in text
    assert "签发日期" in text
    assert "发布日期" not in text
    assert "简体中文, v1" in text
    assert "留空表示长期有效" in text


def test_copy_is_a_template_of_its_own_and_courses_keep_theirs(designer, template):
    address = reverse("certificates_office:template_copy", args=[template.pk])
    answer = designer.post(address, {"copy-name": "现场培训证明"})
    new = CertificateTemplate.objects.get(name="现场培训证明")
    assert answer.url == reverse("certificates_office:template", args=[new.pk])
    assert (new.version, new.layout) == (1, template.layout)
    save_version(
        template=new, layout=placed_layout("zh-hans"), validity_months=None,
        by=UserFactory(),
    )  # fmt: skip
    assert pick_template(enrollment=CompletedEnrollmentFactory()) == template


@pytest.mark.parametrize("name", ["", "培训结业证明"])
def test_copy_needs_a_name_of_its_own(designer, template, name):
    address = reverse("certificates_office:template_copy", args=[template.pk])
    answer = designer.post(address, {"copy-name": name}, follow=True)
    assert CertificateTemplate.objects.count() == 1
    assert ("已有同名模板" if name else "请填写新模板名称") in answer.content.decode()


def test_others_make_no_copy(client, template):
    client.force_login(UserFactory())
    address = reverse("certificates_office:template_copy", args=[template.pk])
    assert client.post(address, {"copy-name": "新"}).status_code in (302, 403)
    assert CertificateTemplate.objects.count() == 1


@pytest.mark.parametrize("name", ["templates", "batches", "completions", "training"])
def test_others_do_not_get_in(client, template, name):
    client.force_login(UserFactory())
    answer = client.get(reverse(f"certificates_office:{name}"))
    assert answer.status_code in (302, 403)
