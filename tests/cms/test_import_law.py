import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cms.domain.law_documents import import_law, read_law_document
from cms.errors import InvalidLawDocument
from cms.models import LawPage, LawVersionPage
from tests.factories.cms import law_document, make_law

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def write(tmp_path, document, name="law.json"):
    path = tmp_path / name
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return str(path)


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("import_law", *arguments, stdout=out, stderr=err)
    return out.getvalue()


def test_a_file_becomes_a_published_law_with_an_address(tmp_path, client):
    path = write(tmp_path, law_document({"1": "制定本法。", "2": "培训员工。"}))

    printed = run(path)

    assert "imported: sample-law 2021, 2 articles" in printed
    assert "培训员工。" in client.get("/laws/sample-law/2/").content.decode()


def test_importing_again_changes_nothing(tmp_path):
    path = write(tmp_path, law_document({"1": "制定本法。"}))
    run(path)
    version = LawVersionPage.objects.get()

    printed = run(path)

    assert "unchanged" in printed
    again = LawVersionPage.objects.get()
    assert again.latest_revision_id == version.latest_revision_id
    assert LawPage.objects.count() == 1


def test_a_newer_version_ends_the_open_one_the_day_before(db):
    older = make_law({"1": "制定本法。"}, effective="2014-12-01")

    make_law({"1": "制定本法，保障安全。"}, effective="2021-09-01")

    older.version.refresh_from_db()
    assert older.version.in_force_to == date(2021, 8, 31)


def test_an_older_version_imported_later_ends_before_the_newer(db):
    make_law({"1": "制定本法，保障安全。"}, effective="2021-09-01")

    older = make_law({"1": "制定本法。"}, effective="2014-12-01")

    assert older.version.in_force_to == date(2021, 8, 31)


def test_chapters_with_sections_and_articles_with_chinese_numbers(db):
    document = law_document({})
    document["chapters"] = [
        {
            "number": 1,
            "title": "总则",
            "sections": [
                {
                    "number": 1,
                    "title": "一般规定",
                    "articles": [{"number": "第一百三十四条之一", "text": "之一。"}],
                }
            ],
        }
    ]

    done = import_law(document=document)

    article = done.version.provisions.get(number="134-1")
    assert article.parent_eid == "chp_1__sec_1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"slug": ""}, "slug"),
        ({"chapters": None}, "chapters"),
        ({"chapters": "x"}, "chapters"),
        ({"chapters": [1]}, "chapters"),
        ({"effective": "2021-13-01"}, "effective"),
        ({"level": "poem"}, "level"),
    ],
)
def test_a_wrong_document_is_refused_with_the_place(change, says):
    with pytest.raises(InvalidLawDocument, match=says):
        import_law(document=law_document({"1": "甲。"}) | change)


def test_an_article_number_used_twice_is_refused():
    document = law_document({"1": "甲。", "第一条": "乙。"})

    with pytest.raises(InvalidLawDocument, match="1"):
        import_law(document=document)
    assert not LawPage.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("law.json", b"\xff\xfe\x00"),
        ("law.json", b"[" * 100_000),
        ("law.json", b'{"slug": '),
        ("law.json", b"[]"),
        ("law.xml", b"<akomaNtoso/>"),
        ("law.json", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("law.md", "# 法".encode()),
    ],
)
def test_a_hostile_or_foreign_file_is_refused_in_words(name, data):
    with pytest.raises(InvalidLawDocument):
        read_law_document(name=name, data=data)


def test_the_command_goes_on_after_a_bad_file_and_fails_at_the_end(tmp_path):
    bad = write(tmp_path, {"slug": "x"}, "bad.json")
    good = write(tmp_path, law_document({"1": "甲。"}), "good.json")

    with pytest.raises(CommandError):
        run(bad, good, str(tmp_path / "missing.json"))

    assert LawPage.objects.filter(slug="sample-law").exists()


def test_a_document_with_a_byte_order_mark_is_read():
    data = b"\xef\xbb\xbf" + json.dumps(law_document({"1": "甲。"})).encode()

    assert read_law_document(name="law.json", data=data)["slug"] == "sample-law"
