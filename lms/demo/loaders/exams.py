"""Papers, exams and their places in the courses of the sample content."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from wagtail.models import Page

from cms.domain.authoring import put_page
from courses.domain.publishing import publish_course
from courses.models import CoursePage, ModulePage
from exams.domain.papers import publish_paper
from exams.enums import ExamKind
from exams.models import Exam, ItemBank, Paper, PaperSection, QuizPage, Topic
from lms.core.clock import now, shanghai_date
from lms.core.enums import Audience

Row = dict[str, Any]

CHINESE_BANKS = ("platform-a", "platform-b")
QUICK_START = "quick-start"
QUICK_TOPICS = ["从业人员权利义务"]
QUICK_TOPICS_EN = ["Rights and duties", "Reporting hazards"]
MOCK_TITLES = {"zh-hans": "模拟考试", "en": "Mock exam"}
FINAL_TITLES = {"zh-hans": "结业考试", "en": "Final exam"}
NOTES = {
    ExamKind.MOCK: "练习用，不限次数，交卷后马上看到解析。",
    ExamKind.FORMAL: "成绩合格后本课程的考试即为完成。请独立作答。",
}


@transaction.atomic
def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Load papers and exams and place them below each course's last module."""
    count = 0
    for path in sorted((content_dir / "courses").glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        if "mock_exam" in row:
            _load_course(row)
            count += 2
    count += _load_quick_start()
    log(f"{count} exams")


def _load_course(row: Row) -> None:
    role = row["audience"] if row["audience"] != "all" else ""
    for kind, name, titles in (
        (ExamKind.MOCK, "mock_exam", MOCK_TITLES),
        (ExamKind.FORMAL, "final_exam", FINAL_TITLES),
    ):
        spec = row[name]
        exam = _put_exam(
            slug=f"{row['slug']}-{'mock' if kind == ExamKind.MOCK else 'final'}",
            title=spec["title"],
            kind=kind,
            sections=spec["blueprint"],
            banks=CHINESE_BANKS,
            role=role,
            minutes=spec["minutes"],
            pass_mark=Decimal(spec["pass_score"]) / Decimal(spec["total"]),
        )
        _place(course_slug=row["slug"], exams={"zh-hans": exam}, titles=titles)
    _publish(row["slug"])


def _load_quick_start() -> int:
    exams = {}
    for language, title, banks, topics in (
        ("zh-hans", "入门结业测验", CHINESE_BANKS, QUICK_TOPICS),
        ("en", "Quick start: final quiz", ("quick-start-en",), QUICK_TOPICS_EN),
    ):
        suffix = "" if language == "zh-hans" else f"-{language}"
        exams[language] = _put_exam(
            slug=f"{QUICK_START}-final{suffix}",
            title=title,
            kind=ExamKind.FORMAL,
            sections=[
                {"type": "single", "count": 2, "score": 1, "topics": topics},
                {"type": "true_false", "count": 2, "score": 1, "topics": topics},
                {"type": "multiple", "count": 1, "score": 1, "topics": topics},
            ],
            banks=banks,
            role="worker",
            minutes=10,
            pass_mark=Decimal("0.6"),
            difficulty_max=3,
        )
    _place(
        course_slug=QUICK_START,
        exams=exams,
        titles={"zh-hans": "入门结业测验", "en": "Final quiz"},
    )
    _publish(QUICK_START)
    return len(exams)


def _put_exam(
    *,
    slug: str,
    title: str,
    kind: str,
    sections: list[Row],
    banks: tuple[str, ...],
    role: str,
    minutes: int,
    pass_mark: Decimal,
    difficulty_max: int | None = None,
) -> Exam:
    existing = Exam.objects.filter(slug=slug).first()
    if existing is not None:
        return existing
    paper = Paper(
        slug=slug,
        title=title,
        role=role,
        audience=Audience.ORGANIZATION,
        shuffle_options=True,
    )
    paper.banks = list(ItemBank.objects.filter(slug__in=banks))
    paper.sections = [  # type: ignore[misc]
        _section(order, row, difficulty_max) for order, row in enumerate(sections)
    ]
    paper.save()
    publish_paper(paper=paper, on=shanghai_date(now()))
    return Exam.objects.create(
        slug=slug,
        title=title,
        kind=kind,
        paper=paper,
        instructions=NOTES[ExamKind(kind)] if "-en" not in slug else "",
        duration_seconds=minutes * 60,
        pass_mark=pass_mark,
        audience=Audience.ASSIGNED,
    )


def _section(order: int, row: Row, difficulty_max: int | None) -> PaperSection:
    is_choice = row["type"] in ("single", "multiple")
    section = PaperSection(
        sort_order=order,
        type="choice" if is_choice else row["type"],
        cardinality=row["type"] if is_choice else "",
        count=row["count"],
        score=Decimal(str(row["score"])),
        difficulty_max=difficulty_max,
    )
    section.topics = list(
        Topic.objects.filter(name__in=row["topics"], owner_organization_id=None)
    )
    return section


def _place(*, course_slug: str, exams: dict[str, Exam], titles: dict[str, str]) -> None:
    """Put the exam below the last module, in every language the course has.

    The pages of all languages share one translation key: one unit, whichever way it
    is passed.
    """
    source = _course(course_slug)
    if source is None:
        return
    exam = exams["zh-hans"]
    key = None
    for course in (source, *source.get_translations()):
        language = course.locale.language_code
        parent = _last_module(course)
        if parent is None:
            continue
        page, _is_new = put_page(
            parent=parent,
            page_class=QuizPage,
            slug=exam.slug,
            values={
                "title": titles.get(language, exam.title),
                "exam_id": exams.get(language, exam).pk,
            },
            translation_key=key,
        )
        key = page.translation_key


def _course(slug: str) -> CoursePage | None:
    return CoursePage.objects.filter(slug=slug, locale__language_code="zh-hans").first()


def _last_module(course: Page) -> ModulePage | None:
    return ModulePage.objects.child_of(course).order_by("path").last()


def _publish(slug: str) -> None:
    course = _course(slug)
    if course is not None:
        publish_course(course=course)
