"""The language switch keeps the page, and says where there is no translation."""

import json

import pytest
from wagtail.models import PageViewRestriction

from cms.models import CaseIndexPage, FaqPage
from lms.demo.loaders import library as library_loader
from tests.cms.conftest import CONTENT
from tests.factories.cms import CasePageFactory

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
    pytest.mark.usefixtures("law_library"),
]

LAW = "laws/work-safety-law/"


def publish(page):
    page.save_revision().publish()
    return page


def switch_of(html, language):
    """The address that the language switch of a page leads to."""
    start = html.index(f'hreflang="{language}" lang="{language}"')
    link = html[html.rindex("<a ", 0, start) : start]
    return link.split('href="')[1].split('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize(
    ("address", "english"),
    [
        ("/", "/en/"),
        (f"/{LAW}", f"/en/{LAW}"),
        (f"/{LAW}art_28/", f"/en/{LAW}art_28/"),
        ("/faq/", "/en/faq/"),
        ("/verify/", "/en/verify/"),
        ("/search/?q=28", "/en/search/?q=28"),
    ],
)
def test_the_switch_leads_to_the_same_page_and_back(client, address, english):
    there = client.get(address).text
    assert switch_of(there, "en") == english

    back = client.get(english).text

    assert switch_of(back, "zh-Hans") == address
    assert "so far</h1>" not in back


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("cases/fire/", "某厂火灾"),
        ("laws/accident-reporting-regulation/", "生产安全事故报告和调查处理条例"),
        ("laws/accident-reporting-regulation/art_9/", "生产安全事故报告和调查处理条例"),
        (f"{LAW}version-2014/", "中华人民共和国安全生产法"),
    ],
)
def test_a_page_without_translation_says_so_and_leads_to_it(client, address, title):
    publish(CasePageFactory(slug="fire", title="某厂火灾"))
    switch = switch_of(client.get(f"/{address}").text, "en")
    assert switch == f"/en/{address}"

    response = client.get(switch)

    assert response.status_code == 200
    assert '<html lang="en"' in response.text
    assert "This page is only in Chinese so far" in response.text
    assert f'<p class="lead" lang="zh-Hans">{title}' in response.text
    assert f'href="/{address}" hreflang="zh-Hans"' in response.text
    assert '<meta name="robots" content="noindex">' in response.text
    assert switch_of(response.text, "zh-Hans") == f"/{address}"


def test_the_notice_keeps_the_day_that_was_asked_for(client):
    html = client.get("/en/laws/accident-reporting-regulation/9/?on=2020-01-01").text

    assert 'href="/laws/accident-reporting-regulation/9/?on=2020-01-01"' in html


def test_a_page_that_is_in_english_only_says_so_in_chinese(client, english_case):
    html = client.get("/cases/only-english/").text

    assert "本页目前只有英文版" in html
    assert 'href="/en/cases/only-english/"' in html


@pytest.fixture
def english_case():
    index = CaseIndexPage.objects.get(locale__language_code="en")
    return publish(
        CasePageFactory(parent=index, slug="only-english", title="A fire abroad")
    )


@pytest.mark.parametrize(
    "address", ["/en/cases/nothing/", "/en/laws/no-such-law/art_3/", "/nothing/"]
)
def test_what_stands_nowhere_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_a_draft_and_a_restricted_page_are_not_given_away(client):
    CasePageFactory(slug="draft", title="草稿", live=False)
    hidden = publish(CasePageFactory(slug="hidden", title="内部"))
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")

    for slug in ("draft", "hidden"):
        response = client.get(f"/en/cases/{slug}/")
        assert response.status_code == 404
        assert "内部" not in response.text


def test_forms_that_lead_nowhere_are_not_answered_with_the_notice(client):
    publish(CasePageFactory(slug="fire", title="某厂火灾"))

    assert client.post("/en/cases/fire/").status_code in {404, 405}


def test_every_question_has_its_english_page(client):
    library_loader.load(content_dir=CONTENT, log=lambda _line: None)
    before = list(
        FaqPage.objects.order_by("pk").values_list("pk", "latest_revision_id")
    )
    chinese = FaqPage.objects.filter(locale__language_code="zh-hans")
    english = FaqPage.objects.filter(locale__language_code="en").live()
    keys = set(chinese.values_list("translation_key", flat=True))

    library_loader.load(content_dir=CONTENT, log=lambda _line: None)

    assert len(keys) == 45
    assert set(english.values_list("translation_key", flat=True)) == keys
    after = FaqPage.objects.order_by("pk").values_list("pk", "latest_revision_id")
    assert list(after) == before


def test_the_english_questions_are_whole():
    folder = CONTENT / "library"
    chinese = json.loads((folder / "faq.json").read_text(encoding="utf-8"))
    english = json.loads((folder / "faq.en.json").read_text(encoding="utf-8"))

    assert [row["slug"] for row in english] == [row["slug"] for row in chinese]
    for row in english:
        texts = [row["question"], row["summary"], row["answer"], row["category"]]
        assert all(text and text.isascii() for text in [*texts, *row["alternatives"]])
    # A category of the Chinese library is one category of the English library.
    pairs = {
        (c["category"], e["category"]) for c, e in zip(chinese, english, strict=True)
    }
    assert len(pairs) == len({c for c, _e in pairs}) == len({e for _c, e in pairs})


def test_an_english_question_cites_the_english_law(client):
    library_loader.load(content_dir=CONTENT, log=lambda _line: None)

    html = client.get("/en/faq/training-record/").text

    assert "The time, the content, the participants" in html
    assert 'href="/en/laws/work-safety-law/art_28/"' in html
    assert "Unofficial translation" in html
    assert switch_of(html, "zh-Hans") == "/faq/training-record/"
