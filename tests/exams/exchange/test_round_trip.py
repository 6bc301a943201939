"""What goes out comes back the same, whatever the text."""

import pytest
from hypothesis import HealthCheck, given, settings

from exams.domain.exchange.canonical import canonical_draft
from exams.domain.exchange.registry import WRITERS, read_file, write_file
from tests.exams.exchange.samples import banks

pytestmark = pytest.mark.unit
READ_AS = {"qti-2.1": "qti", "qti-3.0": "qti"}
# What a format has a form for; the rest is named by the export.
HOLDS = {
    "gift": lambda d: (
        d.type in ("choice", "true_false", "numeric", "match", "text_entry")
        and len(d.content.get("blanks", [1])) == 1
    ),
    "moodle-xml": lambda d: d.type != "hotspot",
    "aiken": lambda d: (
        d.content.get("cardinality") == "single" and "\n" not in d.content["stem"]
    ),
}
FORMATS = [name for name in WRITERS if name != "aiken"]


def kept(drafts, format_name):
    holds = HOLDS.get(format_name, lambda draft: True)
    found = [draft for draft in drafts if holds(draft)]
    for draft in found:
        draft.children = [part for part in draft.children if holds(part)]
    return found


@pytest.mark.parametrize("format_name", FORMATS)
@given(drafts=banks())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_item_comes_back_as_it_went(format_name, drafts):
    out = kept(drafts, format_name)
    if not out:
        return
    data = write_file(out, format_name=format_name)
    back = read_file(data, format_name=READ_AS.get(format_name, format_name))
    assert [r.code for r in back.all_remarks() if r.is_error] == []
    assert [canonical_draft(d) for d in back.drafts] == [
        canonical_draft(d) for d in out
    ]


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_file_shows_its_format(format_name):
    from tests.exams.exchange.test_exporting import simple_drafts

    data = write_file(simple_drafts(), format_name=format_name)
    wanted = READ_AS.get(format_name, format_name)
    assert read_file(data).format == wanted
