import pytest

from cms.domain.citations import CitationInput, set_citations
from tests.factories.cms import make_law

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/api/v1/laws/sample-law"


@pytest.fixture(autouse=True)
def law(db):
    make_law(
        {"1": "制定本法。", "2": "培训。", "3": "罚一万元。"},
        effective="2014-12-01",
        wid_map={},
    )
    return make_law(
        {"1": "制定本法。", "2": "公布清单。", "3": "培训。", "4": "罚五万元。"},
        wid_map={
            "art_1": "2014:art_1",
            "art_3": "2014:art_2",
            "art_4": "2014:art_3",
        },
    )


@pytest.mark.parametrize(
    ("on", "label", "numbers"),
    [
        ("2021-08-31", "2014", ["1", "2", "3"]),
        ("2021-09-01", "2021", ["1", "2", "3", "4"]),
        ("", "2021", ["1", "2", "3", "4"]),
    ],
)
def test_a_law_is_given_in_the_wording_of_the_day(client, on, label, numbers):
    body = client.get(URL, {"on": on} if on else {}).json()

    assert body["version"]["label"] == label
    (chapter,) = body["chapters"]
    assert [row["number"] for row in chapter["articles"]] == numbers
    assert [row["label"] for row in body["versions"]] == ["2021", "2014"]


@pytest.mark.parametrize("number", ["3", "art_3", "第三条"])
def test_an_article_has_text_version_and_citations_both_ways(client, number):
    set_citations(
        source_kind="case",
        source_key="c",
        citations=[CitationInput("sample-law", 2, why="未培训", version="2014")],
        title="案例",
        url="/cases/c/",
    )

    body = client.get(f"{URL}/articles/{number}").json()

    assert (body["eid"], body["number"], body["text"], body["wid"]) == (
        "art_3",
        "3",
        "培训。",
        "2014:art_2",
    )
    assert body["version"] == {
        "label": "2021",
        "in_force_from": "2021-09-01",
        "in_force_to": None,
        "is_in_force": True,
        "decree": "",
        "source_state": "to_be_checked",
        "source_note": "",
    }
    assert body["citations"] == {
        "cites": [],
        "cited_by": [
            {"type": "case", "title": "案例", "url": "/cases/c/", "why": "未培训"}
        ],
    }


def test_items_that_cite_an_article_are_never_given(client):
    set_citations(
        source_kind="item",
        source_key="i",
        citations=[CitationInput("sample-law", 3)],
        title="题目",
        url="",
    )

    body = client.get(f"{URL}/articles/3").json()

    assert body["citations"]["cited_by"] == []


def test_the_difference_of_two_versions(client):
    body = client.get(f"{URL}/diff", {"from": "2014", "to": "2021"}).json()

    assert body == [
        {
            "eid": "art_2",
            "number": "2",
            "change": "added",
            "before": None,
            "after": "公布清单。",
            "from_number": "",
        },
        {
            "eid": "art_3",
            "number": "3",
            "change": "moved",
            "before": "培训。",
            "after": "培训。",
            "from_number": "2",
        },
        {
            "eid": "art_4",
            "number": "4",
            "change": "changed",
            "before": "罚一万元。",
            "after": "罚五万元。",
            "from_number": "3",
        },
    ]


@pytest.mark.parametrize(
    ("address", "query", "status", "code"),
    [
        ("/api/v1/laws/none", {}, 404, "law_not_found"),
        (URL, {"on": "2001-01-01"}, 404, "no_version_in_force"),
        (URL, {"on": "soon"}, 422, "invalid_date"),
        (URL, {"lang": "en"}, 404, "law_not_found"),
        (URL, {"lang": "xx"}, 422, "invalid_language"),
        (f"{URL}/articles/99", {}, 404, "provision_not_found"),
        (f"{URL}/articles/abc", {}, 404, "provision_not_found"),
        (f"{URL}/diff", {"from": "1999"}, 404, "version_not_found"),
    ],
)
def test_refusals_carry_a_stable_code(client, address, query, status, code):
    response = client.get(address, query)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_wrong_article_names_the_nearest(client):
    assert client.get(f"{URL}/articles/99").json()["near"] == ["1", "2", "3", "4"]


def test_reading_a_law_costs_few_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get(URL)
    with django_assert_max_num_queries(14):
        client.get(f"{URL}/articles/3")
