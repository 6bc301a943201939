"""The fonts of the document, and the promise that no empty box is ever printed.

Two weights, each a chain of fonts: a character is set in the first link that has it in
both weights, so that a name looks the same wherever it stands. Links are loaded when a
text first needs them.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from certificates.errors import GlyphMissing

REGULAR = "AnxueSans"
STRONG = "AnxueSans-SemiBold"
_LONG_CODE = re.compile(r"<([0-9A-F]{5,6})>")
# Control and direction characters would print as nothing or turn the line around.
UNPRINTABLE = ("Cc", "Cf", "Co", "Cn", "Cs")


def font_name(font: str, link: int) -> str:
    """Return the name under which reportlab knows a link of the chain of a weight."""
    return f"{font}-{link + 1}" if link else font


@lru_cache(maxsize=16)
def load_link(link: int) -> dict[str, Any]:
    """Register both weights of a link with reportlab once per process."""
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics

    rl_config.useA85 = 0  # binary streams: a quarter smaller
    faces = {}
    for font, path in zip(
        (REGULAR, STRONG), settings.CERTIFICATE_FONTS[link], strict=True
    ):
        face = _font_class()(font_name(font, link), str(path))
        pdfmetrics.registerFont(face)
        faces[font] = face
    return faces


@lru_cache(maxsize=1)
def _font_class() -> Any:
    from reportlab.pdfbase.ttfonts import TTFont

    class Font(TTFont):
        """Writes characters beyond U+FFFF into the ToUnicode map as PDF asks.

        reportlab writes five digits where ISO 32000 (9.10.3) has UTF-16: a rare name
        would be lost when it is copied, searched or read aloud.
        """

        def addObjects(self, doc: Any) -> None:  # noqa: N802 -- reportlab's name
            super().addObjects(doc)
            for key, stream in doc.idToObject.items():
                if str(key).startswith("toUnicodeCMap:"):
                    stream.content = _LONG_CODE.sub(_utf16, stream.content)

    return Font


def _utf16(match: re.Match[str]) -> str:
    return f"<{chr(int(match[1], 16)).encode('utf-16-be').hex().upper()}>"


def font_faces() -> dict[str, Any]:
    """Return the fonts that every document uses, by weight."""
    return load_link(0)


@lru_cache(maxsize=16_384)
def link_of(char: str) -> int | None:
    """Return the first link that has the character in both weights, None without."""
    if unicodedata.category(char) in UNPRINTABLE:
        return None
    for link in range(len(settings.CERTIFICATE_FONTS)):
        faces = load_link(link).values()
        if all(ord(char) in face.face.charToGlyph for face in faces):
            return link
    return None


def split_runs(text: str, *, font: str) -> list[tuple[str, str]]:
    """Return (name of the font, characters) pieces that together are the text.

    What no link has stays with the first: `require_glyphs` has refused it before.
    """
    runs: list[tuple[str, str]] = []
    for char in text:
        name = font_name(font, link_of(char) or 0)
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + char)
        else:
            runs.append((name, char))
    return runs


def text_width(text: str, *, font: str, size: float) -> float:
    """Return the width of `text` in points."""
    return 0.001 * size * sum(_advance(char, font) for char in text)


@lru_cache(maxsize=16_384)
def _advance(char: str, font: str) -> float:
    """Return how far a character moves on, in thousandths of the size."""
    link = link_of(char) or 0
    face = load_link(link)[font].face
    return float(face.charWidths.get(ord(char), face.defaultWidth))


def missing_characters(texts: list[str]) -> list[str]:
    """Return the characters that no font has, in order, each once."""
    characters = dict.fromkeys("".join(texts))
    return [char for char in characters if link_of(char) is None]


def require_glyphs(payload: dict[str, Any]) -> None:
    """Make sure every text of the payload can be printed.

    Raises:
        GlyphMissing: names each missing character with its code point.
    """
    missing = missing_characters(_texts(payload))
    if missing:
        named = "、".join(f"{char} (U+{ord(char):04X})" for char in missing)
        raise GlyphMissing(
            "glyph_missing",
            _("The certificate fonts have no glyph for: %(characters)s.")
            % {"characters": named},
            characters=missing,
        )


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
