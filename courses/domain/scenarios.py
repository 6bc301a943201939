"""A story with ways: which situation comes next, and what the way was worth.

Each situation is asked as a single choice of the item bank; a path is the list of
the author's keys of the choices made, one for each situation that was met.
"""

from random import Random
from typing import Any

from django.utils.translation import gettext as _

from courses.activities import item_engine
from courses.enums import ActivityKind
from courses.errors import AnswerInvalid, AnswerOutOfStep

Content = dict[str, Any]


def situation_at(content: Content, path: list[str]) -> Content | None:
    """Return the situation behind a path; None at the end of the story."""
    situations = {one["key"]: one for one in content["situations"]}
    here: Content | None = content["situations"][0]
    for key in path:
        if here is None:
            break
        chosen = next(c for c in here["choices"] if c["key"] == key)
        here = situations.get(chosen["next"])
    return here


def _steps(content: Content, path: list[str]) -> list[tuple[Content, Content]]:
    """Return the situations that were met, each with what was chosen."""
    steps = []
    for number, key in enumerate(path):
        here = situation_at(content, path[:number])
        if here is None:
            break
        steps.append((here, next(c for c in here["choices"] if c["key"] == key)))
    return steps


def share_of(content: Content, path: list[str]) -> float:
    """Return the share of good decisions among those that were made, 0 to 1."""
    steps = _steps(content, path)
    if not steps:
        return 0.0
    return sum(chosen["is_best"] for _here, chosen in steps) / len(steps)


def _asked(here: Content, seed: str) -> tuple[Content, Content]:
    """Return view and key of one situation, as a single choice."""
    content = {
        "stem": here["text"],
        "cardinality": "single",
        "options": [{"key": c["key"], "text": c["text"]} for c in here["choices"]],
        "correct": [c["key"] for c in here["choices"] if c["is_best"]],
    }
    rng = Random(f"{seed}:{here['key']}")  # noqa: S311 -- the same at every visit
    return item_engine().freeze(ActivityKind.CHOICE, content, rng)


def view_of(content: Content, *, path: list[str], seed: str) -> Content:
    """Return what is shown: the way so far with its outcomes, and what is asked now.

    Choices that were not taken say nothing of what would have come of them.
    """
    here = situation_at(content, path)
    situation = None
    if here is not None:
        view, _key = _asked(here, seed)
        situation = {"text": view["stem"], "options": view["options"]}
    return {
        "stem": content["stem"],
        "situation": situation,
        "step": len(path) if here is not None else 0,
        "steps": [
            {
                "text": met["text"],
                "chosen": chosen["text"],
                "outcome": chosen["outcome"],
                "is_best": chosen["is_best"],
            }
            for met, chosen in _steps(content, path)
        ],
    }


def go_on(
    content: Content, *, before: list[str], value: list[str], step: int, seed: str
) -> list[str]:
    """Return the path with one more choice, given by its label in the view.

    Raises:
        AnswerOutOfStep: `out_of_step`; this situation is not the one that is asked.
        AnswerInvalid: `invalid_value` or `no_answer`.
    """
    path = list(before)
    here = situation_at(content, path)
    if len(path) != step or here is None:
        raise AnswerOutOfStep(
            "out_of_step", _("The story has gone on meanwhile. Look at it again.")
        )
    view, key = _asked(here, seed)
    normal, _share = item_engine().score(ActivityKind.CHOICE, view, key, value)
    if len(normal) != 1:
        raise AnswerInvalid("invalid_value", _("Choose one way."))
    return [*path, key["labels"][normal[0]]]
