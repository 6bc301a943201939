"""Each format as people write it: what is kept, what is named, where it stands."""

# ruff: noqa: E501 -- samples of files stay as they are written

import io
import zipfile

import pytest

from exams.domain.exchange.drafts import Unreadable
from exams.domain.exchange.registry import read_file
from exams.domain.exchange.sheets import write_table

pytestmark = pytest.mark.unit


def read(text, format_name="auto", encoding="utf-8"):
    return read_file(text.encode(encoding), format_name=format_name)


def codes(parsed):
    return [remark.code for remark in parsed.all_remarks()]


def only(parsed):
    (draft,) = parsed.drafts
    return draft


def answer(draft):
    return draft.content["correct"]


# --- spreadsheets ---
WILD = [
    ["某公司安全考试题库", "", "", "", "", "", ""],
    ["题型", "题目", "选项A", "选项B", "选项C", "正确答案", "难易度"],
    ["单选", "甲？", "一", "二", "三", "B", "易"],
    ["多选题", "乙？", "一", "二", "三", "A、C", "中"],
    ["判断", "丙。", "", "", "", "√", "难"],
    ["判断题", "丁。", "", "", "", "错误", "5"],
]


def test_headings_as_they_are_seen_are_understood_below_a_title():
    parsed = read_file(write_table(WILD, title="x"))
    assert parsed.format == "xlsx"
    assert codes(parsed) == []
    assert [d.type for d in parsed.drafts] == [
        "choice",
        "choice",
        "true_false",
        "true_false",
    ]
    assert [answer(d) for d in parsed.drafts] == [["B"], ["A", "C"], True, False]
    assert [d.difficulty for d in parsed.drafts] == [1, 3, 5, 5]
    assert [d.place.row for d in parsed.drafts] == [3, 4, 5, 6]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_are_recognized(encoding):
    text = "题型,题干,选项A,选项B,答案\n单选题,安全生产的方针是什么？,甲,乙,A\n"
    draft = only(read(text, encoding=encoding))
    assert draft.content["stem"] == "安全生产的方针是什么？"


def test_bytes_of_no_encoding_are_refused():
    with pytest.raises(Unreadable) as refusal:
        read_file(b"\x81\x00\xff\xff\x00", format_name="csv")
    assert refusal.value.remark.code == "encoding"


@pytest.mark.parametrize("word", ["AB", "A,B", "A、B", "b a", "Ａ，Ｂ", "A|B"])
def test_several_answers_are_read_as_people_write_them(word):
    table = [
        ["题型", "题干", "选项A", "选项B", "选项C", "答案"],
        ["多选", "甲", "1", "2", "3", word],
    ]
    assert answer(only(read_file(write_table(table, title="x")))) == ["A", "B"]


def test_options_in_one_cell_are_taken_apart():
    table = [["题型", "题干", "选项", "答案"], ["单选", "甲", "A.一|B.二|C.三", "C"]]
    draft = only(read_file(write_table(table, title="x")))
    assert [o["text"] for o in draft.content["options"]] == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (["单选题", "", "一", "二", "A", "3"], "stem_missing", "stem"),
        (["抢答题", "甲", "一", "二", "A", "3"], "type_unknown", "type"),
        (["单选题", "甲", "一", "二", "E", "3"], "answer_not_an_option", "answer"),
        (["单选题", "甲", "一", "二", "AB", "3"], "answer_several", "answer"),
        (["多选题", "甲", "一", "二", "AA", "3"], "answer_twice", "answer"),
        (["单选题", "甲", "一", "二", "", "3"], "answer_missing", "answer"),
        (["判断题", "甲", "", "", "也许", "3"], "truth_unknown", "answer"),
        (["单选题", "甲", "一", "二", "A", "9"], "difficulty_unknown", "difficulty"),
        (["填空题", "甲____乙____", "", "", "一", "3"], "blanks_differ", "answer"),
        (["数值题", "甲", "", "", "约三", "3"], "number_unknown", "answer"),
        (["排序题", "甲", "一", "二", "A", "3"], "order_incomplete", "answer"),
    ],
)
def test_a_bad_cell_is_named_with_its_row_and_column(row, code, column):
    table = [["题型", "题干", "选项A", "选项B", "答案", "难度"], row]
    remarks = read_file(write_table(table, title="x")).all_remarks()
    assert (code, 2, column) in [(r.code, r.place.row, r.place.column) for r in remarks]


def test_a_column_nobody_knows_is_named_not_dropped():
    table = [["题型", "题干", "答案", "出题人"], ["判断", "甲", "对", "张三"]]
    parsed = read_file(write_table(table, title="x"))
    assert [(r.code, r.params) for r in parsed.remarks] == [
        ("column_unknown", {"heading": "出题人"})
    ]


def test_parts_follow_their_case():
    text = "编号,题型,题干,答案,所属案例\nK1,案例题,某厂起火,,\nK1-1,判断题,应当报告,对,K1\n"
    case = only(read(text))
    assert (case.type, [p.content["stem"] for p in case.children]) == (
        "case",
        ["应当报告"],
    )


# --- GIFT ---
@pytest.mark.parametrize(
    ("text", "kind", "correct"),
    [
        ("Right?{~a =b ~c}", "choice", ["B"]),
        ("Right?{~%50%a ~%-100%b ~%50%c}", "choice", ["A", "C"]),
        ("So it is.{T}", "true_false", True),
        ("So it is.{FALSE#no}", "true_false", False),
        ("Pi?{#3.1415:0.0005}", "numeric", "3.1415"),
        ("Pi?{#3..5}", "numeric", "4"),
    ],
)
def test_gift_answers(text, kind, correct):
    draft = only(read(text, "gift"))
    assert (draft.type, answer(draft)) == (kind, correct)


def test_gift_escapes_title_tags_and_category():
    draft = only(
        read(
            "// [id:Q-7] [tag:difficulty:5]\n$CATEGORY: top/安全/方针\n\n"
            "// [id:Q-7] [tag:difficulty:5]\n::T\\:1::[plain]\\{a\\} \\= b\\nc{=x\\~y ~z}",
            "gift",
        )
    )
    assert draft.content["stem"] == "{a} = b\nc"
    assert draft.content["options"][0]["text"] == "x~y"
    assert (draft.code, draft.difficulty, draft.topic) == ("Q-7", 5, "方针")


def test_gift_missing_word_short_answer_and_match():
    parsed = read("水的沸点是{=100 =一百}度。\n\n配对{=甲->一 =乙->二 = ->三}", "gift")
    blank, match = parsed.drafts
    assert blank.content["stem"] == "水的沸点是____度。"
    assert blank.content["blanks"] == [["100", "一百"]]
    assert len(match.content["left"]) == 2
    assert [o["text"] for o in match.content["right"]] == ["一", "二", "三"]


def test_gift_names_what_it_can_not_keep():
    parsed = read("a{=b#good ~%30%c}\n\nJust a text\n\nbroken{=a", "gift")
    assert codes(parsed) == [
        "feedback_lost",
        "weights_lost",
        "description",
        "gift_braces",
    ]
    assert [d.place.line for d in parsed.drafts] == [1, 3, 5]


# --- Aiken ---
def test_aiken_and_its_lines():
    parsed = read(
        "甲？\nA. 一\nB) 二\nANSWER: B\n\n乙？\nA. 一\nB. 二\n\n丙？\nA. 一\nB. 二\nANSWER: D\n"
    )
    assert parsed.format == "aiken"
    assert [answer(d) for d in parsed.drafts] == [["B"], [], ["D"]]
    assert [(r.code, r.place.line) for r in parsed.all_remarks()] == [
        ("answer_missing", 6),
        ("answer_not_an_option", 10),
    ]


# --- Moodle XML ---
MOODLE = """<?xml version="1.0"?><quiz>
<question type="category"><category><text>$course$/top/防火</text></category></question>
<question type="multichoice"><name><text>n</text></name>
<questiontext format="html"><text><![CDATA[<p>H<sub>2</sub>O 与<br/>火 <b>?</b></p><p><img src="@@PLUGINFILE@@/a%20b.png" alt="图"></p>]]></text>
<file name="a b.png" encoding="base64">iVBORw0KGgo=</file></questiontext>
<generalfeedback format="html"><text>因为</text></generalfeedback>
<defaultgrade>2.0000000</defaultgrade><single>true</single>
<answer fraction="100" format="html"><text>水</text><feedback><text>对</text></feedback></answer>
<answer fraction="0" format="html"><text>油</text><feedback><text/></feedback></answer>
<hint format="html"><text>想想</text></hint></question>
<question type="calculated"><questiontext><text>x</text></questiontext></question>
<question type="cloze"><questiontext format="html"><text>首都{1:SHORTANSWER:=北京~=京城}，{1:NUMERICAL:=3:0.5~%50%4:1}，{1:NM:=x}，{1:MULTICHOICE:=甲~乙}</text></questiontext></question>
</quiz>"""


def test_moodle_xml_with_picture_topic_and_losses():
    parsed = read(MOODLE)
    choice, calculated, cloze = parsed.drafts
    assert choice.content["stem"] == "H₂O 与\n火 ?"
    assert (choice.topic, choice.score, answer(choice)) == ("防火", "2", ["A"])
    assert parsed.pictures[choice.content["media"][0]["src"]] == b"\x89PNG\r\n\x1a\n"
    assert [(r.code, r.params) for r in choice.remarks] == [
        ("feedback_lost", {}),
        ("element_lost", {"element": "hint"}),
    ]
    assert [r.code for r in calculated.remarks if r.is_error] == ["question_type"]
    assert cloze.content["stem"] == "首都____，____，____，____"
    assert cloze.content["blanks"][:2] == [
        ["北京", "京城"],
        {"correct": "3", "tolerance": "0.5"},
    ]
    assert [(r.code, r.params) for r in cloze.remarks if r.is_error] == [
        ("number_unknown", {"word": "x"}),
        ("question_type", {"word": "cloze MULTICHOICE"}),
    ]


# --- QTI ---
QTI = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i1" title="t" adaptive="false" timeDependent="false">
<responseDeclaration identifier="R" cardinality="multiple" baseType="identifier"><correctResponse><value>b</value><value>c</value></correctResponse></responseDeclaration>
<itemBody><p>哪些对？</p><table><tr><td>表</td></tr></table>
<choiceInteraction responseIdentifier="R" shuffle="false" maxChoices="0"><prompt>选</prompt>
<simpleChoice identifier="a">甲</simpleChoice><simpleChoice identifier="b">乙</simpleChoice><simpleChoice identifier="c">丙</simpleChoice></choiceInteraction></itemBody>
<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/></assessmentItem>"""
QTI3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i2" title="t">
<qti-response-declaration identifier="R" cardinality="single" base-type="identifier"><qti-correct-response><qti-value>x</qti-value></qti-correct-response></qti-response-declaration>
<qti-item-body><p>哪个？</p><qti-choice-interaction response-identifier="R" max-choices="1">
<qti-simple-choice identifier="x">甲</qti-simple-choice><qti-simple-choice identifier="y">乙</qti-simple-choice></qti-choice-interaction></qti-item-body></qti-assessment-item>"""


def test_qti_21_and_30_single_items():
    draft = only(read(QTI))
    assert (draft.content["stem"], answer(draft)) == ("哪些对？\n表\n选", ["B", "C"])
    assert draft.content["fixed_order"] is True
    assert [(r.code, r.params) for r in draft.remarks] == [
        ("markup_lost", {"element": "table"})
    ]
    assert answer(only(read(QTI3))) == ["A"]


def test_qti_interactions_without_a_type_of_ours_are_named():
    draft = only(read(QTI.replace("choiceInteraction", "hottextInteraction")))
    assert [r.code for r in draft.remarks if r.is_error] == ["question_type"]


def package(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


MANIFEST = (
    '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>'
    '<resource identifier="a" type="imsqti_item_xmlv2p1" href="i.xml"/>'
    '<resource identifier="t" type="imsqti_test_xmlv2p1" href="t.xml"/>'
    '<resource identifier="b" type="imsqti_item_xmlv2p1" href="../gone.xml"/>'
    "</resources></manifest>"
)


def test_a_package_names_what_it_lacks_and_the_test_it_loses():
    parsed = read_file(package(**{"imsmanifest.xml": MANIFEST, "i.xml": QTI}))
    assert len(parsed.drafts) == 1
    assert [r.code for r in parsed.remarks] == ["test_lost", "file_missing"]


# --- hostile files ---
def test_entities_are_never_resolved():
    bomb = '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'
    with pytest.raises(Unreadable) as refusal:
        read(bomb, "moodle-xml")
    assert refusal.value.remark.code == "xml_doctype"


@pytest.mark.parametrize("name", ["../../etc/x", "/etc/x", "a\\..\\x", "C:/x"])
def test_names_that_leave_the_archive_are_refused(name):
    with pytest.raises(Unreadable) as refusal:
        read_file(package(**{"imsmanifest.xml": MANIFEST, name: "x"}))
    assert refusal.value.remark.code == "zip_name"


def test_a_zip_bomb_is_refused_by_its_sizes():
    data = package(**{"imsmanifest.xml": MANIFEST, "i.xml": b"0" * 60_000_000})
    with pytest.raises(Unreadable) as refusal:
        read_file(data)
    assert refusal.value.remark.code == "zip_too_large"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04rubbish", "zip_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_xls"),
        (b"<quiz><question>", "xml_damaged"),
        (b"<html></html>", "qti_root"),
        (b"<quiz></quiz>", "no_items"),
        ("甲,乙\n1,2\n".encode(), "headings_missing"),
    ],
)
def test_a_file_that_is_none_of_them_says_why(data, code):
    with pytest.raises(Unreadable) as refusal:
        read_file(data)
    assert refusal.value.remark.code == code
