"""Templates obey the order of docs/architecture.md, as imports do."""

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.unit

ROOT = Path(settings.BASE_DIR)
# From the bottom to the top; siblings share a row and may not use each other.
LAYERS = [
    ["core"],
    ["ui"],
    ["notifications", "audit"],
    ["accounts"],
    ["organizations"],
    ["media_pipeline"],
    ["cms"],
    ["courses"],
    ["exams", "consultations"],
    ["compliance"],
    ["certificates"],
    ["reporting"],
    ["api", "portal"],
    ["demo"],
]
LEVEL = {label: n for n, row in enumerate(LAYERS) for label in row}
FOLDERS = {
    "media_pipeline": "media_pipeline",
    "cms": "cms",
    "courses": "courses",
    "exams": "exams",
    "certificates": "certificates",
} | {
    label: f"lms/{label}"
    for label in LEVEL
    if label not in {"media_pipeline", "cms", "courses", "exams", "certificates"}
}
REFERENCE = re.compile(
    r"{%-?\s*(?:extends|include|static|load)\s+(?P<rest>[^%]+?)\s*-?%}"
)
NAME = re.compile(r"[\"']([^\"']+)[\"']")
# Tag libraries of our own, by the app that holds them.
LIBRARIES = {
    path.stem: label
    for label, folder in FOLDERS.items()
    for path in (ROOT / folder).glob("templatetags/[a-z]*.py")
}


def templates():
    for label, folder in FOLDERS.items():
        for path in sorted((ROOT / folder).glob("templates/**/*")):
            if path.is_file():
                yield label, path


def references(text):
    for match in REFERENCE.finditer(text):
        rest = match["rest"]
        yield from (n.split("/")[0] for n in NAME.findall(rest) if "/" in n)
        if match[0].lstrip("{%- ").startswith("load"):
            words = rest.split(" from ")[-1].split()
            yield from (LIBRARIES[w] for w in words if w in LIBRARIES)


def may_use(user_label, used_label):
    """A template uses its own app's parts, those of lower rows, never a sibling's."""
    if used_label not in LEVEL or used_label == user_label:
        return True
    return LEVEL[used_label] < LEVEL[user_label]


def test_templates_use_only_their_own_and_lower_layers():
    found = list(templates())
    wrong = [
        f"{path.relative_to(ROOT)} uses {used}"
        for label, path in found
        for used in references(path.read_text(encoding="utf-8"))
        if not may_use(label, used)
    ]

    assert found
    assert wrong == []


@pytest.mark.parametrize(
    ("user", "used", "allowed"),
    [
        ("courses", "ui", True),
        ("courses", "courses", True),
        ("courses", "exams", False),
        ("ui", "accounts", False),
        ("notifications", "audit", False),
        ("portal", "api", False),
        ("accounts", "wagtailadmin", True),
    ],
)
def test_the_rule_itself(user, used, allowed):
    assert may_use(user, used) is allowed


def test_references_are_found_in_every_form():
    text = (
        '{% extends "ui/base.html" %}{% load ui static %}'
        "{% include 'exams/card.html' with a=1 %}{% static \"cms/cms.css\" %}"
    )

    assert list(references(text)) == ["ui", "ui", "exams", "cms"]
