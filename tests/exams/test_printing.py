"""Papers on paper: two orders, one key each, every font embedded."""

import io

import pypdfium2
import pytest

from exams.domain.items import revise_item
from exams.domain.printing.documents import answer_key, answer_sheet, question_paper
from exams.domain.printing.fonts import printable
from exams.domain.printing.sets import print_paper
from exams.interactions import interaction_for
from lms.core.errors import AppendOnlyError
from tests.factories.exams import (
    CONTENTS,
    ItemBankFactory,
    content_for,
    make_blueprint,
    make_fixed_paper,
    make_item,
    make_items,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def text_of(pdf):
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.fixture
def paper():
    bank = ItemBankFactory()
    items = [make_item(bank, name) for name in CONTENTS if name != "case"]
    case = make_item(bank, "case", content={"stem": "某厂发生火灾"})
    make_item(bank, "true_false", parent=case, order=1)
    make_item(bank, "choice", parent=case, order=2)
    return make_fixed_paper([*items, case, *make_items(6, bank=bank)])


def make(paper, now):
    return print_paper(paper=paper, by=None, on=now.date(), now=now)


def test_both_versions_hold_the_same_items_in_another_order(paper, now):
    a, b = make(paper, now).content["versions"].values()
    keys = [[v["keys"][str(i["position"])]["item"] for i in v["items"]] for v in (a, b)]
    assert keys[0] != keys[1]
    assert sorted(keys[0]) == sorted(keys[1])
    assert len(keys[0]) == 16


def test_each_key_is_right_for_its_own_version(paper, now):
    for version in make(paper, now).content["versions"].values():
        for item in version["items"]:
            key = version["keys"][str(item["position"])]
            interaction = interaction_for(item["type"])
            right = interaction.normalize_value(item, interaction.correct_response(key))
            if interaction.is_objective:
                score = interaction.score(key, right, 1)
                assert score.raw == score.max


def test_the_documents_are_complete_and_give_nothing_away(paper, now):
    printed = make(paper, now)
    for version in ("A", "B"):
        sheet = question_paper(printed=printed, version=version)
        text = text_of(sheet)
        assert all(f"{n}." in text for n in range(1, 17))
        assert "第二十八条" not in text
        assert "某厂发生火灾" in text
        assert b"/FontFile2" in sheet
        assert (
            text_of(answer_sheet(printed=printed, version=version)).count("姓名") == 1
        )
    key = text_of(answer_key(printed=printed))
    assert "安全第一" in key
    assert "第二十八条" in key


def test_a_set_stays_as_it_was_printed(paper, now):
    printed = make(paper, now)
    before = answer_key(printed=printed)
    item = paper.paper_items.first().item
    revise_item(item=item, content=content_for("choice", stem="改了"), by=None, now=now)
    printed.refresh_from_db()
    assert answer_key(printed=printed) == before
    with pytest.raises(AppendOnlyError):
        printed.save()
    assert make(paper, now).number == printed.number + 1


def test_sections_of_a_blueprint_stay_together(now):
    bank = ItemBankFactory()
    make_items(8, bank=bank)
    make_items(8, "true_false", bank=bank)
    paper = make_blueprint(
        [bank],
        [
            {"type": "choice", "cardinality": "single", "count": 5, "score": 2},
            {"type": "true_false", "count": 4, "score": 1},
        ],
        shuffle_items=True,
    )
    printed = make(paper, now)
    for version in printed.content["versions"].values():
        assert [i["section"] for i in version["items"]] == [0] * 5 + [1] * 4
    text = text_of(question_paper(printed=printed, version="A"))
    assert "共 5 题" in text
    assert "10 分" in text


def test_what_the_font_lacks_is_marked_and_markup_is_text(now):
    assert printable("a\u200bb\U0001f525") == "ab〓"
    bank = ItemBankFactory()
    item = make_item(bank, content=content_for("choice", stem="<b>&x</b> < 5"))
    printed = make(make_fixed_paper([item]), now)
    assert "<b>&x</b> < 5" in text_of(question_paper(printed=printed, version="A"))
