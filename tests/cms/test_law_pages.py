"""What a reader sees at the addresses of the law library."""

import pytest
from django.test import Client

from cms.domain.citations import CitationInput, set_citations

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
    pytest.mark.usefixtures("law_library"),
]

LAW = "/laws/work-safety-law/"


def body(client: Client, address: str, status: int = 200, **params: str) -> str:
    response = client.get(address, params)
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("address", ["28", "art_28", "第二十八条"])
def test_every_form_of_an_address_shows_the_article(client, address):
    html = body(client, f"{LAW}{address}/")

    assert "未经安全生产教育和培训合格的从业人员，不得上岗作业。" in html
    assert '<link rel="canonical" href="/laws/work-safety-law/art_28/">' in html


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2014-12-01", "特种作业人员必须按照国家有关规定"),
        ("2021-08-31", "特种作业人员必须按照国家有关规定"),
        ("2021-09-01", "风险分级管控"),
        ("2026-11-23", "风险分级管控"),
    ],
)
def test_on_picks_the_wording_in_force_that_day(client, day, text):
    # Article 27 of 2014 is on special operations, article 41 of 2021 on risk control.
    number = "27" if day < "2021-09-01" else "41"

    assert text in body(client, f"{LAW}{number}/", on=day)


def test_the_old_wording_says_that_it_is_not_in_force_and_leads_to_the_new(client):
    html = body(client, f"{LAW}25/", on="2021-08-31")

    assert 'href="/laws/work-safety-law/art_28/"' in html
    assert "2014-12-01" in html
    assert "2021-08-31" in html


def test_a_day_before_our_first_text_gets_a_clear_page(client):
    html = body(client, f"{LAW}28/", status=404, on="2014-11-30")

    assert "2014-12-01" in html
    assert "2014-11-30" in html


def test_a_day_that_does_not_exist_is_refused(client):
    body(client, f"{LAW}28/", status=422, on="2021-13-99")


def test_a_wrong_article_names_the_nearest_ones(client):
    html = body(client, f"{LAW}120/", status=404)

    assert 'href="/laws/work-safety-law/art_119/"' in html
    assert 'href="/laws/work-safety-law/art_118/"' in html


def test_an_unknown_law_is_not_found(client):
    body(client, "/laws/no-such-law/28/", status=404)
    body(client, "/laws/no-such-law/", status=404)


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("28条", "/laws/work-safety-law/art_28/"),
        ("第二十八条", "/laws/work-safety-law/art_28/"),
        ("134-1", "/laws/work-safety-law/art_134-1/"),
    ],
)
def test_the_jump_box_goes_straight_to_the_article(client, typed, target):
    response = client.get(f"{LAW}go/", {"q": typed})

    assert response.url == target


def test_the_jump_box_searches_what_is_no_number(client):
    response = client.get(f"{LAW}go/", {"q": "培训"})

    assert response.url.startswith("/search/?q=%E5%9F%B9%E8%AE%AD")


def test_the_jump_box_never_leaves_the_site(client):
    response = client.get(f"{LAW}go/", {"q": "//evil.example/28"})

    assert response.url.startswith("/search/?q=")


def test_an_item_has_an_address_inside_its_article(client):
    html = body(client, f"{LAW}art_97__para_1__item_3/")

    assert 'id="art_97__para_1__item_3"' in html
    assert "statute__part--named" in html


def test_the_law_page_lists_all_articles_by_chapter(client):
    html = body(client, LAW)

    assert html.count('class="articles__link"') == 119
    assert "第七章" in html
    assert html.count("<details") == 7 + html.count('<details class="menu')


def test_the_law_page_of_an_old_day_lists_that_text(client):
    html = body(client, LAW, on="2015-01-01")

    assert html.count('class="articles__link"') == 114
    assert f"{LAW}art_25/?on=2015-01-01" in html


def test_the_english_text_says_that_it_is_unofficial(client):
    html = body(client, "/en/laws/work-safety-law/28/")

    assert "Safety Training and Training Records" in html
    assert "the Chinese text prevails" in html
    assert "未经安全生产教育和培训合格的从业人员" in html  # side by side


def test_the_language_switch_keeps_the_article(client):
    html = body(client, f"{LAW}28/")

    assert 'href="/en/laws/work-safety-law/art_28/"' in html


def test_a_day_without_english_text_offers_the_chinese_one(client):
    html = body(client, "/en/laws/work-safety-law/25/", status=404, on="2015-01-01")

    assert "/laws/work-safety-law/25/?on=2015-01-01" in html


def test_unsure_articles_are_marked(client):
    sure = body(client, "/laws/training-rules-order-3/9/")
    unsure = body(client, "/laws/training-rules-order-3/4/")

    assert "callout--signal" in unsure
    assert "callout--signal" not in sure


def test_the_comparison_shows_what_was_added_and_where_it_stood(client):
    html = body(client, f"{LAW}compare/", **{"from": "2014", "to": "2021"})

    assert '<article class="change" id="art_112">' in html
    assert "<ins>" in html
    assert "<del>" in html
    assert html.count('class="change"') == 115
    assert '<option value="2014" selected>' in html
    assert '<option value="2021" selected>' in html


def test_the_comparison_of_an_unknown_version_is_refused_in_words(client):
    html = body(client, f"{LAW}compare/", status=404, **{"from": "1999", "to": "2021"})

    assert "1999" in html


def test_what_cites_an_article_is_shown_but_never_items(client):
    one = [CitationInput("work-safety-law", 28)]
    for kind, title in [("course", "新员工课程"), ("item", "秘密题目")]:
        set_citations(
            source_kind=kind, source_key=kind, citations=one, title=title, url="/x/"
        )

    html = body(client, f"{LAW}28/")

    assert "新员工课程" in html
    assert "秘密题目" not in html


@pytest.mark.parametrize(
    "address",
    [LAW, f"{LAW}28/", f"{LAW}compare/", f"{LAW}version-2014/", "/laws/", "/",
     "/en/", "/en/laws/work-safety-law/97/", "/search/?q=培训", "/search/live/?q=培训"],
)  # fmt: skip
def test_pages_stay_below_25_queries(client, address, django_assert_max_num_queries):
    client.get(address)
    with django_assert_max_num_queries(25):
        assert client.get(address).status_code == 200


def test_an_article_cited_by_many_costs_no_more_queries(
    client, django_assert_num_queries
):
    def cite(count):
        for number in range(count):
            set_citations(
                source_kind="course",
                source_key=f"c{number}",
                citations=[CitationInput("work-safety-law", 30)],
                title=f"课程{number}",
                url="/x/",
            )

    def queries():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            client.get(f"{LAW}30/")
        return len(captured)

    queries()
    cite(1)
    one = queries()
    cite(3)
    assert queries() == one


def test_pages_have_no_inline_script_or_style(client):
    for address in [LAW, f"{LAW}28/", f"{LAW}compare/", "/", "/search/?q=培训"]:
        html = body(client, address)
        assert " style=" not in html
        assert "<style" not in html
        assert "onclick" not in html
        assert all("src=" in tag for tag in html.split("<script")[1:])


def section(html: str, css_class: str) -> str:
    start = html.index(f'<section class="{css_class}"')
    return html[start : html.index("</section>", start)]


def test_a_duty_leads_to_the_penalty_and_quotes_only_the_law(client):
    found = section(body(client, f"{LAW}28/"), "penalties")

    assert "相关罚则" in found
    assert 'href="/laws/work-safety-law/art_97/"' in found
    assert "<blockquote>生产经营单位有下列行为之一的，责令限期改正" in found
    # A penalty is not repeated among the related articles, a duty is no penalty.
    assert "art_97/" not in section(body(client, f"{LAW}28/"), "related")
    assert "art_27/" not in found


def test_a_penalty_leads_back_to_its_duties(client):
    found = section(body(client, f"{LAW}97/"), "penalties")

    assert "这条罚则对应的义务" in found
    assert 'href="/laws/work-safety-law/art_28/"' in found
    assert "<blockquote>" not in found
    assert "art_112/" not in found


def test_penalties_stand_beside_the_english_text_and_keep_the_day(client):
    english = body(client, f"/en{LAW}28/")
    assert 'href="/en/laws/work-safety-law/art_97/"' in section(english, "penalties")

    old = body(client, f"{LAW}25/", on="2020-01-01")
    if '<section class="penalties"' in old:
        assert "?on=2020-01-01" in section(old, "penalties")


def test_an_article_that_nothing_punishes_shows_no_penalties(client):
    assert '<section class="penalties"' not in body(client, f"{LAW}1/")


def test_an_article_offers_its_neighbors_and_the_citation(client):
    html = body(client, f"{LAW}28/")

    assert 'rel="prev" href="/laws/work-safety-law/art_27/"' in html
    assert 'rel="next" href="/laws/work-safety-law/art_29/"' in html
    assert 'data-cite="《安全生产法》第二十八条：' in html
