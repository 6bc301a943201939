"""The item types, lent to the questions inside lessons."""

from decimal import Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from courses.errors import AnswerInvalid
from exams.interactions import InvalidValue, interaction_for

Content = dict[str, Any]
ONE = Decimal(1)


class LessonItemEngine:
    """Implements `courses.activities.ItemEngine` over `exams.interactions`."""

    def validate(self, kind: str, content: Content) -> None:
        interaction_for(kind).validate(content)

    def freeze(
        self, kind: str, content: Content, rng: Random
    ) -> tuple[Content, Content]:
        frozen = interaction_for(kind).freeze(content, rng=rng)
        return frozen.view, frozen.key

    def score(
        self, kind: str, view: Content, key: Content, value: list[str]
    ) -> tuple[list[str], float]:
        interaction = interaction_for(kind)
        try:
            normal = interaction.normalize_value(view, value)
        except (InvalidValue, TypeError, AttributeError) as error:
            raise AnswerInvalid(
                "invalid_value", _("This is no answer to this question.")
            ) from error
        if not normal:
            raise AnswerInvalid("no_answer", _("Answer the question first."))
        score = interaction.score(key, normal, ONE)
        return normal, float(score.raw / score.max) if score else 0.0

    def correct_response(self, kind: str, key: Content) -> list[str]:
        return list(interaction_for(kind).correct_response(key))

    def describe(self, kind: str, view: Content, value: list[str]) -> list[str]:
        return list(interaction_for(kind).describe(view, value))
