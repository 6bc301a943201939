"""What our style sheets promise: no sides, colors by name, no copies, one sheet."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from lms.ui.staticfiles import PARTS, SITE_STYLES, SOURCE, JoinedStylesFinder
from tests.lms.ui.test_template_layers import FOLDERS, templates

pytestmark = pytest.mark.unit

ROOT = Path(settings.BASE_DIR)
SHEETS = sorted(
    path
    for folder in FOLDERS.values()
    for path in (ROOT / folder).glob("static/**/*.css")
)
FOREIGN = [path for path in SHEETS if "lms/ui/" not in path.as_posix()]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CONDITION = re.compile(r"@(?:media|container)[^{]*")
RULE = re.compile(r"([^{};]+)\{([^{}]*)\}")
# Scrolling has no logical name yet outside Firefox: overflow-x and -y are allowed.
PHYSICAL = re.compile(
    r"(?<![-\w])(?:"
    r"(?:scroll-)?(?:margin|padding|border|inset)-(?:left|right|top|bottom)[-\w]*"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height)"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r")\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)
COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(")
COMPONENT = re.compile(
    r"(?:\.(?:btn|card|table|badge|callout|chip|dialog|sheet|tabs|field|input|option"
    r"|verdict|stat|steps|empty|skeleton|toast|menu|row|rows|progress|bar|pager"
    r"|pagination|breadcrumbs|banner|chart)(?:(?:__|--)[a-z-]+)?"
    r"|button|table|th|td|select|textarea|dialog)(?:$|[:\[])"
)
# How something looks, as opposed to where it stands in its page.
LOOK = re.compile(
    r"^(?:background|border|color|box-shadow|outline|cursor|font-family)"
    r"(?!-spacing|-collapse)"
)
# Boxes that look like cards for a reason of their own.
OWN_BOXES = {
    ".cite-chip": "a citation inside running text",
    ".watch": "stands on the video",
    ".ordering__step": "is dragged",
    ".exam-order__line": "is dragged",
    ".exam-card__number": "a number of the answer card, in five states",
    ".document__dot": "a page of a document, in three states",
    ".exam-wish": "a line above the item that comes and goes",
    ".practice-option": "an answer that was judged, beside the reader's own",
    ".penalties": "what an article costs, beside the statute",
    ".exam-score": "the score, in three states",
    ".takeaways, .practical": "parts of a lesson between running text",
}


def plain(path):
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def rules(text):
    for match in RULE.finditer(CONDITION.sub("", text)):
        pairs = (line.split(":", 1) for line in match[2].split(";") if ":" in line)
        yield (
            " ".join(match[1].split()),
            {name.strip(): value.strip() for name, value in pairs},
        )


def subjects(selector):
    """The last compound of each selector of a list: what the rule is about."""
    for one in selector.split(","):
        words = re.split(r"[\s>+~]+", one.strip())
        if words[-1]:
            yield words[-1]


def name_of(path):
    return str(path.relative_to(ROOT))


def physical(text):
    return PHYSICAL.findall(CONDITION.sub("", text))


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_directions_are_logical(path):
    """Right-to-left languages turn the page round by themselves."""
    assert physical(plain(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "margin-left: 0;",
        "padding-top: 1px;",
        "left: 0;",
        "max-width: 3rem;",
        "border-left-color: red;",
        "border-top-left-radius: 0;",
        "text-align: right;",
        "float: left;",
        "scroll-margin-top: 0;",
    ],
)
def test_physical_directions_are_found(line):
    assert physical(f".x {{ {line} }}")


@pytest.mark.parametrize(
    "text",
    [
        "@media (min-width: 3rem) { .x { inline-size: 1px; } }",
        ".x { margin-inline-start: 0; text-align: start; --top: 1px; }",
    ],
)
def test_logical_directions_pass(text):
    assert physical(text) == []


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_colors_have_names(path):
    if path.name != "tokens.css":
        assert COLOR.findall(plain(path)) == []


def copies(text):
    """Rules that give a component, or a bare element, another look."""
    for selector, values in rules(text):
        about = [one for one in subjects(selector) if COMPONENT.match(one)]
        look = sorted(name for name in values if LOOK.match(name))
        if about and look:
            yield selector, look


@pytest.mark.parametrize("path", FOREIGN, ids=name_of)
def test_pages_place_components_and_leave_their_look_alone(path):
    assert list(copies(plain(path))) == []


@pytest.mark.parametrize(
    ("text", "is_copy"),
    [
        (".x .btn { color: red; }", True),
        ("table { border: 1px solid; }", True),
        (".x .btn--primary:hover { background: none; }", True),
        (".x .btn { margin-block-start: 1rem; flex: 1; }", False),
        (".btn-like { color: red; }", False),
        (".card .x { color: red; }", False),
    ],
)
def test_the_rule_about_copies(text, is_copy):
    assert bool(list(copies(text))) is is_copy


def test_no_page_builds_its_own_card_or_button():
    found = set()
    for path in FOREIGN:
        for selector, values in rules(plain(path)):
            is_card = (
                "--raised" in values.get("background", "")
                and "border" in values
                and "border-radius" in values
            )
            is_button = values.get("cursor") == "pointer" and {
                "background",
                "border-radius",
            } <= set(values)
            if is_card or is_button:
                found.add(selector)

    assert found - set(OWN_BOXES) == set()


def test_drawings_come_from_the_icons_and_the_charts():
    """A plan of a place is content; everything else is an icon or a chart."""
    for label, path in templates():
        if label == "ui" or path.suffix != ".html":
            continue
        for tag in re.findall(r"<svg[^>]*>", path.read_text(encoding="utf-8")):
            assert 'role="img"' in tag, f"{name_of(path)}: {tag}"
            assert "aria-label" in tag, f"{name_of(path)}: {tag}"


# What a component or a tag makes; a page that writes it out is a copy of it.
MADE = re.compile(
    r"<dialog\b|class=\"(?:breadcrumbs|pagination|verdict|empty|skeleton|steps|stat"
    r"|file-drop|error-summary|bulk-bar|banner|chart|department-picker)[\" ]"
)
OWN_MARKUP = {
    ("cms", "search_results.html"): "the pages of a search are not counted",
}


def written_out(text):
    return [match[0].rstrip() for match in MADE.finditer(text)]


def test_no_template_writes_out_what_a_component_makes():
    found = {
        name_of(path): copied
        for label, path in templates()
        if label != "ui" and path.suffix == ".html"
        if (label, path.name) not in OWN_MARKUP
        if (copied := written_out(path.read_text(encoding="utf-8")))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("text", "copies_of"),
    [
        ('<dialog class="dialog" id="d">', ["<dialog"]),
        ('<p class="empty">', ['class="empty"']),
        ('<nav class="breadcrumbs no-print">', ['class="breadcrumbs']),
        ('<p class="emptied">{% dialog "d" title %}', []),
    ],
)
def test_the_rule_about_written_out_markup(text, copies_of):
    assert written_out(text) == copies_of


# --- one sheet for every page ---


def test_every_part_is_in_the_joined_sheet_and_nothing_else():
    alone = {"admin", "styleguide"}

    assert {path.stem for path in SOURCE.glob("*.css")} == set(PARTS) | alone


def test_joined_sheet_names_the_layers_first_and_holds_every_rule():
    joined = Path(finders.find(SITE_STYLES)).read_text(encoding="utf-8")

    assert joined.startswith("@layer reset, tokens, base, layout, components, page")
    assert "/*" not in joined
    for name in PARTS:
        part = plain(SOURCE / f"{name}.css")
        assert len(list(rules(part))) > 0
        for selector, _ in rules(part):
            assert selector.split(",")[0].strip() in " ".join(joined.split())


def test_an_edit_shows_and_an_unchanged_sheet_is_kept(tmp_path, monkeypatch, settings):
    for name in ("one", "two"):
        (tmp_path / f"{name}.css").write_text(f".{name} {{\n  color: red;\n}}\n")
    monkeypatch.setattr("lms.ui.staticfiles.SOURCE", tmp_path)
    monkeypatch.setattr("lms.ui.staticfiles.PARTS", ("one", "two"))
    settings.DATA_DIR = tmp_path / "data"
    finder = JoinedStylesFinder()

    first = Path(finder.find(SITE_STYLES))
    written = first.stat().st_mtime_ns
    assert first.read_text() == ".one {\ncolor: red;\n}\n.two {\ncolor: red;\n}\n"
    assert Path(finder.find(SITE_STYLES)).stat().st_mtime_ns == written

    (tmp_path / "two.css").write_text(".three {\n}\n")
    assert Path(finder.find(SITE_STYLES)).read_text().endswith(".three {\n}\n")
    assert [name for name, _ in finder.list(None)] == [SITE_STYLES]
    assert finder.find("ui/css/tokens.css") == []


# --- classes that nobody uses ---


def test_no_dead_classes():
    """A class in our sheets is used by a template, a script or Python code."""
    used = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in FOLDERS.values()
        for pattern in ("**/*.html", "**/*.js", "**/*.py")
        for path in (ROOT / folder).glob(pattern)
    )
    words = set(re.findall(r"[\w-]+", used))
    # `badge--{{ tone }}` stands in a template as `badge--`.
    built = tuple(word for word in words if word.endswith("-") and len(word) > 2)
    by_htmx = {"htmx-request", "htmx-indicator"}
    dead = {
        name
        for path in SHEETS
        for selector, _ in rules(plain(path))
        for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)
        if name not in words | by_htmx and not name.startswith(built)
    }

    assert dead == set()
