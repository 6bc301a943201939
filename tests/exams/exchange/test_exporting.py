"""What a format can't carry is named, item by item."""

import pytest

from exams.domain.exchange.drafts import ItemDraft, options_of
from exams.domain.exchange.exporting import export_drafts

pytestmark = pytest.mark.unit


def simple_drafts():
    return [
        ItemDraft(
            "choice",
            {
                "stem": "下列正确的是",
                "cardinality": "single",
                "options": options_of(["甲", "乙"]),
                "correct": ["B"],
            },
            code="C1",
        ),
        ItemDraft("true_false", {"stem": "对吗", "correct": True}, code="C2"),
    ]


def losses_of(drafts, format_name):
    export = export_drafts(drafts=drafts, format_name=format_name)
    return [(r.place.element, r.code, r.params.get("fields")) for r in export.losses]


def test_a_plain_bank_loses_nothing_in_gift():
    assert losses_of(simple_drafts(), "gift") == []


def test_aiken_names_the_type_it_lacks_and_the_code_it_drops():
    assert losses_of(simple_drafts(), "aiken") == [
        ("C1", "export_differs", "code"),
        ("C2", "export_type", None),
    ]


def test_gift_names_the_model_answer_it_drops():
    essay = ItemDraft("extended_text", {"stem": "简述", "model": "先通风"}, code="C3")
    assert losses_of([essay], "gift") == [("C3", "export_differs", "model")]


def test_a_picture_that_is_nowhere_is_named():
    draft = simple_drafts()[0]
    draft.content["media"] = [{"kind": "image", "src": "/gone.png", "alt": ""}]
    found = losses_of([draft], "qti-3.0")
    assert ("C1", "picture_missing", None) in found


def test_a_cell_never_becomes_a_formula():
    draft = simple_drafts()[0]
    draft.content["stem"] = '=HYPERLINK("http://x")'
    data = export_drafts(drafts=[draft], format_name="csv").data.decode("utf-8-sig")
    assert "'=HYPERLINK" in data
    assert losses_of([draft], "csv") == []
