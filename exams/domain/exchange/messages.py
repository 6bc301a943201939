"""Remarks in words, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from exams.domain.exchange import words
from exams.domain.exchange.drafts import Place, Remark
from lms.core.sheets.messages import FILE_MESSAGES

MESSAGES: dict[str, Promise] = {
    **FILE_MESSAGES,
    # the file
    "format_unknown": gettext_lazy("There is no format “%(word)s”."),
    "no_items": gettext_lazy("There is no item in this file."),
    "xml_damaged": gettext_lazy("This is not well-formed XML."),
    "xml_doctype": gettext_lazy(
        "The XML brings a document type of its own (DOCTYPE), which is not accepted."
    ),
    "qti_root": gettext_lazy(
        "The XML is no QTI item and no Moodle quiz: its root is “%(name)s”."
    ),
    "manifest_missing": gettext_lazy("The package has no imsmanifest.xml."),
    "file_missing": gettext_lazy("The manifest names a file that the package lacks."),
    "test_lost": gettext_lazy(
        "The structure of the test is not taken, only its items."
    ),
    "sheet_empty": gettext_lazy("The workbook has no sheet."),
    "sheet_pictures": gettext_lazy(
        "The pictures in the workbook are not taken. Name them in the picture column, "
        "or use a format that carries pictures (QTI, Moodle XML)."
    ),
    "headings_missing": gettext_lazy(
        "No row with the headings was found: at least the question and the answer."
    ),
    # an item
    "stem_missing": gettext_lazy("Write the question."),
    "type_missing": gettext_lazy("Say which type of item it is."),
    "type_unknown": gettext_lazy("There is no item type “%(word)s”."),
    "type_inferred": gettext_lazy("No type is given; it is taken as “%(type)s”."),
    "code_too_long": gettext_lazy("The code is longer than %(limit)s characters."),
    "code_twice": gettext_lazy("The code “%(word)s” stands in the file twice."),
    "code_taken": gettext_lazy(
        "The bank has another item with the code “%(word)s”. Change the code, or "
        "correct the item in the bank."
    ),
    "option_empty": gettext_lazy("Option %(option)s is empty."),
    "options_out_of_order": gettext_lazy("The options are not A, B, C in order."),
    "answer_missing": gettext_lazy("Give the right answer."),
    "answer_not_an_option": gettext_lazy("The answer “%(word)s” names no option."),
    "answer_twice": gettext_lazy("The answer “%(word)s” names an option twice."),
    "answer_several": gettext_lazy(
        "A single choice has one answer, here are several: “%(word)s”."
    ),
    "truth_unknown": gettext_lazy(
        "The answer “%(word)s” is neither true nor false (对/错, √/×, T/F)."
    ),
    "blanks_differ": gettext_lazy(
        "The question has %(written)s blanks, the answer %(given)s. Write one line for "
        "each blank."
    ),
    "number_unknown": gettext_lazy("“%(word)s” is not a number."),
    "rubric_unknown": gettext_lazy(
        "“%(word)s” is no point of the answer. Write them as “2: text”, one a line."
    ),
    "order_incomplete": gettext_lazy(
        "The answer must name each option once, in the right order: “%(word)s”."
    ),
    "pair_unknown": gettext_lazy(
        "“%(word)s” is no pair. Write them as “1:b, 2:a”, one for each on the left."
    ),
    "region_unknown": gettext_lazy(
        "“%(word)s” is no region. Only rectangles are taken, as “label @ x,y,width,"
        "height” in fractions of the picture."
    ),
    "difficulty_unknown": gettext_lazy("The difficulty is 1 to 5, not “%(word)s”."),
    "score_unknown": gettext_lazy(
        "“%(word)s” is no score: above 0, with at most two decimals."
    ),
    "role_unknown": gettext_lazy("There is no role “%(word)s”."),
    "date_unknown": gettext_lazy("“%(word)s” is no date. Write 2027-12-31."),
    "language_unknown": gettext_lazy("There is no language “%(word)s”."),
    "scoring_unknown": gettext_lazy("There is no scoring rule “%(word)s”."),
    "citation_unknown": gettext_lazy(
        "“%(word)s” is no article. Write law and number, such as 安全生产法:27."
    ),
    "case_unknown": gettext_lazy("The case “%(word)s” does not stand above this row."),
    "case_empty": gettext_lazy("The case has no items of its own."),
    "case_nested": gettext_lazy("A case can't stand inside a case."),
    "case_answer": gettext_lazy("A case has no answer of its own; it is not taken."),
    "content_invalid": gettext_lazy("%(message)s"),
    "topic_too_long": gettext_lazy("The topic is longer than %(limit)s characters."),
    "duplicate_in_file": gettext_lazy("The same item stands at %(other)s."),
    "duplicate_in_bank": gettext_lazy("The bank has the same item: %(other)s."),
    "similar_in_file": gettext_lazy("Much like the item at %(other)s."),
    "similar_in_bank": gettext_lazy("Much like an item of the bank: %(other)s."),
    # what can't be kept
    "description": gettext_lazy("A text without a question can't be kept."),
    "question_type": gettext_lazy("Items of the type “%(word)s” can't be kept."),
    "gift_braces": gettext_lazy("The braces of the answer do not match."),
    "gift_answers": gettext_lazy("The answer could not be read."),
    "title_lost": gettext_lazy(
        "The title “%(word)s” can't be the code (too long or used twice)."
    ),
    "tag_lost": gettext_lazy("The tag “%(word)s” is not kept."),
    "feedback_lost": gettext_lazy(
        "Feedback on single answers is not kept; the general feedback is."
    ),
    "weights_lost": gettext_lazy(
        "Weights or tolerances of single answers are not kept: only what counts fully "
        "is right."
    ),
    "wildcard_literal": gettext_lazy(
        "The * in an accepted answer is taken as the character itself."
    ),
    "case_ignored": gettext_lazy("Capital and small letters count as the same."),
    "markup_lost": gettext_lazy(
        "The element “%(element)s” is not kept, only the text in it."
    ),
    "markdown_kept": gettext_lazy("Markdown is kept as it is written, not rendered."),
    "element_lost": gettext_lazy("“%(element)s” is not kept."),
    "processing_lost": gettext_lazy(
        "The item's own response processing is not kept; it scores by its key."
    ),
    "picture_missing": gettext_lazy("The picture “%(name)s” is not in the file."),
    "picture_kind": gettext_lazy(
        "“%(name)s” is no PNG, JPEG, GIF or WebP picture and is not taken."
    ),
    "picture_address": gettext_lazy("“%(name)s” is no address of a picture."),
    # what an export can't carry
    "export_type": gettext_lazy("This format has no form for items of this type."),
    "export_differs": gettext_lazy("Read back, the item would differ in: %(fields)s."),
}


def message_of(remark: Remark) -> str:
    """Return the sentence for a remark."""
    return str(MESSAGES[remark.code]) % remark.params


def place_of(place: Place) -> str:
    """Say where: row and column, line, or element."""
    parts: list[str] = []
    if place.row:
        parts.append(_("row %(row)d") % {"row": place.row})
    if place.line:
        parts.append(_("line %(line)d") % {"line": place.line})
    if place.column and place.row:
        parts.append(_("column %(name)s") % {"name": heading_of(place.column)})
    if place.element:
        parts.append(place.element)
    return ", ".join(parts) or _("the file")


def heading_of(column: str) -> str:
    """Return the heading that stands for our name of a column."""
    if column.startswith("option_"):
        return _("Option %(letter)s") % {"letter": column[-1]}
    known = words.HEADINGS.get(column)
    english = (get_language() or "").startswith("en")
    return known[1 if english else 0] if known else column
