"""The document: deterministic, all fonts inside, signed, its payload attached."""

import io
import shutil
import subprocess

import pikepdf
import pypdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.domain.canonical import canonical_json
from certificates.domain.fonts import (
    REGULAR,
    link_of,
    missing_characters,
    split_runs,
)
from certificates.domain.rendering import ATTACHMENT, render_pdf, render_png, sign_pdf
from certificates.domain.templates import LAYOUTS
from certificates.errors import GlyphMissing
from lms.core.signing import sign_compact, signing_key

pytestmark = pytest.mark.unit

LONG = {
    "holder": {"name": "阿卜杜热合曼·买买提吐尔逊·艾克拜尔江", "masked": "阿***"},
    "title": {
        "text": "金属冶炼企业主要负责人和安全生产管理人员初次安全培训（含有限空间作业、"
        "动火作业、高处作业及应急处置专题）二〇二六年度第三期",
        "other": "Initial work-safety training for principals and safety managers of "
        "metal-smelting enterprises, including confined-space and hot-work modules",
    },
    "hours": [
        {"label": "总学时", "label_en": "Total", "seconds": 1, "hours": "48.0"},
        {"label": "理论学时", "label_en": "Theory", "seconds": 1, "hours": "36.5"},
        {"label": "实操学时", "label_en": "Practice", "seconds": 1, "hours": "11.5"},
    ],
    "organization": "江海市高新技术产业开发区精密装备制造与金属表面处理联合有限责任公司"
    "第二分公司",
    "valid_until": "2029-11-22",
}


def payload(language="zh-hans", orientation="landscape", **changes):
    value = {
        "type": "anxue-certificate",
        "v": 1,
        "number": "AX-2026-000001-7K3QF2M0",
        "language": language,
        "issuer": {"code": "AX", "name": "安学安全生产培训平台", "name_en": "Anxue"},
        "holder": {"name": "张伟", "masked": "张*"},
        "title": {"text": "十分钟安全入门", "other": "Safety in ten minutes"},
        "course_key": None,
        "hours": [{"label": "", "label_en": "", "seconds": 600, "hours": "0.2"}],
        "organization": "江海精工机械有限公司",
        "score": {"score": "100", "max": "100"},
        "completed_on": "2026-11-23",
        "issued_on": "2026-11-23",
        "valid_until": None,
        "layout": LAYOUTS[language] | {"orientation": orientation},
        "verify_url": "https://anxue.example.com/verify/",
        "salt": "00" * 32,
    }
    token = sign_compact(b'{"n":"x"}' * 12, key=signing_key(), type_name="cert+jws")
    return value | changes | {"token": token}


def text_of(document):
    return pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text()


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("changes", [{}, LONG], ids=["short", "long"])
def test_everything_is_printed_on_one_page(language, orientation, changes):
    facts = payload(language, orientation, **changes)
    document = render_pdf(payload=facts)
    assert len(pypdf.PdfReader(io.BytesIO(document)).pages) == 1
    text = squeezed(text_of(document))
    for printed in (
        facts["holder"]["name"],
        facts["title"]["text"],
        facts["number"],
        facts["organization"],
        facts["layout"]["heading"],
        facts["issuer"]["name"],
        *(entry["hours"] for entry in facts["hours"]),
    ):
        assert squeezed(printed) in text


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_nothing_is_printed_over_the_code_or_outside_the_frame(orientation):
    facts = payload("zh-hans", orientation, **LONG)
    document = pypdfium2.PdfDocument(render_pdf(payload=facts))
    page = document[0]
    width, height = page.get_size()
    text = page.get_textpage()
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        assert 28 <= left < right <= width - 28
        assert 28 <= bottom < top <= height - 28
        is_over_code = left < 176 and bottom < 190 and top > 78
        assert not is_over_code, text.get_text_bounded(left, bottom, right, top)
    document.close()


def test_same_payload_gives_the_same_bytes():
    facts = payload(**LONG)
    assert render_pdf(payload=facts) == render_pdf(payload=facts)


def test_order_of_rendering_does_not_matter():
    first = render_pdf(payload=payload())
    render_pdf(payload=payload(**LONG))
    assert render_pdf(payload=payload()) == first


def fonts_of(document):
    with pikepdf.open(io.BytesIO(document)) as pdf:
        fonts = pdf.pages[0].Resources.Font
        return [
            (str(font.BaseFont), "/FontFile2" in font.FontDescriptor)
            for font in fonts.values()
        ]


def test_every_font_is_embedded_as_a_subset():
    document = sign_pdf(
        render_pdf(payload=payload(**LONG)), key=signing_key(), reason="x"
    )
    fonts = fonts_of(document)
    assert len(fonts) >= 2
    for name, is_embedded in fonts:
        assert is_embedded
        assert name[7:8] == "+", name
    assert len(document) < 150_000


@pytest.mark.skipif(not shutil.which("pdffonts"), reason="install poppler-utils")
def test_pdffonts_shows_every_font_embedded(tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(render_pdf(payload=payload()))
    done = subprocess.run(
        ["pdffonts", file], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in done.stdout.splitlines()[2:]]
    assert rows
    assert all(row[-5] == "yes" and row[-4] == "yes" for row in rows)


def test_payload_is_attached_in_canonical_form():
    facts = payload()
    document = sign_pdf(render_pdf(payload=facts), key=signing_key(), reason="x")
    attachments = pypdf.PdfReader(io.BytesIO(document)).attachments
    assert attachments == {ATTACHMENT: [canonical_json(facts)]}


def test_signature_is_pades_and_covers_the_file():
    key = signing_key()
    document = sign_pdf(render_pdf(payload=payload()), key=key, reason="issue")
    signature = PdfFileReader(io.BytesIO(document)).embedded_signatures[0]
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    context = ValidationContext(
        trust_roots=[signature.signer_cert], allow_fetching=False
    )
    status = validate_pdf_signature(signature, signer_validation_context=context)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.modification_level == ModificationLevel.NONE
    assert status.coverage.name == "ENTIRE_FILE"
    der = key.certificate.public_bytes(Encoding.DER)
    assert signature.signer_cert.dump() == der


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="install poppler-utils")
def test_pdfsig_accepts_the_signature(tmp_path):
    file = tmp_path / "a.pdf"
    document = sign_pdf(render_pdf(payload=payload()), key=signing_key(), reason="x")
    file.write_bytes(document)
    done = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in done.stdout
    assert "Total document signed" in done.stdout


# In no font of the chain: a character of extension B, one turning the line around.
@pytest.mark.parametrize("char", ["𡘙", "\u202e", "\x07", "\ue000"])
@pytest.mark.parametrize("where", ["holder", "organization", "title", "hours"])
def test_missing_glyph_is_refused_wherever_it_stands(where, char):
    bad = {
        "holder": {"holder": {"name": char, "masked": "*"}},
        "organization": {"organization": char},
        "title": {"title": {"text": char, "other": ""}},
        "hours": {
            "hours": [{"label": char, "label_en": "", "seconds": 1, "hours": ""}]
        },
    }[where]
    with pytest.raises(GlyphMissing) as refused:
        render_pdf(payload=payload(**bad))
    assert refused.value.params["characters"] == [char]
    assert f"U+{ord(char):04X}" in str(refused.value.message)


RARE = "𠮷田䶮·阿卜杜热合曼"


def test_rare_name_is_set_from_the_second_font():
    assert [part for _, part in split_runs(RARE, font=REGULAR)] == ["𠮷", RARE[1:]]
    facts = payload(holder={"name": RARE, "masked": "𠮷***"})
    document = sign_pdf(render_pdf(payload=facts), key=signing_key(), reason="x")
    assert RARE in squeezed(text_of(document))
    names = [name.partition("+")[2] for name, is_embedded in fonts_of(document)]
    assert all(is_embedded for _, is_embedded in fonts_of(document))
    assert len(names) >= 3
    assert render_pdf(payload=facts) == render_pdf(payload=facts)


def test_second_font_is_not_carried_by_a_name_that_does_not_need_it():
    assert len(fonts_of(render_pdf(payload=payload()))) == 2


def test_chain_ends_where_the_settings_say(settings):
    link_of.cache_clear()
    settings.CERTIFICATE_FONTS = settings.CERTIFICATE_FONTS[:1]
    assert missing_characters([RARE]) == ["𠮷"]
    link_of.cache_clear()


def test_picture_shows_the_page():
    from PIL import Image

    picture = render_png(render_pdf(payload=payload()))
    image = Image.open(io.BytesIO(picture))
    assert image.format == "PNG"
    assert image.size == (1684, 1191)
    assert len(image.convert("L").getcolors(256)) > 50
