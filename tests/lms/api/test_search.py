import pytest

from cms.domain.search_index import index_object
from tests.factories.cms import FaqPageFactory, make_law

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/api/v1/search"


@pytest.fixture
def law(db):
    return make_law({"1": "制定本法。", "28": "单位应当对从业人员进行安全培训。"})


def test_an_article_hit_names_law_eid_and_number(law, client):
    body = client.get(URL, {"q": "28条"}).json()

    assert body["total"] == 1
    assert body["results"] == [
        {
            "type": "law",
            "title": "样例法 第二十八条",
            "url": "/laws/sample-law/art_28/",
            "snippet": "单位应当对从业人员进行安全培训。",
            "score": 1000.0,
            "law": "sample-law",
            "eid": "art_28",
            "number": "28",
        }
    ]


def test_words_are_marked_in_the_snippet(law, client):
    (hit,) = client.get(URL, {"q": "培训"}).json()["results"]

    assert "<mark>培训</mark>" in hit["snippet"]


def test_type_and_limit_narrow_the_answer(law, client):
    for _number in range(3):
        FaqPageFactory(title="安全培训几次？").save_revision().publish()

    body = client.get(URL, {"q": "培训", "type": "faq", "limit": "2"}).json()

    assert (body["total"], [hit["type"] for hit in body["results"]]) == (
        3,
        ["faq", "faq"],
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"q": "x", "type": "nonsense"}, "invalid_type"),
        ({"q": "x", "limit": "0"}, "invalid_limit"),
        ({"q": "x", "limit": "-1"}, "invalid_limit"),
        ({"q": "x", "limit": "ten"}, "invalid_limit"),
        ({"q": "x", "lang": "xx"}, "invalid_language"),
    ],
)
def test_wrong_parameters_are_problems_with_a_code(client, db, query, code):
    response = client.get(URL, query)

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == code


def test_no_query_is_no_error(client, db):
    assert client.get(URL).json() == {"results": [], "total": 0}


def test_visitors_do_not_find_what_an_organization_owns(client, db):
    index_object(
        type="course",
        object_key="c1",
        language="zh-hans",
        title="内部吊装课程",
        url="/courses/c1/",
        audience="organization",
        organization_id=7,
    )

    assert client.get(URL, {"q": "吊装"}).json()["total"] == 0


def test_a_huge_limit_is_capped(law, client):
    assert client.get(URL, {"q": "培训", "limit": "9" * 50}).status_code == 200
