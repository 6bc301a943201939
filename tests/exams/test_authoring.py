"""The item editor: forms of all types, revisions, who sees what."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cms.models import Citation
from exams.enums import ItemStatus, PendingState
from exams.models import Item, ItemRevision
from tests.exams.authoring import OPTIONS, body, body_of, only_item, rows
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cms import make_law
from tests.factories.exams import (
    CONTENTS,
    ItemBankFactory,
    TopicFactory,
    content_for,
    make_item,
)
from tests.factories.organizations import AdministratorFactory, OrganizationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def bank():
    return ItemBankFactory()


@pytest.fixture
def editor():
    client = Client()
    client.force_login(SuperuserFactory())
    return client


def add(type_name):
    return f"{reverse('items:add')}?type={type_name}"


REGION = {"x": "0", "y": "0", "width": "20", "height": "20"}
WRITTEN = {
    "choice": (
        body(OPTIONS, cardinality="single"),
        {"cardinality": "single", "correct": ["A"], "options": [
            {"key": "A", "text": "安全第一"},
            {"key": "B", "text": "产量第一"},
            {"key": "C", "text": "速度第一"},
        ]},
    ),
    "true_false": (body(correct="false"), {"correct": False}),
    "text_entry": (
        body(
            rows(
                "blanks",
                {"variants": "24\n二十四"},
                {"number": "3.5", "tolerance": "0.1"},
                {"number": "8"},
            ),
            stem="填____和____和____",
        ),
        {"blanks": [
            ["24", "二十四"],
            {"correct": "3.5", "tolerance": "0.1"},
            {"correct": "8", "tolerance": "0"},
        ]},
    ),
    "numeric": (
        body(correct="3.5", tolerance="0.1", unit="%"),
        {"correct": "3.5", "tolerance": "0.1", "unit": "%"},
    ),
    "extended_text": (
        body(rows("rubric", {"text": "通风", "score": "2"}), model="先通风"),
        {"model": "先通风", "rubric": [{"text": "通风", "score": 2}]},
    ),
    "order": (
        body(rows("options", {"text": "停电"}, {"text": "验电"}, {"text": "接地"})),
        {"correct": ["A", "C", "B"], "options": [
            {"key": "A", "text": "停电"},
            {"key": "B", "text": "接地"},
            {"key": "C", "text": "验电"},
        ]},
    ),
    "match": (
        body(
            rows(
                "left",
                {"left": "较大", "right": "市级"},
                {"left": "一般", "right": "县级"},
            ),
            rows("right", {"right": "乡级"}),
        ),
        {
            "left": [{"key": "1", "text": "较大"}, {"key": "2", "text": "一般"}],
            "right": [
                {"key": "a", "text": "乡级"},
                {"key": "b", "text": "县级"},
                {"key": "c", "text": "市级"},
            ],
            "correct": {"1": "c", "2": "b"},
        },
    ),
    "hotspot": (
        body(
            rows(
                "regions",
                {"label": "出口", **REGION},
                {"label": "冲床", **REGION, "x": "50", "is_right": True},
            ),
            image_source="/static/x.png",
            image_alt="车间平面图",
        ),
        {
            "image": {"src": "/static/x.png", "alt": "车间平面图"},
            "regions": [
                {"key": "a", "label": "出口", "x": 0.0, "y": 0.0,
                 "width": 0.2, "height": 0.2},
                {"key": "b", "label": "冲床", "x": 0.5, "y": 0.0,
                 "width": 0.2, "height": 0.2},
            ],
            "correct": ["b"],
        },
    ),
    "case": (body(), {}),
}  # fmt: skip


@pytest.mark.parametrize("type_name", WRITTEN)
def test_each_type_is_written_with_its_form(editor, bank, type_name):
    sent, own = WRITTEN[type_name]
    answer = editor.post(add(type_name), sent | {"bank": bank.pk})
    assert answer.status_code == 302, answer.context["problems"]
    item = only_item()
    shared = {"stem": sent["stem"], "explanation": "第二十八条"}
    assert item.content == shared | own
    assert (item.type, item.status, item.pending) == (type_name, "draft", "draft")
    assert item.code == "Q00001"


@pytest.mark.parametrize("type_name", CONTENTS)
def test_a_form_that_is_saved_untouched_changes_nothing(editor, bank, type_name):
    item = make_item(bank, type_name)
    address = reverse("items:edit", args=[item.pk])
    answer = editor.post(address, body_of(editor.get(address)))
    assert answer.status_code == 302, answer.context["problems"]
    assert ItemRevision.objects.filter(item=item).count() == 1
    assert (only_item().content, only_item().pending) == (item.content, "")


@pytest.mark.parametrize("type_name", CONTENTS)
def test_each_type_is_previewed_without_its_key(editor, bank, type_name):
    item = make_item(bank, type_name)
    page = editor.get(reverse("items:preview", args=[item.pk])).content.decode()
    assert f'data-type="{type_name}"' in page
    assert "第二十八条" not in page


def test_what_is_being_written_is_previewed_and_not_saved(editor):
    address = reverse("items:draft", args=["choice"])
    good = editor.post(address, body(OPTIONS, cardinality="single"))
    assert "安全第一" in good.content.decode()
    bad = editor.post(address, body(cardinality="single")).content.decode()
    assert 'data-type="choice"' not in bad
    assert "2" in bad
    assert not Item.objects.exists()


ONE_OPTION = rows("options", {"text": "甲", "is_right": True})
NONE_RIGHT = rows("options", {"text": "甲"}, {"text": "乙"})
ONE_BLANK = rows("blanks", {"variants": "8"})


@pytest.mark.parametrize(
    ("type_name", "sent", "at"),
    [
        ("choice", body(ONE_OPTION, cardinality="single"), "options"),
        ("choice", body(NONE_RIGHT, cardinality="single"), "options"),
        ("text_entry", body(ONE_BLANK, stem="填____和____"), "blanks"),
        ("numeric", body(correct="三", tolerance="0"), "correct"),
        ("order", body(rows("options", {"text": "甲"}, {"text": "甲"})), "options"),
        ("match", body(rows("left", {"left": "甲", "right": "乙"})), "left"),
        ("true_false", body(correct="true", stem=""), "stem"),
        ("true_false", body(correct="true", score="0"), "score"),
        ("true_false", body(correct="true", difficulty="9"), "difficulty"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_at_its_field(editor, bank, type_name, sent, at):
    answer = editor.post(add(type_name), sent | {"bank": bank.pk})
    form = answer.context["form"]
    assert answer.status_code == 200
    wrong = [n for n, set_ in form.rows.items() if set_.texts]
    assert [*form.errors, *wrong] == [at]
    assert answer.context["problems"]
    assert not Item.objects.exists()


def test_a_mistake_in_a_row_names_row_and_column(editor, bank):
    lines = rows(
        "rubric", {"text": "通风", "score": "2"}, {"text": "监护", "score": "x"}
    )
    answer = editor.post(add("extended_text"), body(lines, bank=bank.pk))
    (problem,) = answer.context["problems"]
    assert "2" in problem
    errors = [row.errors for row in answer.context["form"].rows["rubric"].forms]
    assert [list(one) for one in errors] == [[], ["score"]]


def test_a_place_outside_of_the_picture_is_refused_at_its_number(editor, bank):
    lines = rows(
        "regions", {"label": "门", **REGION, "x": "90"}, {"label": "窗", **REGION}
    )
    sent = body(lines, bank=bank.pk, image_source="/static/x.png", image_alt="图")
    form = editor.post(add("hotspot"), sent).context["form"]
    assert list(form.rows["regions"].forms[0].errors) == ["width"]


def test_an_approved_item_is_asked_as_it_was_until_the_change_is_approved(editor, bank):
    item = make_item(bank, "true_false")
    address = reverse("items:edit", args=[item.pk])
    sent = body_of(editor.get(address)) | {"stem": "改过"}
    assert editor.post(address, sent).status_code == 302
    item = only_item()
    assert item.content["stem"] == "下列说法正确的是"
    assert item.newest_revision.content["stem"] == "改过"
    assert (item.status, item.pending) == (ItemStatus.REVIEWED, PendingState.DRAFT)
    assert item.draft_revision.number == 2


def test_whoever_saves_second_is_told_and_loses_nothing(editor, bank):
    item = make_item(bank, "true_false", status="draft")
    address = reverse("items:edit", args=[item.pk])
    mine = body_of(editor.get(address)) | {"stem": "我的改动"}
    theirs = body_of(editor.get(address)) | {"stem": "别人的改动"}
    assert editor.post(address, theirs).status_code == 302
    answer = editor.post(address, mine)
    assert answer.status_code == 200
    assert only_item().content["stem"] == "别人的改动"
    again = body_of(answer)
    assert again["stem"] == "我的改动"
    assert editor.post(address, again).status_code == 302
    assert only_item().content["stem"] == "我的改动"


def test_what_the_form_does_not_show_is_kept(editor, bank):
    content = content_for("choice", penalty="0.5", scoring="negative")
    item = make_item(bank, content=content, status="draft")
    address = reverse("items:edit", args=[item.pk])
    sent = body_of(editor.get(address)) | {"stem": "改过"}
    assert editor.post(address, sent).status_code == 302
    assert only_item().content == content | {"stem": "改过"}


def test_a_case_gets_its_sub_items_in_order(editor, bank):
    case = make_item(bank, "case")
    address = f"{add('true_false')}&case={case.pk}"
    for number in (1, 2):
        sent = body(correct="true", stem=f"小题{number}：进入前先检测")
        assert editor.post(address, sent).status_code == 302
    parts = Item.objects.non_polymorphic().filter(parent=case).order_by("order")
    assert [part.order for part in parts] == [1, 2]
    assert {part.bank_id for part in parts} == {bank.pk}
    editor.post(reverse("items:move_part", args=[parts[1].pk]), {"direction": "up"})
    assert [p.summary[:3] for p in parts.all()] == ["小题2", "小题1"]
    case = Item.objects.non_polymorphic().get(pk=case.pk)
    assert case.pending == PendingState.DRAFT
    page = editor.get(reverse("items:preview", args=[case.pk])).content.decode()
    assert page.index("小题2") < page.index("小题1")


def test_articles_are_cited_and_a_wrong_number_is_named(editor, bank):
    make_law({"27": "配备人员。", "28": "培训从业人员。"})
    line = {"law": "样例法", "article": "28", "why": "培训"}
    sent = body(rows("citations", line), bank=bank.pk, correct="true")
    answer = editor.post(add("true_false"), sent)
    assert answer.status_code == 302, answer.context["problems"]
    cited = Citation.objects.get(source_key=str(only_item().public_id))
    assert (cited.law_slug, cited.eid, cited.why) == (
        "sample-law",
        "art_28",
        "培训",
    )
    bad = body(rows("citations", line | {"article": "999"}), bank=bank.pk)
    form = editor.post(add("true_false"), bad | {"correct": "true"}).context["form"]
    assert list(form.rows["citations"].forms[0].errors) == ["article"]


def test_a_file_is_kept_although_another_field_was_wrong(editor, bank):
    sent = body(bank=bank.pk, correct="true", stem="") | {
        "media-TOTAL_FORMS": 1,
        "media-0-alt": "电缆沟",
        "media-0-file": SimpleUploadedFile("a.png", PNG),
    }
    answer = editor.post(add("true_false"), sent)
    again = body_of(answer) | {"stem": "图中有何隐患？"}
    assert editor.post(add("true_false"), again).status_code == 302
    (one,) = only_item().content["media"]
    assert one["alt"] == "电缆沟"
    assert one["src"].endswith(".png")


@pytest.mark.parametrize(
    ("name", "data"), [("a.png", b"<svg onload=1>"), ("a.html", b"<p>"), ("a.mp3", PNG)]
)
def test_a_file_that_is_not_what_it_says_is_refused(editor, name, data):
    answer = editor.post(
        reverse("items:upload"), {"file": SimpleUploadedFile(name, data)}
    )
    assert answer.status_code == 422
    assert json.loads(answer.content)["detail"]


def test_foreign_addresses_are_no_pictures(editor, bank):
    line = {"source": "javascript:alert(1)", "alt": "图"}
    sent = body(rows("media", line), bank=bank.pk, correct="true")
    form = editor.post(add("true_false"), sent).context["form"]
    assert list(form.rows["media"].forms[0].errors) == ["file"]


# ---- who sees what ----------------------------------------------------------


def author_of(organization):
    """Somebody who administers an organization and may enter the editors' admin."""
    user = AdministratorFactory(organization=organization).user
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def two_owners():
    organization, other_organization = OrganizationFactory.create_batch(2)
    mine = make_item(
        ItemBankFactory(owner_organization_id=organization.pk), code="MINE-1"
    )
    theirs = make_item(
        ItemBankFactory(owner_organization_id=other_organization.pk), code="THEIRS-1"
    )
    return author_of(organization), mine, theirs


def test_the_list_shows_the_own_banks_only(two_owners):
    author, _mine, _theirs = two_owners
    page = author.get(reverse("items:index")).content.decode()
    assert "MINE-1" in page
    assert "THEIRS-1" not in page


@pytest.mark.parametrize(
    ("method", "name", "more"),
    [
        ("get", "edit", []),
        ("get", "preview", []),
        ("get", "revisions", []),
        ("get", "revision", [1]),
        ("post", "edit", []),
        ("post", "restore", [1]),
        ("post", "move_part", []),
        *[("post", "review", [step]) for step in
          ("submit", "approve", "return", "retire", "reopen", "ask-recheck",
           "confirm-recheck")],
    ],
)  # fmt: skip
def test_another_tenants_item_is_not_there(two_owners, method, name, more):
    author, _mine, theirs = two_owners
    answer = getattr(author, method)(reverse(f"items:{name}", args=[theirs.pk, *more]))
    assert answer.status_code == 404
    theirs = Item.objects.non_polymorphic().get(pk=theirs.pk)
    assert (theirs.status, theirs.pending) == ("reviewed", "")


def test_nothing_is_written_into_another_tenants_bank_or_topic(two_owners):
    author, mine, theirs = two_owners
    answer = author.post(
        add("true_false"), body(bank=theirs.bank_id, correct="true", stem="新题")
    )
    assert list(answer.context["form"].errors) == ["bank"]
    topic = TopicFactory(owner_organization_id=theirs.bank.owner_organization_id)
    sent = body(bank=mine.bank_id, correct="true", stem="新题", topic=topic.pk)
    answer = author.post(add("true_false"), sent)
    assert list(answer.context["form"].errors) == ["topic"]
    address = reverse("items:draft", args=["choice"])
    assert author.post(address, {"item": theirs.pk}).status_code == 404
    case = make_item(theirs.bank, "case")
    assert author.get(f"{add('choice')}&case={case.pk}").status_code == 404


@pytest.mark.parametrize("name", ["index", "add"])
def test_who_writes_for_no_bank_gets_nowhere(bank, name):
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(f"items:{name}"))
    assert answer.status_code in (302, 403)
    client.logout()
    assert client.get(reverse(f"items:{name}")).status_code == 302


@pytest.mark.parametrize(
    ("blank", "wrong"),
    [
        ({"variants": "8", "number": "8"}, "number"),
        ({"number": "eight"}, "number"),
        ({"number": "8", "tolerance": "-1"}, "tolerance"),
        ({"number": "8", "tolerance": "wide"}, "tolerance"),
        ({"variants": "8", "tolerance": "1"}, "tolerance"),
        ({"tolerance": "1"}, "variants"),
    ],
)
def test_a_blank_is_texts_or_a_number(editor, bank, blank, wrong):
    sent = body(rows("blanks", blank), stem="填____", bank=bank.pk)
    answer = editor.post(add("text_entry"), sent)
    (row,) = answer.context["form"].rows["blanks"].forms
    assert next(iter(row.errors)) == wrong
    assert not bank.items.exists()
