"""The documents of a printed set as PDF: question papers, answer sheets, key."""

import io
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from exams.domain.exchange.pictures import load_picture
from exams.domain.printing.breaking import break_text
from exams.domain.printing.bubbles import answer_rows
from exams.domain.printing.fonts import (
    REGULAR,
    STRONG,
    font_faces,
    printable,
)
from exams.domain.printing.words import section_title
from exams.interactions import interaction_for
from exams.models import PaperPrint

INK = "#16302B"
FAINT = "#8A9A95"
MARGIN = 54
# What a page of A4 leaves for text, and what rounding may cost a line.
FRAME = 475
SLACK = 2
CELL_PADDING = 12
KEY_WIDTHS = [30, 190, 40, 227]
HALF = 225
ESSAY_LINES = 8
MAX_PICTURE_WIDTH = 300
MAX_PICTURE_HEIGHT = 200
Flow = list[Any]


def question_paper(*, printed: PaperPrint, version: str) -> bytes:
    """Return the paper that a candidate gets, in one version."""
    content = printed.content
    return _document(printed, version, _questions(content, version))


def answer_sheet(*, printed: PaperPrint, version: str) -> bytes:
    """Return the sheet on which that version is answered."""
    content = printed.content
    return _document(printed, version, _sheet(content["versions"][version]))


def answer_key(*, printed: PaperPrint) -> bytes:
    """Return the right answers of both versions, for examiners."""
    story: Flow = []
    for version in printed.content["versions"]:
        story += _key(printed.content["versions"][version], version)
    return _document(printed, "", story, is_key=True)


def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    font_faces()
    base = ParagraphStyle(
        "base",
        fontName=REGULAR,
        fontSize=10.5,
        leading=16,
        textColor=INK,
        wordWrap="CJK",
    )
    return {
        "base": base,
        "title": ParagraphStyle(
            "title", parent=base, fontName=STRONG, fontSize=17, leading=25, alignment=1
        ),
        "facts": ParagraphStyle("facts", parent=base, fontSize=9.5, alignment=1),
        "section": ParagraphStyle(
            "section",
            parent=base,
            fontName=STRONG,
            fontSize=12,
            leading=18,
            spaceBefore=12,
            spaceAfter=4,
        ),
        "stem": ParagraphStyle(
            "stem", parent=base, spaceBefore=8, leftIndent=20, firstLineIndent=-20
        ),
        "option": ParagraphStyle(
            "option", parent=base, leftIndent=38, firstLineIndent=-18
        ),
        "case": ParagraphStyle(
            "case", parent=base, spaceBefore=8, backColor="#EEF3F1", borderPadding=6
        ),
        "small": ParagraphStyle("small", parent=base, fontSize=8.5, leading=13),
    }


def _paragraph(text: str, style: Any, *, width: float = FRAME) -> Any:
    from reportlab.platypus import Paragraph

    room = width - style.leftIndent - SLACK
    lines = break_text(
        printable(text),
        font=style.fontName,
        size=style.fontSize,
        first_width=room - style.firstLineIndent,
        width=room,
    )
    return Paragraph(escape(lines).replace("\n", "<br/>"), style)


def _document(
    printed: PaperPrint, version: str, story: Flow, *, is_key: bool = False
) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    styles = _styles()
    title = printed.content["title"]
    name = (
        _("Answer key") if is_key else _("Version %(version)s") % {"version": version}
    )
    head: Flow = [
        _paragraph(title, styles["title"]),
        _paragraph(f"{name} · {_set_name(printed)}", styles["facts"]),
    ]
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=48,
        bottomMargin=54,
        title=f"{title} {name}",
        author="Anxue",
        subject=_set_name(printed),
        creator="Anxue",
        invariant=1,
        initialFontName=REGULAR,
    )
    footer = f"{_set_name(printed)} · {name}"

    def draw_footer(canvas: Any, _document: Any) -> None:
        canvas.saveState()
        canvas.setFont(REGULAR, 8.5)
        canvas.setFillColor(FAINT)
        canvas.drawString(MARGIN, 30, printable(footer))
        page = _("Page %(number)d") % {"number": canvas.getPageNumber()}
        canvas.drawRightString(A4[0] - MARGIN, 30, printable(page))
        canvas.restoreState()

    document.build([*head, *story], onFirstPage=draw_footer, onLaterPages=draw_footer)
    return buffer.getvalue()


def _set_name(printed: PaperPrint) -> str:
    return _("Set %(number)03d") % {"number": printed.number}


def _person(styles: dict[str, Any]) -> Any:
    from reportlab.platypus import Table

    names = [_("Full name"), _("Organization"), _("Number"), _("Score")]
    cells = [_paragraph(f"{name}：", styles["small"]) for name in names]
    table = Table([cells], colWidths=[120, 170, 110, 87], rowHeights=[26])
    table.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.6, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.4, FAINT),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
    )
    return table


def _questions(content: dict[str, Any], version: str) -> Flow:
    from reportlab.platypus import Spacer

    styles = _styles()
    items = content["versions"][version]["items"]
    story: Flow = [Spacer(1, 8), _person(styles), Spacer(1, 6)]
    section = -1
    material = 0
    for item in items:
        if item["section"] != section:
            section = item["section"]
            heading = section_title(content["sections"], items, item)
            story.append(_paragraph(heading, styles["section"]))
        own = item.get("material")
        if own and own["number"] != material:
            material = own["number"]
            story += [_paragraph(own["text"], styles["case"]), Spacer(1, 6)]
        story += list(_question(item, styles))
    return story


def _question(item: dict[str, Any], styles: dict[str, Any]) -> Iterator[Any]:
    from reportlab.platypus import KeepTogether, Spacer

    points = _("%(score)s points") % {"score": item["max_score"]}
    stem = f"{item['position']}. {item['stem']}（{points}）"
    parts: Flow = [_paragraph(stem, styles["stem"])]
    parts += _pictures(item)
    if item["type"] == "true_false":
        parts.append(_paragraph(_("(  ) true   (  ) false"), styles["option"]))
    elif item["type"] == "match":
        parts.append(_match_table(item, styles))
    elif item["type"] == "hotspot":
        parts += _options(item["options"], styles, numbered=True)
    else:
        parts += _options(item.get("options", []), styles)
    if item["type"] == "numeric":
        parts.append(_paragraph(f"________ {item.get('unit', '')}", styles["option"]))
    if item["type"] == "order":
        parts.append(_paragraph(_("Right order: ________________"), styles["option"]))
    yield KeepTogether(parts)
    if item["type"] == "extended_text":
        yield Spacer(1, ESSAY_LINES * 16)


def _options(
    options: list[dict[str, str]], styles: dict[str, Any], *, numbered: bool = False
) -> Flow:
    return [
        _paragraph(
            f"{n if numbered else option['key']}. {option['text']}", styles["option"]
        )
        for n, option in enumerate(options, start=1)
    ]


def _match_table(item: dict[str, Any], styles: dict[str, Any]) -> Any:
    from reportlab.platypus import Table

    left = [f"{o['key']}. {o['text']}  （    ）" for o in item["left"]]
    right = [f"{o['key']}. {o['text']}" for o in item["right"]]
    height = max(len(left), len(right))
    rows = [
        [
            _paragraph(
                side[n] if n < len(side) else "",
                styles["base"],
                width=HALF - CELL_PADDING,
            )
            for side in (left, right)
        ]
        for n in range(height)
    ]
    table = Table(rows, colWidths=[HALF, HALF])
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP")])
    return table


def _pictures(item: dict[str, Any]) -> Flow:
    media = [m for m in item.get("media", []) if m.get("kind", "image") == "image"]
    if item.get("image"):
        media.append(item["image"])
    return [_picture(one) for one in media]


def _picture(one: dict[str, Any]) -> Any:
    """Return the picture, or its words where the file is not ours to print."""
    from reportlab.lib.utils import ImageReader
    from reportlab.platypus import Image

    loaded = load_picture(str(one.get("src", "")))
    try:
        if loaded is not None:
            width, height = ImageReader(io.BytesIO(loaded[1])).getSize()
            scale = min(MAX_PICTURE_WIDTH / width, MAX_PICTURE_HEIGHT / height, 1)
            return Image(
                io.BytesIO(loaded[1]), width * scale, height * scale, hAlign="LEFT"
            )
    except (OSError, ValueError):
        pass
    words = _("[Picture: %(alt)s]") % {"alt": one.get("alt", "")}
    return _paragraph(words, _styles()["option"])


def _sheet(version: dict[str, Any]) -> Flow:
    from reportlab.platypus import Spacer

    styles = _styles()
    story: Flow = [Spacer(1, 8), _person(styles), Spacer(1, 4)]
    story.append(
        _paragraph(
            _("Fill the bubble of your answer completely: ● right, ◐ ✓ not."),
            styles["small"],
        )
    )
    story.append(Spacer(1, 6))
    bubbles = [i for i in version["items"] if i["type"] in ("choice", "true_false")]
    story += answer_rows(bubbles)
    written = [i for i in version["items"] if i["type"] not in ("choice", "true_false")]
    for item in written:
        story += _written(item, styles)
    return story


def _written(item: dict[str, Any], styles: dict[str, Any]) -> Flow:
    from reportlab.platypus import KeepTogether, Table

    count = {
        "text_entry": item.get("blanks", 1),
        "extended_text": ESSAY_LINES,
        "match": len(item.get("left", [])),
    }.get(item["type"], 1)
    label = _paragraph(f"{item['position']}.", styles["base"])
    rows = [[label if n == 0 else "", ""] for n in range(int(count))]
    table = Table(rows, colWidths=[30, 450], rowHeights=[24] * len(rows))
    table.setStyle(
        [
            ("LINEBELOW", (1, 0), (1, -1), 0.5, FAINT),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ]
    )
    return [KeepTogether([table])]


def _key(version: dict[str, Any], name: str) -> Flow:
    from reportlab.platypus import Table

    styles = _styles()
    heads = [_("No."), _("Right answer"), _("Points each"), _("Explanation")]
    rows = [[_paragraph(head, styles["small"]) for head in heads]]
    for item in version["items"]:
        key = version["keys"][str(item["position"])]
        interaction = interaction_for(item["type"])
        right = interaction.correct_response(key)
        words = interaction.describe(item, right)
        text = "\n".join(words) if item["type"] != "extended_text" else _rubric(key)
        cells = [str(item["position"]), text, item["max_score"], key["explanation"]]
        rows.append(
            [
                _paragraph(cell, styles["small"], width=width - CELL_PADDING)
                for width, cell in zip(KEY_WIDTHS, cells, strict=True)
            ]
        )
    table = Table(rows, colWidths=KEY_WIDTHS, repeatRows=1)
    table.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, FAINT),
            ("BACKGROUND", (0, 0), (-1, 0), "#DCE9E4"),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    heading = _("Version %(version)s") % {"version": name}
    return [_paragraph(heading, styles["section"]), table]


def _rubric(key: dict[str, Any]) -> str:
    points = [f"{point['score']}: {point['text']}" for point in key.get("rubric", [])]
    return "\n".join([key.get("model", ""), *points]).strip()
