"""Policies, cases, questions, check-lists and topics of the sample content."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from wagtail.models import Page

from cms.domain.authoring import citation_values, put_page, stream
from cms.enums import AccidentLevel, PolicyScope, SourceState
from cms.models import (
    BasePage,
    CaseIndexPage,
    CasePage,
    ChecklistIndexPage,
    ChecklistPage,
    FaqIndexPage,
    FaqPage,
    PolicyIndexPage,
    PolicyPage,
    TopicIndexPage,
    TopicPage,
)

SCOPES = {
    "国家": PolicyScope.NATIONAL,
    "行业": PolicyScope.INDUSTRY,
    "地方": PolicyScope.LOCAL,
}
LEVELS = {
    "特别重大": AccidentLevel.EXCEPTIONALLY_MAJOR,
    "重大": AccidentLevel.MAJOR,
    "较大": AccidentLevel.RELATIVELY_MAJOR,
    "一般": AccidentLevel.ORDINARY,
}
KNOWN = SourceState.GENERAL_KNOWLEDGE
NOTES = {
    "cases": "事实根据公开资料整理，未附原始报告；留空的数字是没有把握的数字。",
    "policies": "摘要和解读由安学编写，以发布机关的正式文本为准。",
    "guidance": "由安学编写，供学习参考，以法律原文为准。",
}
Row = Mapping[str, Any]


@transaction.atomic
def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Load the libraries into the Chinese tree; a second run changes nothing."""
    folder = content_dir / "library"
    counts = {
        "policies": _load(folder / "policies.json", PolicyIndexPage, _put_policy),
        "cases": _load(folder / "cases.json", CaseIndexPage, _put_case),
        "questions": _load(folder / "faq.json", FaqIndexPage, _put_faq),
        "check-lists": _load(
            folder / "checklists.json", ChecklistIndexPage, _put_checklist
        ),
        "topics": _load(folder / "topics.json", TopicIndexPage, _put_topic),
    }
    english = folder / "faq.en.json"
    if english.exists():
        counts["English questions"] = _load_english_questions(english)
    log(", ".join(f"{count} {name}" for name, count in counts.items()))


def _load(
    path: Path, index_class: type[BasePage], put: Callable[[Page, Row], None]
) -> int:
    index = index_class.objects.get(locale__language_code="zh-hans")
    rows = json.loads(path.read_text(encoding="utf-8"))
    for row in rows:
        put(index, row)
    return len(rows)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _first_sentence(text: str, limit: int = 90) -> str:
    """Return the start of a text up to the end of a sentence, for lists."""
    match = re.match(rf"^.{{10,{limit}}}?[。！？]", text)
    return match[0] if match else text[:limit]


def _citations(row: Row) -> list[dict[str, Any]]:
    return stream("citation", citation_values(row.get("refs")))


def _put_policy(index: Page, row: Row) -> None:
    points = [
        {key: point.get(key) or "" for key in ("point", "who", "deadline")}
        for point in row["key_points"]
    ]
    put_page(
        parent=index,
        page_class=PolicyPage,
        slug=row["slug"],
        tags=row["tags"],
        values={
            "title": row["title"],
            "summary": row["digest"],
            "document_number": row["doc_number"] or "",
            "issuer": row["issuer"] or "",
            "issued_on": _day(row["issued"]),
            "in_force_from": _day(row["effective"]),
            "repealed_on": _day(row.get("repealed")),
            "superseded_by": row.get("superseded_by") or "",
            "scope": SCOPES[row["scope"]],
            "region": row["region"] or "",
            "industries": "、".join(row["industries"]),
            "key_points": stream("point", points),
            "interpretation": row["interpretation"],
            "citations": _citations(row),
            "source_state": KNOWN,
            "source_note": row.get("source_note") or NOTES["policies"],
        },
    )


def _put_case(index: Page, row: Row) -> None:
    put_page(
        parent=index,
        page_class=CasePage,
        slug=row["slug"],
        tags=row["tags"],
        values={
            "title": row["title"],
            "summary": row["summary"],
            "occurred_on": _day(row["date"]),
            "place": row["place"],
            "industry": row["industry"],
            "accident_type": row["accident_type"],
            "level": LEVELS[row["level"]],
            "deaths": row["deaths"],
            "injuries": row["injuries"],
            "direct_loss_cny": row["direct_loss_cny"],
            "timeline": stream("event", row["timeline"]),
            "direct_cause": row["direct_cause"],
            "indirect_causes": stream("point", row["indirect_causes"]),
            "lessons": stream("point", row["lessons"]),
            "accountability": row["accountability"],
            "discussion_questions": stream("point", row["discussion_questions"]),
            "citations": _citations(row),
            "source_state": KNOWN,
            "source_note": NOTES["cases"],
        },
    )


def _put_faq(index: Page, row: Row) -> None:
    put_page(
        parent=index,
        page_class=FaqPage,
        slug=row["slug"],
        values={
            "title": row["question"],
            "summary": _first_sentence(row["answer"]),
            "answer": row["answer"],
            "category": row["category"],
            "effective_from": _day(row.get("effective_from")),
            "alternatives": stream("point", row["alternatives"]),
            "citations": _citations(row),
            "source_state": KNOWN,
            "source_note": NOTES["guidance"],
        },
    )


def _put_checklist(index: Page, row: Row) -> None:
    items = [
        {
            "item_id": item["id"],
            "question": item["question"],
            "how_to_check": item["how_to_check"],
            "evidence": item["evidence"],
            "severity": item["severity"],
            "remedy": item["remedy"],
            "citations": citation_values(item["refs"]),
        }
        for item in row["items"]
    ]
    put_page(
        parent=index,
        page_class=ChecklistPage,
        slug=row["slug"],
        values={
            "title": row["title"],
            "summary": f"{row['industry']}，{len(items)} 项，逐项对照法条和证据。",
            "industry": row["industry"],
            "items": stream("item", items),
            "source_state": KNOWN,
            "source_note": NOTES["guidance"],
        },
    )


def _put_topic(index: Page, row: Row) -> None:
    sections = [
        {
            "heading": section["heading"],
            "items": section.get("items") or [],
            "citations": citation_values(section.get("refs")),
        }
        for section in row["sections"]
    ]
    put_page(
        parent=index,
        page_class=TopicPage,
        slug=row["slug"],
        values={
            "title": row["title"],
            "summary": row["intro"],
            "sections": stream("section", sections),
            "source_state": KNOWN,
            "source_note": NOTES["guidance"],
        },
    )


def _load_english_questions(path: Path) -> int:
    """Translate questions into the English tree; the Chinese page must be there."""
    index = FaqIndexPage.objects.get(locale__language_code="en")
    originals = {
        page.slug: page
        for page in FaqPage.objects.filter(locale__language_code="zh-hans")
    }
    rows = json.loads(path.read_text(encoding="utf-8"))
    for row in rows:
        original = originals[row["slug"]]
        put_page(
            parent=index,
            page_class=FaqPage,
            slug=row["slug"],
            translation_key=original.translation_key,
            values={
                "title": row["question"],
                "summary": row["summary"],
                "answer": row["answer"],
                "category": row["category"],
                "effective_from": original.effective_from,
                "alternatives": stream("point", row.get("alternatives") or []),
                "citations": stream(
                    "citation", [dict(one.value) for one in original.citations]
                ),
                "source_state": SourceState.UNOFFICIAL_TRANSLATION,
                "source_note": "Written for study; the Chinese law prevails.",
            },
        )
    return len(rows)
