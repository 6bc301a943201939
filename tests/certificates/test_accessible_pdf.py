"""The document for screen readers and archives: structure, language, metadata."""

import io
import re
import shutil
import subprocess
import unicodedata
from xml.etree import ElementTree as ET

import pikepdf
import pytest

from certificates.domain.rendering import render_pdf, sign_pdf
from certificates.domain.samples import sample_payload
from certificates.domain.templates import placed_layout
from lms.core.signing import signing_key
from tests.certificates.test_rendering import LONG, payload

pytestmark = pytest.mark.unit

ISSUER = {"code": "AX", "name": "安学安全生产培训平台", "name_en": "Anxue"}
SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
}


def placed(sample="short"):
    layout = placed_layout("zh-hans") | {"photo": {"x": 245, "y": 60, "width": 25}}
    return sample_payload(
        layout=layout, issuer=ISSUER, language="zh-hans", sample=sample
    )


DOCUMENTS = {
    "flowing": payload,
    "long": lambda: payload(**LONG),
    "english": lambda: payload("en", "portrait", **LONG),
    "placed": placed,
    "record": lambda: placed("record"),
}


@pytest.fixture(params=DOCUMENTS)
def facts(request):
    return DOCUMENTS[request.param]()


def opened(document):
    return pikepdf.open(io.BytesIO(document))


def elements(pdf):
    """Yield (kind, element) in the order in which they are read."""

    def walk(element):
        yield str(element.S)[1:], element
        children = element.get("/K")
        if isinstance(children, pikepdf.Array):
            for child in children:
                yield from walk(child)

    for child in pdf.Root.StructTreeRoot.K:
        yield from walk(child)


def signed(facts):
    return sign_pdf(render_pdf(payload=facts), key=signing_key(), reason="x")


def test_it_says_that_it_is_tagged_and_in_which_language(facts):
    with opened(signed(facts)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == ("en" if facts["language"] == "en" else "zh-Hans")
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert facts["number"] in str(pdf.docinfo["/Title"])
        assert [str(page.Tabs) for page in pdf.pages] == ["/S"] * len(pdf.pages)


def test_everything_drawn_is_an_element_or_decoration(facts):
    with opened(render_pdf(payload=facts)) as pdf:
        for page in pdf.pages:
            depth = 0
            for operands, operator in pikepdf.parse_content_stream(page):
                name = str(operator)
                if name in ("BDC", "BMC"):
                    depth += 1
                    assert depth == 1, "marks are not nested"
                elif name == "EMC":
                    depth -= 1
                elif name in ("Tj", "TJ", "'", "S", "f", "f*", "B", "s", "Do"):
                    assert depth == 1, (name, operands)
            assert depth == 0


def test_marks_and_elements_belong_together(facts):
    with opened(render_pdf(payload=facts)) as pdf:
        numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        tree = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
        assert sorted(tree) == [int(page.StructParents) for page in pdf.pages]
        reached = 0
        for page in pdf.pages:
            marks = [
                int(operands[1].MCID)
                for operands, operator in pikepdf.parse_content_stream(page)
                if str(operator) == "BDC"
            ]
            owners = tree[int(page.StructParents)]
            assert marks == list(range(len(owners)))
            for mark, owner in zip(marks, owners, strict=True):
                assert int(owner.K) == mark
                assert owner.Pg.objgen == page.objgen
            reached += len(marks)
        leaves = [kind for kind, e in elements(pdf) if isinstance(e.get("/K"), int)]
        assert len(leaves) == reached


def test_pictures_have_words_and_there_is_one_heading(facts):
    with opened(render_pdf(payload=facts)) as pdf:
        found = list(elements(pdf))
        figures = [str(element.Alt) for kind, element in found if kind == "Figure"]
        assert any(facts["number"] in words for words in figures)
        assert all(figures)
        assert [kind for kind, _element in found].count("H1") == 1


def test_the_study_record_is_a_table():
    facts = placed("record")
    with opened(render_pdf(payload=facts)) as pdf:
        kinds = [kind for kind, _element in elements(pdf)]
        assert kinds.count("TR") == len(facts["hours"])
        assert kinds.count("TD") == 2 * len(facts["hours"])
        assert kinds.count("Table") == kinds.count("H2") == len(pdf.pages) - 1


def test_the_other_language_is_named():
    with opened(render_pdf(payload=payload())) as pdf:
        assert [str(e.Lang) for _kind, e in elements(pdf) if "/Lang" in e] == ["en"]


def words(packet, path):
    return [item.text for item in ET.fromstring(packet).iterfind(path, SPACES)]


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
def test_metadata_say_the_same_in_both_forms(facts, is_signed):
    document = signed(facts) if is_signed else render_pdf(payload=facts)
    with opened(document) as pdf:
        stream = pdf.Root.Metadata
        assert (str(stream.Type), str(stream.Subtype)) == ("/Metadata", "/XML")
        packet, info = stream.read_bytes(), pdf.docinfo
        assert words(packet, ".//dc:title//rdf:li") == [str(info["/Title"])]
        assert words(packet, ".//dc:creator//rdf:li") == [str(info["/Author"])]
        assert words(packet, ".//dc:description//rdf:li") == [str(info["/Subject"])]
        assert words(packet, ".//xmp:CreatorTool") == [str(info["/Creator"])]
        assert words(packet, ".//pdf:Producer") == [str(info["/Producer"])]
        (made,) = words(packet, ".//xmp:CreateDate")
        day = facts["issued_on"]
        assert made == f"{day}T00:00:00+08:00"
        assert str(info["/CreationDate"]) == f"D:{day.replace('-', '')}000000+08'00'"
        (language,) = words(packet, ".//dc:language//rdf:li")
        assert language == str(pdf.Root.Lang)


def test_metadata_are_not_compressed_and_claim_nothing_unproven(facts):
    document = render_pdf(payload=facts)
    with opened(document) as pdf:
        assert not list(pdf.Root.Metadata.get("/Filter", []))
        packet = pdf.Root.Metadata.read_bytes().decode()
    assert packet.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert packet.endswith('<?xpacket end="r"?>')
    assert "pdfaid" not in packet
    assert "pdfuaid" not in packet
    assert facts["holder"]["name"] not in packet


def test_words_that_mean_something_in_xml_are_harmless():
    facts = payload(issuer={"code": "AX", "name": "甲<乙>&丙", "name_en": ""})
    with opened(render_pdf(payload=facts)) as pdf:
        packet = pdf.Root.Metadata.read_bytes()
        assert words(packet, ".//dc:creator//rdf:li") == ["甲<乙>&丙"]


def test_same_payload_same_bytes_before_signing(facts):
    assert render_pdf(payload=facts) == render_pdf(payload=facts)


@pytest.mark.skipif(not shutil.which("pdfinfo"), reason="install poppler-utils")
def test_poppler_reads_the_text_in_order(tmp_path):
    file = tmp_path / "a.pdf"
    facts = payload(**LONG)
    file.write_bytes(signed(facts))
    done = subprocess.run(
        ["pdfinfo", "-struct-text", file], capture_output=True, text=True, check=True
    )
    read = unicodedata.normalize("NFC", re.sub(r"\s|\"", "", done.stdout))
    order = [
        facts["layout"]["heading"],
        facts["holder"]["name"],
        facts["title"]["text"],
        facts["organization"],
        facts["number"],
    ]
    places = [read.find("".join(text.split())) for text in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "Syntax" not in done.stderr
