"""Policies, cases, questions, check-lists, topics, home and search as pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import CaseIndexPage, CasePage, PolicyPage
from lms.demo.loaders import library as library_loader
from tests.cms.conftest import CONTENT
from tests.factories.cms import CasePageFactory, FaqPageFactory, PolicyPageFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def library(law_library, db):
    library_loader.load(content_dir=CONTENT, log=lambda _line: None)


def publish(page):
    page.save_revision().publish()
    return page


def test_the_sample_library_loads_twice_without_a_trace(library, client):
    before = list(
        PolicyPage.objects.order_by("pk").values_list("pk", "latest_revision_id")
    )

    library_loader.load(content_dir=CONTENT, log=lambda _line: None)

    after = list(
        PolicyPage.objects.order_by("pk").values_list("pk", "latest_revision_id")
    )
    assert after == before
    for address, words in {
        "/cases/tianjin-port-2015/": ["165", "68.66亿元", "第三十九条"],
        "/policies/training-measures-order-44/": ["教考分离", "第二十八条"],
        "/faq/protect-scene/": ["保护现场", "第八十五条"],
        "/checklists/general/": ["七项安全职责", "第二十一条"],
        "/topics/hazchem-annual-calendar/": ["每半年", "第八十一条"],
    }.items():
        with CaptureQueriesContext(connection) as queries:
            html = client.get(address).content.decode()
        assert len(queries) <= 25
        assert [word for word in words if word not in html] == []
        assert "source-note--general_knowledge" in html


def test_a_repealed_policy_leads_to_its_successor(library, client):
    old = PolicyPage.objects.get(repealed_on__isnull=False)

    html = client.get(old.url).content.decode()

    assert f'href="/policies/{old.superseded_by}/"' in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"甲", "乙"}),
        ({"scope": "local"}, {"乙"}),
        ({"tag": "应急"}, {"甲"}),
        ({"year": "2020"}, {"乙"}),
        ({"scope": "local", "year": "2022"}, set()),
        ({"scope": "nonsense"}, {"甲", "乙"}),
        ({"year": "1' OR '1'='1"}, {"甲", "乙"}),
        ({"page": "99999"}, {"甲", "乙"}),
        ({"page": "x"}, {"甲", "乙"}),
    ],
)
def test_policies_are_filtered_by_scope_tag_and_year(client, query, expected):
    first = PolicyPageFactory(title="甲")
    first.tags.add("应急")
    publish(first)
    publish(PolicyPageFactory(title="乙", scope="local", issued_on="2020-01-01"))

    page_obj = client.get("/policies/", query).context["page_obj"]

    assert {page.title for page in page_obj} == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"industry": "矿山"}, {"乙"}),
        ({"accident_type": "爆炸"}, {"甲"}),
        ({"level": "ordinary"}, {"乙"}),
    ],
)
def test_cases_are_filtered_by_industry_type_and_level(client, query, expected):
    publish(CasePageFactory(title="甲"))
    publish(
        CasePageFactory(
            title="乙", industry="矿山", accident_type="坍塌", level="ordinary"
        )
    )

    page_obj = client.get("/cases/", query).context["page_obj"]

    assert {page.title for page in page_obj} == expected


@pytest.mark.parametrize(
    ("address", "factory"),
    [
        ("/policies/", PolicyPageFactory),
        ("/cases/", CasePageFactory),
        ("/faq/", FaqPageFactory),
    ],
)
def test_lists_cost_the_same_for_one_row_and_for_three(client, address, factory):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    publish(factory())
    queries()
    one = queries()
    publish(factory())
    publish(factory())

    assert queries() == one <= 25


def test_long_lists_come_in_pages(client):
    for _number in range(13):
        publish(CasePageFactory())

    first = client.get("/cases/", {"industry": "化工"})
    second = client.get("/cases/", {"industry": "化工", "page": "2"})

    assert len(first.context["page_obj"]) == 12
    assert len(second.context["page_obj"]) == 1
    assert "industry=%E5%8C%96%E5%B7%A5&amp;page=2" in first.content.decode()


def test_drafts_are_neither_listed_nor_shown(client):
    page = CasePageFactory(title="草稿案例", live=False)
    page.save_revision()

    assert "草稿案例" not in client.get("/cases/").content.decode()
    assert client.get(f"/cases/{page.slug}/").status_code == 404


def test_a_restricted_case_is_not_listed(client):
    page = publish(CasePageFactory(title="内部案例"))
    page.view_restrictions.create(restriction_type="login")

    assert "内部案例" not in client.get("/cases/").content.decode()


def test_an_empty_english_library_says_so(client):
    assert CasePage.objects.count() == 0

    html = client.get("/en/cases/").content.decode()

    assert 'class="empty"' in html


def test_case_figures_that_are_not_known_are_left_out(client):
    publish(CasePageFactory(slug="unknown", deaths=None, injuries=3))

    html = client.get("/cases/unknown/").content.decode()

    assert html.count("<dt>") >= 1
    assert "None" not in html


def test_the_home_page_counts_what_is_there(client):
    publish(FaqPageFactory())

    response = client.get("/")

    assert response.context["counts"]["faq"] == 1
    assert 'hx-get="/learn/home-fragment/"' in response.content.decode()


def test_the_home_page_shows_one_case_with_its_lesson_and_links_its_numbers(
    library, client
):
    html = client.get("/").content.decode()

    case = CasePage.objects.order_by("-occurred_on").first()
    assert f'href="{case.url}"' in html
    assert str(case.lessons[0].value) in html
    for path in ["laws", "policies", "cases", "faq", "checklists", "topics"]:
        assert f'<li><a href="/{path}/"><span class="true-numbers__figure' in html


def test_the_home_page_asks_one_question_of_each_large_subject(library, client):
    for language, path in [("zh-hans", "/"), ("en", "/en/")]:
        questions = client.get(path).context["questions"]

        assert len({page.category for page in questions}) == len(questions) == 4
        assert {page.locale.language_code for page in questions} == {language}


class TestSearchPage:
    def test_results_are_marked_and_linked(self, client):
        publish(FaqPageFactory(title="起重机怎么检查？", slug="crane"))

        html = client.get("/search/", {"q": "起重机"}).content.decode()

        assert '<a href="/faq/crane/"><mark>起重机</mark>怎么检查？</a>' in html

    @pytest.mark.parametrize(
        "q", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'+\"'"]
    )
    def test_the_query_is_escaped_wherever_it_is_shown(self, client, q):
        html = client.get("/search/", {"q": q}).content.decode()

        assert "<script>alert" not in html
        assert "<img src=x" not in html

    def test_htmx_gets_the_results_alone(self, client):
        publish(FaqPageFactory(title="起重机怎么检查？"))

        response = client.get(
            "/search/",
            {"q": "起重机"},
            headers={"HX-Request": "true", "HX-Target": "results"},
        )

        html = response.content.decode()
        assert "<html" not in html
        assert "起重机" in html
        assert "HX-Target" in response["Vary"]

    def test_nothing_found_offers_a_way_on(self, law_library, client):
        html = client.get("/search/", {"q": "天气预报"}).content.decode()

        assert 'class="empty"' in html
        assert 'class="suggestions"' in html

    @pytest.mark.parametrize(
        "query", [{"q": "x", "type": "nonsense"}, {"q": "x", "page": "-1"},
                  {"q": "x", "page": "9" * 99}, {}, {"q": "\x00"}]
    )  # fmt: skip
    def test_odd_parameters_are_harmless(self, client, query):
        assert client.get("/search/", query).status_code == 200

    def test_live_results_are_empty_without_a_query(self, client):
        assert client.get("/search/live/").content == b""


def test_index_pages_stand_in_both_languages(client):
    for page in CaseIndexPage.objects.all():
        assert client.get(page.url).status_code == 200
