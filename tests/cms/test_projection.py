import pytest

from cms.domain.projection import project_version, split_text
from cms.models import Provision
from tests.factories.cms import make_law

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_publishing_a_version_projects_chapters_articles_paragraphs_and_items():
    law = make_law({"1": "第一款。\n（一）甲；\n（二）乙。\n第二款。"})

    rows = law.version.provisions.order_by("order").values_list("eid", "kind", "text")

    assert list(rows) == [
        ("chp_1", "chapter", ""),
        ("art_1", "article", "第一款。\n（一）甲；\n（二）乙。\n第二款。"),
        ("art_1__para_1", "paragraph", "第一款。"),
        ("art_1__para_1__item_1", "item", "（一）甲；"),
        ("art_1__para_1__item_2", "item", "（二）乙。"),
        ("art_1__para_2", "paragraph", "第二款。"),
    ]


def test_articles_inserted_by_amendment_keep_their_own_number():
    law = make_law(
        {"134": "前一条。", "第一百三十四条之一": "之一。", "135": "后一条。"}
    )

    eids = law.version.provisions.articles().values_list("eid", "number")

    assert list(eids.order_by("order")) == [
        ("art_134", "134"),
        ("art_134-1", "134-1"),
        ("art_135", "135"),
    ]


def test_projecting_twice_changes_nothing():
    law = make_law({"1": "甲。", "2": "乙。"})
    before = list(law.version.provisions.order_by("order").values_list("eid", "wid"))

    project_version(version=law.version)

    after = list(law.version.provisions.order_by("order").values_list("eid", "wid"))
    assert after == before


def test_wid_names_where_a_rule_first_appeared(amended_law):
    _older, newer = amended_law

    wids = dict(newer.version.provisions.articles().values_list("eid", "wid"))

    assert wids == {
        "art_1": "2014:art_1",
        "art_2": "2021:art_2",
        "art_3": "2014:art_2",
        "art_4": "2014:art_3",
    }


def test_parts_of_an_article_share_its_wid(amended_law):
    _older, newer = amended_law

    item = newer.version.provisions.get(eid="art_3__para_1__item_2")

    assert item.wid == "2014:art_2__para_1__item_2"
    assert item.parent_eid == "art_3__para_1"


def test_an_unpublished_version_is_not_in_the_published_provisions(amended_law):
    older, _newer = amended_law

    older.version.unpublish()

    labels = set(Provision.objects.published().values_list("version__label", flat=True))
    assert labels == {"2021"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一句。", [("paragraph", 1, 0, "一句。")]),
        ("（一）没有引语的项。", [("paragraph", 1, 0, "（一）没有引语的项。")]),
        (
            "引语：\n(1) 甲\n\n(2) 乙",
            [
                ("paragraph", 1, 0, "引语："),
                ("item", 1, 1, "(1) 甲"),
                ("item", 1, 2, "(2) 乙"),
            ],
        ),
        ("", []),
    ],
)
def test_split_text_tells_paragraphs_from_items(text, expected):
    assert list(split_text(text)) == expected
