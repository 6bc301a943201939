"""From the blocks of a lesson to the content of items, as they are frozen."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from courses.enums import ActivityKind
from courses.models import ActivityVersion, Handout, LessonPage

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Authored:
    """One question of a lesson as its author left it.

    Attributes:
        ref: its name inside the lesson: `q1` a question of the self-check, `e1` an
            exercise.
        is_check: it belongs to the self-check.
    """

    ref: str
    kind: str
    is_check: bool
    content: Content

    @property
    def sha256(self) -> str:
        text = json.dumps([self.kind, self.content], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def authored_in(page: LessonPage) -> list[Authored]:
    """Return the questions of a lesson: exercises first, then the self-check.

    Where there are no questions to ask oneself, the exercises are the self-check.
    """
    exercises = [
        (f"e{number}", *_BUILD[block.block_type](block.value))
        for number, block in enumerate(page.exercise, 1)
    ]
    questions = [
        (f"q{number}", ActivityKind.CHOICE, _question(block.value))
        for number, block in enumerate(page.check_questions, 1)
    ]
    has_questions = bool(questions)
    return [
        Authored(ref, kind, not has_questions, content)
        for ref, kind, content in exercises
    ] + [Authored(ref, kind, True, content) for ref, kind, content in questions]


def keep_versions(authored: Iterable[Authored]) -> None:
    """Write down questions that are not kept yet; the rest stays as it is."""
    ActivityVersion.objects.bulk_create(
        [
            ActivityVersion(sha256=one.sha256, kind=one.kind, content=one.content)
            for one in {one.sha256: one for one in authored}.values()
        ],
        ignore_conflicts=True,
    )


def _texts(options: Iterable[Any]) -> tuple[list[Content], Content]:
    rows = list(options)
    shown = [{"key": str(o["key"]), "text": str(o["text"])} for o in rows]
    return shown, {str(o["key"]): str(o["why"]) for o in rows if o["why"]}


def _said(value: Any) -> Content:
    return {
        "said_right": str(value["right"] or ""),
        "said_wrong": str(value["wrong"] or ""),
    }


def _question(value: Any) -> Content:
    options, whys = _texts(value["options"])
    return {
        "stem": str(value["stem"]),
        "cardinality": "multiple" if value["type"] == "multiple" else "single",
        "options": options,
        "correct": [str(key) for key in value["answer"]],
        # "True" stands before "false" everywhere.
        "fixed_order": value["type"] == "true_false",
        "explanation": str(value["explanation"] or ""),
        "whys": whys,
    }


def _decision(value: Any) -> tuple[str, Content]:
    options, whys = _texts(value["options"])
    correct = [str(key) for key in value["answer"]]
    return ActivityKind.CHOICE, {
        "stem": str(value["prompt"]),
        "cardinality": "multiple" if len(correct) > 1 else "single",
        "options": options,
        "correct": correct,
        "whys": whys,
    } | _said(value)


def _ordering(value: Any) -> tuple[str, Content]:
    steps = [
        {"key": str(number), "text": str(step["text"])}
        for number, step in enumerate(value["steps"], 1)
    ]
    return ActivityKind.ORDER, {
        "stem": str(value["prompt"]),
        "options": steps,
        "correct": [step["key"] for step in steps],
    } | _said(value)


def _matching(value: Any) -> tuple[str, Content]:
    pairs = [(str(pair["left"]), str(pair["right"])) for pair in value["pairs"]]
    # The same partner twice is one choice for two lines.
    partners = list(dict.fromkeys(right for _left, right in pairs))
    return ActivityKind.MATCH, {
        "stem": str(value["prompt"]),
        "left": [
            {"key": str(n), "text": left} for n, (left, _r) in enumerate(pairs, 1)
        ],
        "right": [{"key": str(n), "text": text} for n, text in enumerate(partners, 1)],
        "correct": {
            str(number): str(partners.index(right) + 1)
            for number, (_left, right) in enumerate(pairs, 1)
        },
    } | _said(value)


def _hotspot(value: Any) -> tuple[str, Content]:
    return ActivityKind.HOTSPOT, {
        "stem": str(value["prompt"]),
        # The plan is drawn from its places; there is no picture behind it.
        "image": {"src": "plan:", "alt": str(value["scene"])},
        "regions": [
            {
                "key": str(spot["key"]),
                "label": str(spot["text"]),
                "x": spot["x"] / 100,
                "y": spot["y"] / 100,
                "width": spot["w"] / 100,
                "height": spot["h"] / 100,
                "why": str(spot["why"] or ""),
            }
            for spot in value["spots"]
        ],
        "correct": [str(s["key"]) for s in value["spots"] if s["is_hazard"]],
    } | _said(value)


def _branching(value: Any) -> tuple[str, Content]:
    return ActivityKind.SCENARIO, {
        "stem": str(value["prompt"]),
        "situations": [
            {
                "key": str(one["key"]),
                "text": str(one["text"]),
                "choices": [
                    {
                        "key": str(number),
                        "text": str(choice["text"]),
                        "outcome": str(choice["outcome"]),
                        "next": str(choice["next"] or ""),
                        "is_best": bool(choice["is_best"]),
                    }
                    for number, choice in enumerate(one["choices"], 1)
                ],
            }
            for one in value["situations"]
        ],
    } | _said(value)


_BUILD = {
    "ordering": _ordering,
    "matching": _matching,
    "scenario": _decision,
    "hotspot": _hotspot,
    "branching": _branching,
}


def authored_handouts(
    blocks: Iterable[Any], *, owner_organization_id: int | None
) -> list[Handout]:
    """Return the hand-outs that a lesson's blocks choose and its course may give."""
    chosen = [block.value for block in blocks if block.value is not None]
    return [row for row in chosen if row.may_stand_in(owner_organization_id)]
