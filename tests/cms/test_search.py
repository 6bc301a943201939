"""What a person types, and what they must find."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from cms.domain.search import search
from cms.domain.search_index import EntryInput, index_many, index_object, rebuild_index
from cms.models import SearchEntry
from tests.factories.cms import FaqPageFactory, make_law

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

NOBODY = AnonymousUser()


def find(q, language="zh-hans", user=NOBODY, **values):
    return search(q=q, language=language, user=user, **{"limit": 10} | values)


@pytest.mark.parametrize(
    "q",
    ["", " ", "?", "'", '"', "\\", '" OR 1=1 --', "a\" AND b NEAR c", "*", "安*", "NOT",
     "'; DROP TABLE cms_searchentry; --", "安全' | !'", "<script>", "((((", "\x00安全",
     "培训:*", "-安全", "a" * 5000, "安" * 5000, "%", "_", "😀", "第条", "第零条",
     "999999999999999999999条", "{}", "\u202e安全"],
)  # fmt: skip
def test_no_query_breaks_the_search(amended_law, q):
    results = find(q)

    assert results.total >= 0
    assert SearchEntry.objects.exists()


def test_only_the_wording_in_force_answers(amended_law):
    titles = [hit.url for hit in find("罚款").results]

    assert titles == ["/laws/sample-law/art_4/"]


def test_a_future_wording_does_not_answer_yet(db, frozen_now):
    make_law({"1": "无人机应当登记。"}, effective="2026-12-01")
    assert find("无人机").total == 0

    frozen_now.move_to("2026-11-30T16:00:00Z")  # midnight of 1 December in China

    assert find("无人机").total == 1


def test_snippets_escape_what_editors_wrote(db):
    make_law({"1": "单位应当<script>alert(1)</script>进行培训 & 考核。"})

    snippet = find("培训").results[0].snippet

    assert "<script" not in snippet
    assert "&lt;script&gt;" in snippet
    assert "<mark>培训</mark>" in snippet
    assert "&amp; 考核" in snippet


def test_the_query_is_not_echoed_into_html(amended_law):
    hit = find("培训<b>").results[0]

    assert "<b>" not in hit.snippet + hit.title_html


def test_drafts_are_never_found(db):
    page = FaqPageFactory(title="起重机怎么检查？", live=False)
    page.save_revision()
    rebuild_index()
    assert find("起重机").total == 0

    page.save_revision().publish()
    assert [hit.title for hit in find("起重机").results] == ["起重机怎么检查？"]


def test_an_unpublished_edit_does_not_change_what_is_found(db):
    page = FaqPageFactory(title="起重机怎么检查？")
    page.save_revision().publish()

    page.title = "塔吊怎么检查？"
    page.save_revision()

    assert find("塔吊").total == 0
    assert find("起重机").total == 1


@pytest.mark.parametrize("leave", ["unpublish", "delete"])
def test_what_leaves_the_site_leaves_the_index(db, leave):
    page = FaqPageFactory(title="起重机怎么检查？")
    page.save_revision().publish()

    getattr(page, leave)()

    assert find("起重机").total == 0
    assert not SearchEntry.objects.filter(page_id=page.pk).exists()


def test_unpublishing_a_law_takes_its_articles_away(amended_law):
    older, _newer = amended_law

    older.law.unpublish()

    assert find("培训").total == 0


def test_a_restricted_page_is_not_indexed(db):
    page = FaqPageFactory(title="起重机怎么检查？")
    page.view_restrictions.create(restriction_type="login")

    page.save_revision().publish()

    assert find("起重机").total == 0


@pytest.mark.parametrize("audience", ["organization", "assigned", "package"])
def test_strangers_do_not_find_what_an_organization_owns(db, audience):
    index_object(
        type="course",
        object_key="c1",
        language="zh-hans",
        title="内部吊装课程",
        url="/courses/c1/",
        audience=audience,
        organization_id=7,
    )

    assert find("吊装").total == 0


def test_types_filter_and_counts_agree(db):
    for number in range(3):
        FaqPageFactory(title=f"吊装问题{number}").save_revision().publish()
    make_law({"1": "吊装作业应当专人指挥。"})

    results = find("吊装", types=["faq"], limit=2)

    assert results.total == 3
    assert len(results.results) == 2
    assert results.counts == {"law": 1, "faq": 3}


def test_indexing_twice_keeps_one_entry(db):
    entry = EntryInput(
        type="course", object_key="c1", language="zh-hans", title="吊装", url="/c/"
    )

    index_many(entries=[entry])
    index_many(entries=[entry])

    assert SearchEntry.objects.filter(object_key="c1").count() == 1
    assert find("吊装").total == 1


def test_rebuilding_gives_the_same_index(amended_law):
    FaqPageFactory(title="起重机怎么检查？").save_revision().publish()
    names = ["type", "object_key", "language", "title", "url", "in_force_to"]
    before = set(SearchEntry.objects.values_list(*names))

    count = rebuild_index()

    assert set(SearchEntry.objects.values_list(*names)) == before
    assert count == len(before)
    assert find("起重机").total == 1


def test_the_number_of_queries_does_not_grow_with_the_hits(
    db, django_assert_num_queries
):
    def publish(count):
        for number in range(count):
            FaqPageFactory(title=f"吊装{number}").save_revision().publish()

    publish(1)
    with django_assert_num_queries(4):
        find("吊装")
    publish(3)
    with django_assert_num_queries(4):
        find("吊装")


def test_today_is_the_day_in_china(db, frozen_now):
    make_law({"1": "无人机应当登记。"}, effective=str(date(2026, 11, 23)))
    frozen_now.move_to("2026-11-22T15:59:59Z")
    assert find("无人机").total == 0

    frozen_now.tick(timedelta(seconds=1))

    assert find("无人机").total == 1
