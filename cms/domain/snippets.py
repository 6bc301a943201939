"""The part of a text that answers the query, with the found words marked."""

import re
from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

WINDOW = 96
MAX_TEXT = 6000


def _covered(text: str, words: Iterable[str]) -> list[bool]:
    """Tell for each character whether it belongs to one of the words.

    Chinese words are found anywhere; a Latin one must begin a word of the text, which
    is then marked to its end ("train" marks "training", "no" leaves "know" alone).
    """
    marks = [False] * len(text)
    for word in dict.fromkeys(words):
        if not word:
            continue
        pattern = re.escape(word)
        if word.isascii():
            tail = r"[a-z]{0,4}\b" if len(word) > 3 else r"\b"
            pattern = rf"\b{pattern}{tail}"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            marks[match.start() : match.end()] = [True] * len(match[0])
    return marks


def _best_start(marks: list[bool], width: int) -> int:
    """Return where the window with most marked characters begins."""
    if len(marks) <= width:
        return 0
    count = best = sum(marks[:width])
    start = 0
    for i in range(width, len(marks)):
        count += marks[i] - marks[i - width]
        if count > best:
            best, start = count, i - width + 1
    return start


def highlight(text: str, words: Iterable[str]) -> SafeString:
    """Return the text as HTML: everything escaped, found words inside <mark>."""
    return _render(text, _covered(text, words))


def _render(text: str, marks: list[bool]) -> SafeString:
    parts: list[str] = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or marks[i] != marks[start]:
            piece = escape(text[start:i])
            parts.append(f"<mark>{piece}</mark>" if marks[start] else piece)
            start = i
    # Every piece went through escape(); only our own <mark> tags are left.
    return mark_safe("".join(parts))


def make_snippet(text: str, words: Iterable[str], width: int = WINDOW) -> SafeString:
    """Return about `width` characters around the densest hits, as safe HTML."""
    flat = " ".join(text[:MAX_TEXT].split())
    marks = _covered(flat, [word for word in words if len(word) > 1] or words)
    first = next((i for i, marked in enumerate(marks) if marked), 0)
    start = max(_best_start(marks, width) - width // 6, 0)
    if first >= start and first - start > width // 3:
        start = max(first - width // 6, 0)
    start = min(start, max(len(flat) - width, 0))
    if start < 12:
        start = 0
    end = min(start + width, len(flat))
    rendered = _render(flat[start:end], marks[start:end])
    return mark_safe(  # the dots are ours, the rest was escaped above
        ("…" if start else "") + rendered + ("…" if end < len(flat) else "")
    )
