"""The real law with its glossary: recall on what people really type."""

import pytest
from django.contrib.auth.models import AnonymousUser

from cms.domain.search import search
from cms.models import SearchEntry

pytestmark = [
    pytest.mark.unit,
    pytest.mark.django_db,
    pytest.mark.usefixtures("law_library"),
]


def find(q, language="zh-hans", **values):
    return search(
        q=q, language=language, user=AnonymousUser(), **{"limit": 10} | values
    )


def numbers(results):
    return [(hit.law, hit.number) for hit in results.results]


@pytest.mark.parametrize(
    "q",
    ["第二十八条", "28条", "第28条", "安全生产法 第28条", "安全生产法28条",
     "《安全生产法》第二十八条", "安全生产法第二十八条", "28", "art_28",
         " ２８条 "],
)  # fmt: skip
def test_a_number_brings_its_article_first(q):
    first = find(q).results[0]

    assert (first.type, first.law, first.number, first.eid, first.url) == (
        "law",
        "work-safety-law",
        "28",
        "art_28",
        "/laws/work-safety-law/art_28/",
    )


def test_a_named_law_answers_alone():
    assert {hit.law for hit in find("安全生产法 第28条").results} == {"work-safety-law"}
    assert {hit.law for hit in find("28条").results} == {
        "work-safety-law",
        "accident-reporting-regulation",
        "training-rules-order-3",
    }


@pytest.mark.parametrize(
    ("q", "number", "within"),
    [
        ("没培训就上岗罚多少", "97", 1),
        ("没培训就上岗罚多少", "28", 10),
        ("疏散", "42", 3),
        ("举报", "73", 3),
        ("工伤", "51", 3),
        ("劳务派遣", "28", 3),
        ("瞒报", "110", 4),
        ("一票否决", "", 0),
        ("不戴安全帽", "45", 3),
        ("老板要负什么责任", "5", 3),
        ("三同时", "31", 3),
        ("动火作业", "43", 3),
        ("重大危险源备案", "40", 3),
        ("外包安全责任", "103", 3),
        ("按日连续处罚", "112", 1),
        ("注册安全工程师", "27", 3),
    ],
)
def test_words_people_type_bring_the_article_up(q, number, within):
    results = find(q)

    if number:
        assert ("work-safety-law", number) in numbers(results)[:within]
    else:
        assert results.total == len(results.results) == 0


@pytest.mark.parametrize(
    "word", ["宿舍", "档案", "佩戴", "封堵", "撤离", "奖励", "公益", "保险"]
)
def test_every_two_character_word_in_mid_sentence_is_found(word):
    holding = set(
        SearchEntry.objects.filter(
            text__contains=word, language="zh-hans", in_force_to=None
        ).values_list("law", "number")
    )

    found = set(numbers(find(word, limit=200)))

    assert holding
    assert holding <= found


def test_english_finds_the_english_text():
    results = find("penalty for working without training", language="en")

    assert ("work-safety-law", "97") in numbers(results)[:3]
    assert all(hit.url.startswith("/en/") for hit in results.results)


def test_article_numbers_work_in_english():
    first = find("Article 28", language="en").results[0]

    assert (first.number, first.url) == ("28", "/en/laws/work-safety-law/art_28/")


def test_chinese_words_on_an_english_page_find_the_chinese_text():
    assert find("应急预案", language="en").results[0].url.startswith("/laws/")


def test_the_law_itself_comes_first_for_its_name():
    first = find("安全生产法").results[0]

    assert (first.title, first.number, first.url) == (
        "安全生产法",
        "",
        "/laws/work-safety-law/",
    )


def test_search_asks_the_database_a_handful_of_times(django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        find("没培训就上岗罚多少")
