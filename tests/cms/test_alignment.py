import json

import pytest

from cms.domain.alignment import Aligned, Article, align_versions, build_wid_map
from tests.cms.conftest import CONTENT

pytestmark = pytest.mark.unit


def articles_of(name):
    document = json.loads((CONTENT / "laws" / name).read_text(encoding="utf-8"))
    return [
        Article(str(article["number"]), article["text"])
        for chapter in document["chapters"]
        for article in chapter["articles"]
    ]


def test_an_inserted_article_moves_the_others():
    old = [Article("1", "为了安全制定本法。"), Article("2", "单位应当培训员工。")]
    new = [old[0], Article("2", "国家公布清单，接受监督。"), Article("3", old[1].text)]

    assert align_versions(old=old, new=new) == [
        Aligned("1", "1", 1.0),
        Aligned(None, "2", 0.0),
        Aligned("2", "3", 1.0),
    ]


def test_a_dropped_article_has_no_partner():
    old = [Article("1", "甲乙丙丁。"), Article("2", "完全不同的话。")]

    assert align_versions(old=old, new=old[:1]) == [
        Aligned("1", "1", 1.0),
        Aligned("2", None, 0.0),
    ]


def test_a_renamed_department_is_the_same_rule():
    old = [Article("9", "由安全生产监督管理部门处罚。")]
    new = [Article("10", "由应急管理部门处罚。")]

    assert align_versions(old=old, new=new) == [Aligned("9", "10", 1.0)]


def test_the_confirmed_map_is_the_proposal_but_for_the_split_article():
    confirmed = json.loads(
        (CONTENT / "laws" / "work_safety_law_map.json").read_text(encoding="utf-8")
    )

    aligned = align_versions(
        old=articles_of("work_safety_law_2014.json"),
        new=articles_of("work_safety_law.json"),
    )

    proposed = {pair.new: pair.old for pair in aligned if pair.old and pair.new}
    assert proposed.pop("9") == "8"
    assert confirmed["derived"] == {"9": ["8"]}
    assert confirmed["pairs"] == proposed | {"8": "8"}
    assert {p.new for p in aligned if p.old is None} == {"8", "12", "17", "109", "112"}


def test_build_wid_map_leaves_new_articles_out():
    aligned = [Aligned("1", "1", 1.0), Aligned(None, "2", 0.0)]

    assert build_wid_map(aligned=aligned, old_wids={"art_1": "2014:art_1"}) == {
        "art_1": "2014:art_1"
    }
