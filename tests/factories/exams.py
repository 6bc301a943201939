"""Banks, papers and exams for tests: the valid minimum."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import factory

from courses.domain.enrollments import enroll
from courses.domain.publishing import publish_course
from courses.models import CourseIndexPage, CoursePage, ModulePage
from exams.domain.items import create_item
from exams.domain.papers import publish_paper
from exams.enums import ExamKind, ItemStatus, PaperState, Selection
from exams.models import (
    Exam,
    Item,
    ItemBank,
    Paper,
    PaperItem,
    PaperSection,
    QuizPage,
    Topic,
)

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

# A valid content of each type, and the value that is right without shuffling.
CONTENTS = {
    "choice": (
        {
            "cardinality": "single",
            "options": [
                {"key": "A", "text": "安全第一"},
                {"key": "B", "text": "产量第一"},
                {"key": "C", "text": "速度第一"},
            ],
            "correct": ["A"],
        },
        ["A"],
    ),
    "true_false": ({"correct": False}, ["false"]),
    "text_entry": ({"blanks": [["24", "二十四"], ["8"]]}, ["24", "8"]),
    "numeric": ({"correct": "3.5", "tolerance": "0.1", "unit": "%"}, ["3.5"]),
    "extended_text": (
        {"model": "先通风", "rubric": [{"text": "通风", "score": 2}]},
        ["先通风"],
    ),
    "order": (
        {
            "options": [
                {"key": "A", "text": "验电"},
                {"key": "B", "text": "接地"},
                {"key": "C", "text": "停电"},
            ],
            "correct": ["C", "A", "B"],
        },
        ["C", "A", "B"],
    ),
    "match": (
        {
            "left": [{"key": "1", "text": "较大"}, {"key": "2", "text": "一般"}],
            "right": [{"key": "a", "text": "县级"}, {"key": "b", "text": "市级"}],
            "correct": {"1": "b", "2": "a"},
        },
        ["1:b", "2:a"],
    ),
    "hotspot": (
        {
            "image": {"src": "/static/x.png", "alt": "车间平面图"},
            "regions": [
                {
                    "key": "a",
                    "label": "出口",
                    "x": 0,
                    "y": 0,
                    "width": 0.2,
                    "height": 0.2,
                },
                {
                    "key": "b",
                    "label": "冲床",
                    "x": 0.5,
                    "y": 0.5,
                    "width": 0.2,
                    "height": 0.2,
                },
            ],
            "correct": ["b"],
        },
        ["0.6,0.6"],
    ),
    "case": ({}, []),
}


def content_for(type_name: str, **changes) -> dict:
    content, _value = CONTENTS[type_name]
    stem = "填____和____" if type_name == "text_entry" else "下列说法正确的是"
    return {"stem": stem, "explanation": "第二十八条"} | content | changes


class ItemBankFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ItemBank

    slug = factory.Sequence(lambda n: f"bank-{n}")
    title = factory.Sequence(lambda n: f"题库{n}")


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: f"知识点{n}")


# Padded, because items are listed by code and tests take the first.
_codes = (f"{number:06}" for number in count())


def make_item(bank: ItemBank, type_name: str = "choice", **fields) -> Item:
    """A reviewed item with one revision."""
    content = fields.pop("content", None) or content_for(type_name)
    return create_item(
        bank=bank,
        code=fields.pop("code", f"I{next(_codes)}"),
        type_name=type_name,
        content=content,
        status=fields.pop("status", ItemStatus.REVIEWED),
        now=LONG_AGO,
        **fields,
    )


def make_fixed_paper(items: list[Item], **fields) -> Paper:
    """A published paper with exactly these items, options in the author's order."""
    given = {
        "slug": f"paper-{next(_codes)}",
        "title": "试卷",
        "shuffle_options": False,
        "state": PaperState.PUBLISHED,
    }
    paper = Paper.objects.create(selection=Selection.FIXED, **given | fields)
    for order, item in enumerate(items):
        PaperItem.objects.create(paper=paper, item=item, sort_order=order)
    return paper


def make_blueprint(banks: list[ItemBank], sections: list[dict], **fields) -> Paper:
    """A draft paper with these quotas."""
    paper = Paper(slug=f"paper-{next(_codes)}", title="蓝图", **fields)
    paper.banks = banks
    rows = []
    for order, section in enumerate(sections):
        topics = section.pop("topics", [])
        row = PaperSection(sort_order=order, **section)
        row.topics = topics
        rows.append(row)
    paper.sections = rows
    paper.save()
    return paper


class ExamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Exam

    slug = factory.Sequence(lambda n: f"exam-{n}")
    title = factory.Sequence(lambda n: f"结业考试{n}")
    kind = ExamKind.FORMAL
    duration_seconds = 3600
    grace_seconds = 30
    pass_mark = Decimal("0.6")
    paper = factory.LazyFunction(lambda: make_fixed_paper(make_items(3)))


def make_items(count: int, type_name: str = "choice", **fields) -> list[Item]:
    bank = fields.pop("bank", None) or ItemBankFactory()
    return [make_item(bank, type_name, **fields) for _ in range(count)]


def make_course(exam: Exam, **fields) -> CoursePage:
    """A live course with one module whose only unit is the exam."""
    index = CourseIndexPage.objects.get(locale__language_code="zh-hans")
    course = index.add_child(
        instance=CoursePage(title="课程", slug=f"course-{next(_codes)}", **fields)
    )
    module = course.add_child(instance=ModulePage(title="模块", slug="module"))
    module.add_child(instance=QuizPage(title="考试", slug="quiz", exam=exam))
    publish_course(course=course)
    return course


def enroll_in(course: CoursePage, learner, **fields):
    return enroll(learner=learner, course=course, by=learner, now=LONG_AGO, **fields)


def publish(paper: Paper) -> Paper:
    return publish_paper(paper=paper, on=LONG_AGO.date())
