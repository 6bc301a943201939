"""The style guide shows every component, in both languages, without a double id."""

import re
from collections import Counter
from pathlib import Path

import pytest

import lms.ui

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

COMPONENTS = Path(lms.ui.__file__).parent / "templates" / "ui" / "components"
ID = re.compile(r'\sid="([^"]+)"')
REFERENCE = re.compile(r'\s(?:aria-labelledby|aria-describedby|for)="([^"]+)"')


@pytest.fixture(params=["", "/en"], ids=["zh", "en"])
def guide(request, client):
    return client.get(f"{request.param}/styleguide/?sort=-name&state=overdue")


def test_every_component_is_shown(guide):
    shown = {Path(template.name).name for template in guide.templates if template.name}

    assert {path.name for path in COMPONENTS.glob("*.html")} - shown == set()


@pytest.mark.parametrize(
    "markup",
    [
        "btn--primary is-hover",
        "btn--primary is-focus",
        'disabled aria-busy="true"|aria-busy="true"',
        'aria-invalid="true"',
        "field--error",
        "badge--success",
        "badge--danger",
        "badge--signal",
        "badge--info",
        "callout--signal",
        "verdict--danger",
        "banner--danger",
        "toast--danger",
        'aria-sort="descending"',
        "bar--signal",
        "option--wrong",
        "steps__item--current",
        "skeleton--figure",
        "file-drop--error",
        "chart__mark",
        'type="date"',
        "data-combobox",
        "data-dialog-locked",
        'data-date-for="id_due_on"',
        "<dialog",
        'role="tablist"',
        "row--unread",
        "empty__title",
    ],
)
def test_states_are_shown(guide, markup):
    assert any(one in guide.text for one in markup.split("|"))


def test_ids_are_unique_and_references_lead_somewhere(guide):
    ids = Counter(ID.findall(guide.text))

    assert [name for name, times in ids.items() if times > 1] == []
    wanted = {name for value in REFERENCE.findall(guide.text) for name in value.split()}
    assert wanted - set(ids) == set()


def test_guide_holds_no_leftover_of_a_template(guide):
    assert "{%" not in guide.text
    assert "{{" not in guide.text


def test_the_two_languages_show_the_same_parts(client):
    def shape(text):
        return Counter(re.findall(r'class="([^"]+)"', text))

    chinese, english = (
        client.get(f"{prefix}/styleguide/").text for prefix in ("", "/en")
    )
    assert shape(chinese) == shape(english)
    assert "按钮" in chinese
    assert "Buttons" in english
