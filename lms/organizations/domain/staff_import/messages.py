"""Remarks on a staff list in words, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lms.core.sheets.messages import FILE_MESSAGES
from lms.core.sheets.refusals import Place, Remark
from lms.organizations.domain.staff_import.words import (
    HEADINGS,
    heading_of,
    words_of,
)

MESSAGES: dict[str, Promise] = {
    **FILE_MESSAGES,
    # Said by earlier lists, whose reports are kept; the next one says more.
    "headings_missing": gettext_lazy(
        "No row with the headings was found: at least the name and the employee number."
    ),
    "headings_unknown": gettext_lazy(
        "No row with our headings was found: the name, and one of employee number, "
        "mobile number, e-mail or document. What stands there: %(found)s"
    ),
    "name_missing": gettext_lazy("Write the name."),
    "name_form": gettext_lazy("This is no name: it begins with a letter or character."),
    "too_long": gettext_lazy("Longer than %(limit)s characters."),
    "nothing_to_know_by": gettext_lazy(
        "Give an employee number, a mobile number, an e-mail address or a document: "
        "by the name alone nobody can be told apart."
    ),
    "invalid": gettext_lazy("%(message)s"),
    "word_unknown": gettext_lazy(
        "“%(word)s” is none of the words for this column. These are: %(words)s."
    ),
    "day": gettext_lazy("“%(word)s” is no day. Write it as 2026-03-01."),
    "period": gettext_lazy("The last day lies before the first one."),
    "department_depth": gettext_lazy("More than %(limit)s levels of departments."),
    "department_unknown": gettext_lazy(
        "Your enterprise has no department with this code. Write the path instead."
    ),
    "category_kept": gettext_lazy(
        "The position “%(name)s” stays in its category: %(category)s."
    ),
    "category_without_position": gettext_lazy(
        "A category without a position is not taken."
    ),
    "duplicate": gettext_lazy("The same stands in row %(other)s already."),
    "number_taken": gettext_lazy(
        "This employee number belongs to %(name)s on your list."
    ),
    "number_of_former": gettext_lazy(
        "%(name)s had this number here until %(day)s. If it is the same person, give "
        "the document, mobile number or e-mail of their account, so that their records "
        "go on; otherwise a new account is opened."
    ),
    "contacts_differ": gettext_lazy(
        "Document, mobile number and e-mail lead to different accounts. The document "
        "decides, then the mobile number."
    ),
    "leaver_unknown": gettext_lazy(
        "Is not on your list: there is nothing to end, and nothing is opened."
    ),
}


def message_of(remark: Remark) -> str:
    """Return the sentence for a remark."""
    words = words_of(remark.place.column, english=_is_english())
    joined = (", " if _is_english() else "、").join(words)
    return str(MESSAGES[remark.code]) % (remark.params | {"words": joined})


def place_of(place: Place) -> str:
    """Say where: row and column, or the file."""
    row = place.row or place.line
    if not row:
        return _("the file")
    if place.column not in HEADINGS:
        return _("row %(row)d") % {"row": row}
    name = heading_of(place.column, english=_is_english())
    return _("row %(row)d, column %(name)s") % {"row": row, "name": name}


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
