"""Moodle's answer weights (percent) as our rules for a choice. No Django here."""

from exams.domain.exchange.drafts import LETTERS, ItemDraft, options_of


def choice_from_weights(
    draft: ItemDraft,
    *,
    texts: list[str],
    weights: list[float],
    is_single: bool,
    has_rule: bool,
) -> None:
    """Make a choice of options and weights; name the weights we can't keep.

    Equal shares with -100 for each wrong option are our partial rule: what was found
    counts while nothing wrong was chosen. `has_rule`: the file says the rule itself.
    """
    draft.type = "choice"
    pairs = list(zip(LETTERS, weights, strict=False))
    if is_single:
        correct = [key for key, weight in pairs if weight >= 99.9]
        is_plain = all(weight <= 0 or weight >= 99.9 for weight in weights)
    else:
        correct = [key for key, weight in pairs if weight > 0]
        right = {round(w, 1) for w in weights if w > 0}
        wrong = {round(w, 1) for w in weights if w <= 0}
        is_plain = len(right) == 1 and wrong <= {-100.0}
        if is_plain and len(correct) > 1:
            draft.content["scoring"] = "partial"
    if not is_plain and not has_rule:
        draft.warn("weights_lost")
    draft.content |= {
        "cardinality": "single" if is_single and len(correct) < 2 else "multiple",
        "options": options_of(texts),
        "correct": correct,
    }
    if not correct:
        draft.refuse("answer_missing")


def weights_of(keys: list[str], correct: list[str], *, is_partial: bool) -> list[str]:
    """Return percent for each option of a multiple choice."""
    share = f"{100 / max(len(correct), 1):.5f}".rstrip("0").rstrip(".")
    wrong = "-100" if is_partial else "0"
    return [share if key in correct else wrong for key in keys]
