"""Exercises and self-checks as templates show them: shuffled, with their answers."""

import zlib
from typing import Any

from courses.models import LessonPage

Shown = dict[str, Any]


def _shuffled(rows: list[Shown], *, by: str) -> list[Shown]:
    """Mix rows in a way that stays the same at every visit."""
    return sorted(rows, key=lambda row: zlib.crc32(str(row[by]).encode()))


def exercise_of(page: LessonPage) -> Shown | None:
    """Return the lesson's exercise, or None."""
    block = next(iter(page.exercise), None)
    if block is None:
        return None
    value = block.value
    shown = {key: value[key] for key in ("prompt", "right", "wrong")}
    build = {
        "ordering": _ordering,
        "matching": _matching,
        "scenario": _scenario,
        "hotspot": _hotspot,
    }[block.block_type]
    return shown | {"kind": block.block_type} | build(value)


def _ordering(value: Any) -> Shown:
    steps = [{"place": n, "text": s["text"]} for n, s in enumerate(value["steps"], 1)]
    mixed = _shuffled(steps, by="text")
    # A task that is solved already is no task.
    return {"steps": mixed if mixed != steps else mixed[::-1]}


def _matching(value: Any) -> Shown:
    pairs = [
        {"number": number, "left": pair["left"], "right": pair["right"]}
        for number, pair in enumerate(value["pairs"], 1)
    ]
    return {"pairs": pairs, "choices": _shuffled(pairs, by="right")}


def _scenario(value: Any) -> Shown:
    answer = list(value["answer"])
    return {
        "is_multiple": len(answer) > 1,
        "options": [
            {
                "key": option["key"],
                "text": option["text"],
                "why": option["why"],
                "is_right": option["key"] in answer,
            }
            for option in value["options"]
        ],
    }


def _hotspot(value: Any) -> Shown:
    return {
        "scene": value["scene"],
        "spots": [
            dict(spot)
            | {
                "number": number,
                "cx": spot["x"] + spot["w"] / 2,
                "cy": spot["y"] + spot["h"] / 2,
            }
            for number, spot in enumerate(value["spots"], 1)
        ],
    }


def checks_of(page: LessonPage) -> list[Shown]:
    """Return the questions to ask oneself."""
    return [
        {
            "stem": block.value["stem"],
            "is_multiple": block.value["type"] == "multiple",
            "explanation": block.value["explanation"],
            "options": [
                {
                    "key": option["key"],
                    "text": option["text"],
                    "is_right": option["key"] in list(block.value["answer"]),
                }
                for option in block.value["options"]
            ],
        }
        for block in page.check_questions
    ]
