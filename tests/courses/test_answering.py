"""Questions inside lessons: no key before the answer, the server's word, kept."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from courses.blocks import check_situations
from courses.domain.answering import (
    answer_question,
    restart_scenario,
    shown_questions,
)
from courses.domain.authored import authored_in
from courses.domain.move_on import finish_exercise
from courses.domain.publishing import publish_course
from courses.errors import (
    ActivityUnknown,
    AnswerInvalid,
    AnswerOutOfStep,
    MoveOnRefused,
)
from courses.models import ActivityAnswer, ActivityVersion, UnitProgress
from tests.factories.accounts import UserFactory
from tests.factories.courses import NOW, make_course, make_enrollment, make_lesson

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

QUESTION = {
    "type": "single",
    "stem": "先做什么？",
    "options": [
        {"key": "A", "text": "先通风", "why": "气体要先排出"},
        {"key": "B", "text": "先进入", "why": "会中毒"},
        {"key": "C", "text": "先吃饭", "why": ""},
    ],
    "answer": ["A"],
    "explanation": "先通风，再检测，后作业。",
}
SAID = {"prompt": "做一做", "right": "对了", "wrong": "再想想"}
ORDERING = SAID | {
    "steps": [
        {"key": k, "text": t, "why": ""} for k, t in zip("abc", "一二三", strict=True)
    ]
}
MATCHING = SAID | {
    "pairs": [{"left": "红", "right": "禁止"}, {"left": "黄", "right": "警告"}]
}
HOTSPOT = SAID | {
    "scene": "车间",
    "spots": [
        {
            "key": "1",
            "text": "裸线",
            "x": 5,
            "y": 5,
            "w": 10,
            "h": 10,
            "is_hazard": True,
            "why": "会触电",
        },
        {
            "key": "2",
            "text": "桌子",
            "x": 50,
            "y": 50,
            "w": 10,
            "h": 10,
            "is_hazard": False,
            "why": "",
        },
    ],
}
BRANCHING = SAID | {
    "situations": [
        {
            "key": "s1",
            "text": "有人倒在罐内。",
            "choices": [
                {
                    "text": "马上下去",
                    "outcome": "你也倒下了。",
                    "next": "",
                    "is_best": False,
                },
                {
                    "text": "先呼救并通风",
                    "outcome": "救援到了。",
                    "next": "s2",
                    "is_best": True,
                },
            ],
        },
        {
            "key": "s2",
            "text": "救援人员问氧含量。",
            "choices": [
                {"text": "猜一个", "outcome": "不可靠。", "next": "", "is_best": False},
                {
                    "text": "检测后报告",
                    "outcome": "他安全下去。",
                    "next": "",
                    "is_best": True,
                },
            ],
        },
    ]
}


def learner_with(kind="document", exercise=None, checks=(), **fields):
    course = make_course()
    make_lesson(
        course,
        kind=kind,
        exercise=[{"type": t, "value": v} for t, v in exercise or []],
        check_questions=[{"type": "question", "value": q} for q in checks],
        **fields,
    )
    publish_course(course=course, now=NOW)
    return make_enrollment(course=course)


def key_of(enrollment):
    from uuid import UUID

    return UUID(enrollment.syllabus.units[0]["key"])


def show(enrollment):
    unit = enrollment.syllabus.units[0]
    return shown_questions(enrollment=enrollment, unit=unit, language="zh-hans")


def give(enrollment, ref, value, step=0):
    shown = answer_question(
        enrollment=enrollment,
        unit_key=key_of(enrollment),
        ref=ref,
        value=value,
        step=step,
        language="zh-hans",
        now=NOW,
    )
    return next(one for one in shown if one.ref == ref)


def label(options, text):
    return next(o["key"] for o in options if o["text"] == text)


def test_a_right_answer_is_kept_and_explained():
    enrollment = learner_with(checks=[QUESTION])
    view = show(enrollment)[0].view
    shown = give(enrollment, "q1", [label(view["options"], "先通风")])
    assert shown.is_passed
    assert shown.feedback.whys == ["气体要先排出"]
    assert shown.feedback.explanation == QUESTION["explanation"]
    row = ActivityAnswer.objects.get()
    assert (row.number, row.is_right, row.share) == (1, True, 1.0)


def test_the_right_answer_is_told_after_the_second_wrong_one_only():
    enrollment = learner_with(checks=[QUESTION])
    wrong = [label(show(enrollment)[0].view["options"], "先进入")]
    first = give(enrollment, "q1", wrong)
    assert (first.feedback.right, first.feedback.explanation) == ([], "")
    assert first.feedback.whys == ["会中毒"]
    second = give(enrollment, "q1", wrong)
    assert second.feedback.right == [
        f"{label(second.view['options'], '先通风')}. 先通风"
    ]
    assert not second.is_passed
    assert [row.number for row in ActivityAnswer.objects.all()] == [1, 2]


def test_no_page_and_no_view_holds_the_key_before_the_answer(client):
    enrollment = learner_with(
        kind="exercise",
        exercise=[
            ("ordering", ORDERING),
            ("matching", MATCHING),
            ("hotspot", HOTSPOT),
            ("branching", BRANCHING),
        ],
        checks=[QUESTION],
    )
    client.force_login(enrollment.learner)
    url = reverse("courses:lesson", args=[key_of(enrollment)])
    page = client.get(url, follow=True).text
    for secret in (
        "气体要先排出",
        "会触电",
        "你也倒下了",
        "救援人员问氧含量",
        "is_hazard",
        "data-right",
        "is_best",
        QUESTION["explanation"],
    ):
        assert secret not in page
    order = next(one for one in show(enrollment) if one.kind == "order")
    # Labels follow the shuffled order, so they tell nothing of the right one.
    assert [o["key"] for o in order.view["options"]] in (
        ["A", "B", "C"],
        ["C", "B", "A"],
    )
    assert [o["text"] for o in order.view["options"]] != ["一", "二", "三"]


@pytest.mark.parametrize(
    ("block", "value"), [("ordering", ORDERING), ("matching", MATCHING)]
)
def test_orders_and_pairs_are_scored_by_the_item_types(block, value):
    enrollment = learner_with(kind="exercise", exercise=[(block, value)])
    view = show(enrollment)[0].view
    if block == "ordering":
        right = [label(view["options"], text) for text in "一二三"]
        wrong = right[::-1]
    else:
        pairs = {"红": "禁止", "黄": "警告"}
        right = [
            f"{o['key']}:{label(view['right'], pairs[o['text']])}" for o in view["left"]
        ]
        wrong = right[:1]
    assert not give(enrollment, "e1", wrong).feedback.is_right
    assert give(enrollment, "e1", right).feedback.is_right


def test_hazards_are_found_and_everything_marked_is_no_finding():
    enrollment = learner_with(kind="exercise", exercise=[("hotspot", HOTSPOT)])
    spots = {s["text"]: s["key"] for s in show(enrollment)[0].view["spots"]}
    assert not give(enrollment, "e1", list(spots.values())).feedback.is_right
    found = give(enrollment, "e1", [spots["裸线"]])
    assert found.feedback.is_right
    assert found.feedback.whys == ["裸线: 会触电"]


def test_a_scenario_goes_its_way_and_tells_only_what_was_chosen():
    enrollment = learner_with(kind="exercise", exercise=[("branching", BRANCHING)])
    first = show(enrollment)[0].view["situation"]
    shown = give(enrollment, "e1", [label(first["options"], "先呼救并通风")])
    assert shown.feedback is None
    assert [s["outcome"] for s in shown.view["steps"]] == ["救援到了。"]
    second = shown.view["situation"]
    with pytest.raises(AnswerOutOfStep):
        give(enrollment, "e1", ["A"], step=0)
    ended = give(enrollment, "e1", [label(second["options"], "检测后报告")], step=1)
    assert ended.view["situation"] is None
    assert ended.is_passed
    assert [row.is_right for row in ActivityAnswer.objects.all()] == [None, True]
    restart_scenario(
        enrollment=enrollment,
        unit_key=key_of(enrollment),
        ref="e1",
        language="zh-hans",
        now=NOW,
    )
    again = show(enrollment)[0]
    assert (again.view["steps"], again.is_passed) == ([], True)


def test_a_bad_way_ends_the_story_without_passing():
    enrollment = learner_with(kind="exercise", exercise=[("branching", BRANCHING)])
    first = show(enrollment)[0].view["situation"]
    shown = give(enrollment, "e1", [label(first["options"], "马上下去")])
    assert (shown.is_passed, shown.feedback.share) == (False, 0.0)


@pytest.mark.parametrize("value", [[], ["Z"], ["A", "B"]])
def test_what_is_no_answer_is_refused_and_not_kept(value):
    enrollment = learner_with(checks=[QUESTION])
    with pytest.raises(AnswerInvalid):
        give(enrollment, "q1", value)
    assert not ActivityAnswer.objects.exists()


def test_an_unknown_question_is_unknown():
    enrollment = learner_with(checks=[QUESTION])
    with pytest.raises(ActivityUnknown):
        give(enrollment, "q7", ["A"])


def test_an_exercise_is_finished_only_when_it_was_worked_through():
    enrollment = learner_with(kind="exercise", exercise=[("ordering", ORDERING)])
    with pytest.raises(MoveOnRefused):
        finish_exercise(enrollment=enrollment, unit_key=key_of(enrollment), now=NOW)
    give(enrollment, "e1", ["A", "B", "C"])
    finish_exercise(enrollment=enrollment, unit_key=key_of(enrollment), now=NOW)
    assert UnitProgress.objects.get().is_completed


def test_published_questions_stay_when_the_author_changes_them():
    enrollment = learner_with(checks=[QUESTION])
    before = show(enrollment)[0].view["stem"]
    from courses.models import LessonPage

    lesson = LessonPage.objects.get()
    changed = QUESTION | {"stem": "换了一道题"}
    lesson.check_questions = [{"type": "question", "value": changed}]
    lesson.save_revision().publish()
    publish_course(course=lesson.course(), now=NOW)
    assert show(enrollment)[0].view["stem"] == before
    assert ActivityVersion.objects.count() == 2


def test_another_persons_lesson_takes_no_answer(client):
    enrollment = learner_with(checks=[QUESTION])
    client.force_login(UserFactory())
    url = reverse("courses:answer", args=[key_of(enrollment), "q1"])
    assert client.post(url, {"value": "A"}).status_code == 404
    assert not ActivityAnswer.objects.exists()


@pytest.mark.parametrize("with_script", [True, False])
def test_an_answer_comes_back_judged_with_and_without_scripts(client, with_script):
    enrollment = learner_with(checks=[QUESTION])
    client.force_login(enrollment.learner)
    value = label(show(enrollment)[0].view["options"], "先通风")
    url = reverse("courses:answer", args=[key_of(enrollment), "q1"])
    headers = {"HX-Request": "true"} if with_script else {}
    answer = client.post(url, {"value": value}, headers=headers, follow=True)
    assert "气体要先排出" in answer.text
    assert ("<html" in answer.text) is not with_script


def test_a_story_that_leads_back_or_has_two_right_ways_is_refused():
    story = BRANCHING["situations"]
    circle = [story[0] | {"choices": [story[0]["choices"][1] | {"next": "s1"}] * 2}]
    with pytest.raises(ValidationError, match="s1"):
        check_situations(circle)


def test_every_block_gives_content_that_the_item_types_accept():
    from courses.activities import item_engine
    from courses.models import LessonPage

    learner_with(
        kind="exercise",
        exercise=[("ordering", ORDERING), ("matching", MATCHING), ("hotspot", HOTSPOT)],
        checks=[QUESTION],
    )
    authored = authored_in(LessonPage.objects.get())
    for one in authored:
        item_engine().validate(one.kind, one.content)
    assert [one.is_check for one in authored] == [False, False, False, True]
