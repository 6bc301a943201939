import pytest

from cms.domain.diff import compare_texts, compare_versions, find_version
from cms.domain.queries import versions_of
from cms.errors import NoVersionInForce
from tests.factories.cms import make_law

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def changes_of(older, newer):
    return [
        (one.change, one.eid, one.number, one.from_number)
        for one in compare_versions(older=older.version, newer=newer.version)
    ]


def test_changes_are_added_moved_and_changed_in_the_order_of_the_newer_text(
    amended_law,
):
    assert changes_of(*amended_law) == [
        ("added", "art_2", "2", ""),
        ("moved", "art_3", "3", "2"),
        ("changed", "art_4", "4", "3"),
    ]


def test_read_the_other_way_round_an_added_article_is_removed(amended_law):
    older, newer = amended_law

    assert changes_of(newer, older) == [
        ("removed", "art_2", "2", "2"),
        ("moved", "art_2", "2", "3"),
        ("changed", "art_3", "3", "4"),
    ]


def test_a_version_does_not_differ_from_itself(amended_law):
    older, _newer = amended_law

    assert changes_of(older, older) == []


def test_a_removed_article_has_no_text_after(amended_law):
    older, newer = amended_law

    (removed, *_rest) = compare_versions(older=newer.version, newer=older.version)

    assert (removed.before, removed.after) == ("国家建立责任清单制度。", None)


def test_pieces_put_the_texts_back_together():
    before, after = "处一万元罚款。", "处五万元以下的罚款。"

    pieces = compare_texts(before, after)

    assert "".join(text for kind, text in pieces if kind != "insert") == before
    assert "".join(text for kind, text in pieces if kind != "delete") == after


def test_an_unknown_label_names_the_known_ones(amended_law):
    older, _newer = amended_law
    versions = versions_of(law_key=older.law.translation_key, language="zh-hans")

    with pytest.raises(NoVersionInForce, match="2014, 2021"):
        find_version(versions=versions, label="1999")


def test_importing_a_newer_text_without_a_map_proposes_one(db):
    make_law(
        {"1": "为了安全制定本法。", "2": "单位应当培训员工。"}, effective="2014-12-01"
    )

    newer = make_law(
        {
            "1": "为了安全制定本法。",
            "2": "公布清单接受监督。",
            "3": "单位应当培训员工。",
        }
    )

    assert newer.is_map_proposed
    assert newer.version.wid_map == {"art_1": "2014:art_1", "art_3": "2014:art_2"}
