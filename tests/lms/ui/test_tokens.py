"""The look itself: themes agree, and colors can be read."""

import re
from pathlib import Path

import pytest

import lms.ui

pytestmark = pytest.mark.unit

CSS = Path(lms.ui.__file__).parent / "static" / "ui" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
VALUE = re.compile(r"(--[a-z-]+):\s*([^;]+);")


def block(selector):
    start = TOKENS.index(selector)
    return dict(VALUE.findall(TOKENS[start : TOKENS.index("}", start)]))


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


LIGHT = block(":root {")
DARK = block(':root[data-theme="dark"] {')


def test_chosen_and_system_dark_are_the_same():
    assert block(':root:not([data-theme="light"]) {') == DARK


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "ratio"),
    [
        ("--ink", "--paper", 7),
        ("--ink-muted", "--paper", 4.5),
        ("--ink-muted", "--sunken", 4.5),
        ("--primary", "--paper", 7),
        ("--primary", "--primary-soft", 4.5),
        ("--danger", "--paper", 4.5),
        ("--danger", "--danger-soft", 4.5),
        ("--success", "--paper", 4.5),
        ("--success", "--success-soft", 4.5),
        ("--on-primary", "--primary", 4.5),
        ("--on-danger", "--danger", 4.5),
        ("--on-success", "--success", 4.5),
        ("--on-signal", "--signal", 4.5),
        ("--ink", "--signal-soft", 7),
        ("--line-strong", "--paper", 3),
        ("--line-strong", "--raised", 3),
    ],
)
def test_contrast(theme, text, ground, ratio):
    values = {**LIGHT, **theme}

    assert contrast(values[text], values[ground]) >= ratio


def test_components_take_colors_from_tokens_only():
    for path in CSS.glob("*.css"):
        if path.name == "tokens.css":
            continue
        screen = path.read_text(encoding="utf-8").split("@media print")[0]
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b", screen) == [], path.name


def test_no_physical_directions():
    for path in CSS.glob("*.css"):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"\b(?:margin|padding|border)-(?:left|right)\b", text)
        assert found == [], path.name
