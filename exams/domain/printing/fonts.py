"""The fonts of printed papers, registered once per process."""

import unicodedata
from functools import lru_cache
from typing import Any

from django.conf import settings

REGULAR = "AnxueSans"
STRONG = "AnxueSans-SemiBold"
FILES = {
    REGULAR: ("400Regular", "NotoSansSC_400Regular.ttf"),
    STRONG: ("600SemiBold", "NotoSansSC_600SemiBold.ttf"),
}
# Printed where the font has no glyph: a gap would hide that something stood there.
MISSING = "〓"


@lru_cache(maxsize=1)
def font_faces() -> dict[str, Any]:
    """Register the fonts with reportlab; return them by name."""
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    faces = {}
    for name, (folder, file) in FILES.items():
        path = settings.NOTO_SANS_SC_DIR / folder / file
        pdfmetrics.registerFont(TTFont(name, str(path)))
        # Not always ours: reportlab keeps the first of a typeface in the process, which
        # may be the certificates', and one document must not meet two.
        faces[name] = pdfmetrics.getFont(name)
    for bold, italic in ((0, 0), (0, 1), (1, 0), (1, 1)):
        addMapping(REGULAR, bold, italic, STRONG if bold else REGULAR)
    return faces


def printable(text: str) -> str:
    """Return text that the font can draw: one form, no control characters."""
    glyphs = font_faces()[REGULAR].face.charToGlyph
    drawn = []
    for char in unicodedata.normalize("NFC", text):
        if char == "\n" or ord(char) in glyphs:
            drawn.append(char)
        elif unicodedata.category(char) in ("Cc", "Cf"):
            continue
        else:
            drawn.append(MISSING)
    return "".join(drawn)
