"""Icons: SVG files of the npm package lucide-static, put into the page itself."""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class IconNotFoundError(LookupError):
    """A template names an icon that the package does not hold."""


@lru_cache(maxsize=512)
def icon_drawing(name: str) -> SafeString:
    """Return what stands inside the `<svg>` of one icon.

    Raises:
        IconNotFoundError: the name is malformed or the package has no such file.
    """
    path = Path(settings.LUCIDE_ICONS_DIR) / f"{name}.svg"
    if not NAME.match(name) or not path.is_file():
        raise IconNotFoundError(name)
    drawing = DRAWING.search(COMMENT.sub("", path.read_text(encoding="utf-8")))
    if drawing is None:
        raise IconNotFoundError(name)
    inner = re.sub(r"\s+", " ", drawing[1]).strip()
    # Safe: a file of a locked package, found by a name without any path in it.
    return mark_safe(inner)


def render_icon(name: str, *, label: str = "", css_class: str = "") -> SafeString:
    """Draw an icon; without a label it is hidden from screen readers."""
    drawing = icon_drawing(name)
    names = f"icon {css_class}".strip()
    if label:
        naming = format_html('role="img" aria-label="{}"', label)
    else:
        naming = mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="24" height="24" fill="none"'
        ' stroke="currentColor" stroke-width="2" stroke-linecap="round"'
        ' stroke-linejoin="round" focusable="false" {}>{}</svg>',
        names,
        naming,
        drawing,
    )
