"""What every item type offers."""

import string
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exams.interactions.rules import (
    ALL_OR_NOTHING,
    CENT,
    PARTIAL,
    RULES,
    ZERO,
    Parts,
    Score,
    score_parts,
    share,
)

Content = dict[str, Any]
Value = list[str]
MAX_STEM_CHARACTERS = 20_000


class InvalidValue(ValueError):
    """An answer that does not have the form this item asks for."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """One item as an attempt keeps it: `view` is shown, `key` stays on the server."""

    view: dict[str, Any]
    key: dict[str, Any]


class Interaction(ABC):
    """Behavior of one item type over its content."""

    type_name: ClassVar[str]
    # Whether the key alone decides; else an examiner does.
    is_objective: ClassVar[bool] = True
    # The rule where neither the paper nor the item names one.
    default_rule: ClassVar[str] = ALL_OR_NOTHING

    @abstractmethod
    def validate_own(self, content: Content) -> None:
        """Raise ValidationError for what only this type asks for."""

    @abstractmethod
    def freeze(self, content: Content, *, rng: Random | None) -> Frozen:
        """Split content into what is shown and what is right.

        Args:
            content: valid content of a revision.
            rng: shuffles the options and gives them labels of this attempt; None
                keeps the order of the author.
        """

    @abstractmethod
    def normalize_value(self, view: dict[str, Any], value: Value) -> Value:
        """Return the answer in its canonical form; an empty list is no answer.

        Raises:
            InvalidValue: it names something that is not on this item.
        """

    @abstractmethod
    def count_parts(self, key: dict[str, Any], value: Value) -> Parts:
        """Return what is right in a normalized answer."""

    def score(
        self, key: dict[str, Any], value: Value, max_score: Decimal
    ) -> Score | None:
        """Return the points for a normalized answer; None while marking is pending."""
        return score_parts(
            key=key,
            default=self.default_rule,
            parts=self.count_parts(key, value),
            max_score=max_score,
        )

    def rekey(self, key: dict[str, Any], content: Content) -> dict[str, Any]:
        """Return a frozen key with what is right by a corrected content.

        The labels of the attempt stay; types that shuffle translate through them.

        Raises:
            KeyError: the correction names an option that this paper did not show.
        """
        return key | self.freeze(content, rng=None).key | kept(key)

    def validate(self, content: Content) -> None:
        """Check the content of a revision.

        Raises:
            ValidationError: a dictionary that names each field.
        """
        if not isinstance(content, dict):
            raise ValidationError({"content": _("Write the content as an object.")})
        stem = content.get("stem")
        if not isinstance(stem, str) or not stem.strip():
            raise ValidationError({"stem": _("Write the question.")})
        if len(stem) > MAX_STEM_CHARACTERS:
            raise ValidationError({"stem": _("The question is too long.")})
        if not isinstance(content.get("explanation", ""), str):
            raise ValidationError({"explanation": _("Write the explanation as text.")})
        self.validate_own(content)

    def correct_response(self, key: dict[str, Any]) -> Value:
        """Return the right answer as a value."""
        return list(key.get("correct", []))

    def describe(self, view: dict[str, Any], value: Value) -> list[str]:
        """Return the answer in words, one line each."""
        return list(value)


def kept(key: dict[str, Any]) -> dict[str, Any]:
    """Return what a correction of the answer does not touch: rule and labels."""
    return {name: key[name] for name in ("scoring", "penalty", "labels") if name in key}


def labels_of(key: dict[str, Any]) -> dict[str, str]:
    """Return author's key → label of this attempt."""
    return {author: label for label, author in key["labels"].items()}


def fail(field: str, message: str) -> ValidationError:
    """Build the error that names its field."""
    return ValidationError({field: message})


def check_options(content: Content, *, field: str, at_least: int) -> list[str]:
    """Check a list of `{"key", "text"}` and return its keys."""
    options = content.get(field)
    if not isinstance(options, list) or len(options) < at_least:
        raise fail(field, _("Give at least %(count)d options.") % {"count": at_least})
    if len(options) > len(string.ascii_uppercase):
        raise fail(field, _("These are too many options."))
    keys: list[str] = []
    for number, option in enumerate(options, start=1):
        if not isinstance(option, dict) or not str(option.get("key", "")).strip():
            raise fail(field, _("Option %(number)d has no key.") % {"number": number})
        text = option.get("text")
        if not isinstance(text, str) or not text.strip():
            raise fail(field, _("Option %(number)d is empty.") % {"number": number})
        keys.append(str(option["key"]))
    if len(set(keys)) != len(keys):
        raise fail(field, _("Two options have the same key."))
    return keys


def relabel(
    options: list[dict[str, str]], *, rng: Random | None, alphabet: Iterable[str]
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Shuffle options and label them anew.

    Returns:
        The options as shown, and the label of this attempt for each author's key.
    """
    shown = list(options)
    if rng is not None:
        rng.shuffle(shown)
    labels = {
        option["key"]: label for option, label in zip(shown, alphabet, strict=False)
    }
    return [{"key": labels[o["key"]], "text": o["text"]} for o in shown], labels


def texts_of(options: list[dict[str, str]]) -> dict[str, str]:
    """Return label → text."""
    return {option["key"]: option["text"] for option in options}


def base_view(content: Content) -> dict[str, Any]:
    """Return what every item shows."""
    view: dict[str, Any] = {"stem": content["stem"]}
    if content.get("media"):
        view["media"] = content["media"]
    return view


__all__ = [
    "ALL_OR_NOTHING",
    "CENT",
    "PARTIAL",
    "RULES",
    "ZERO",
    "Content",
    "Frozen",
    "Interaction",
    "InvalidValue",
    "Parts",
    "Score",
    "Value",
    "base_view",
    "check_options",
    "fail",
    "kept",
    "labels_of",
    "relabel",
    "share",
    "texts_of",
]
