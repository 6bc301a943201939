"""One module per item type: what its content must be, how it is shown, how it scores.

Nothing here knows a database: the same behavior serves the bank (content of a
revision), a running attempt (the frozen view and key) and an import.
"""

from exams.interactions.base import Frozen, Interaction, InvalidValue, Score
from exams.interactions.case import CaseInteraction
from exams.interactions.choice import ChoiceInteraction
from exams.interactions.extended_text import ExtendedTextInteraction
from exams.interactions.hotspot import HotspotInteraction
from exams.interactions.match import MatchInteraction
from exams.interactions.numeric import NumericInteraction
from exams.interactions.order import OrderInteraction
from exams.interactions.text_entry import TextEntryInteraction
from exams.interactions.true_false import TrueFalseInteraction

INTERACTIONS: dict[str, Interaction] = {
    interaction.type_name: interaction
    for interaction in (
        ChoiceInteraction(),
        TrueFalseInteraction(),
        TextEntryInteraction(),
        NumericInteraction(),
        ExtendedTextInteraction(),
        OrderInteraction(),
        MatchInteraction(),
        HotspotInteraction(),
        CaseInteraction(),
    )
}


def interaction_for(type_name: str) -> Interaction:
    """Return the behavior of one item type; an unknown name is a KeyError."""
    return INTERACTIONS[type_name]


__all__ = [
    "INTERACTIONS",
    "Frozen",
    "Interaction",
    "InvalidValue",
    "Score",
    "interaction_for",
]
