"""What the content security policy and the set of icons ask of every template."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from lms.ui.icons import icon_drawing
from tests.lms.ui.test_template_layers import ROOT, templates

pytestmark = pytest.mark.unit

ICON = re.compile(r"{%\s*icon\s+[\"']([^\"']+)[\"']")
ICON_VALUE = re.compile(r"icon_name=[\"']([^\"']+)[\"']")
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z][^>]*>", re.DOTALL)
PAGES = [(label, path) for label, path in templates() if path.suffix == ".html"]
# E-mails carry their style with them; no policy applies there.
PUBLIC = [p for _, p in PAGES if not {"email", "emails", "mail"} & set(p.parts)]


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PUBLIC, ids=name_of)
def test_template_has_nothing_inline(path):
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    bare = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)

    assert re.findall(r"<style\b", bare) == []
    for tag in TAG.findall(bare):
        assert not re.search(r"\s(style|on[a-z]+)\s*=", tag), tag
        is_data = re.search(r'type="application/(ld\+)?json"', tag)
        if tag.startswith("<script") and not is_data:
            assert " src=" in tag, tag
    assert "javascript:" not in bare


@pytest.mark.parametrize("path", [p for _, p in PAGES], ids=name_of)
def test_icons_of_template_exist(path):
    text = path.read_text(encoding="utf-8")

    for name in ICON.findall(text) + ICON_VALUE.findall(text):
        assert icon_drawing(name)


@pytest.mark.parametrize("path", [p for _, p in PAGES], ids=name_of)
def test_template_compiles(path):
    folder = next(p for p in path.parents if p.name == "templates")

    assert get_template(str(path.relative_to(folder)))


def test_icon_names_in_code_exist():
    calls = re.compile(r"icon(?:_name)?=\"([a-z0-9-]+)\"")
    for path in Path(settings.BASE_DIR).glob("lms/*/**/*.py"):
        if path.name == "wagtail_hooks.py":  # names icons of Wagtail
            continue
        for name in calls.findall(path.read_text(encoding="utf-8")):
            assert icon_drawing(name)
