"""What the browser sends for an item's form."""

from typing import Any

from exams.models import Item

PLAIN = {
    "stem": "下列说法正确的是",
    "explanation": "第二十八条",
    "difficulty": 3,
    "score": "1",
    "language": "zh-hans",
}
SETS = ("options", "left", "right", "blanks", "rubric", "regions", "media", "citations")


def rows(name: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """The fields of one set of rows."""
    sent: dict[str, Any] = {
        f"{name}-TOTAL_FORMS": len(lines),
        f"{name}-INITIAL_FORMS": 0,
    }
    for number, line in enumerate(lines):
        for field, value in line.items():
            if value is not False:
                sent[f"{name}-{number}-{field}"] = "on" if value is True else value
    return sent


def body(*sets: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A whole form: plain fields, empty sets, then what the test is about."""
    sent = dict(PLAIN)
    for name in SETS:
        sent |= rows(name)
    for one in sets:
        sent |= one
    return sent | changes


OPTIONS = rows(
    "options",
    {"text": "安全第一", "is_right": True},
    {"text": "产量第一"},
    {"text": "速度第一"},
)


def body_of(page: Any) -> dict[str, Any]:
    """What a browser would send back from a form that was shown, untouched."""
    form = page.context["form"]
    sent: dict[str, Any] = {}
    for field in form:
        _put(sent, field)
    for name, set_ in form.rows.items():
        sent[f"{name}-TOTAL_FORMS"] = len(set_.forms)
        sent[f"{name}-INITIAL_FORMS"] = 0
        for row in set_.forms:
            for field in row:
                _put(sent, field)
    return sent


def _put(sent: dict[str, Any], field: Any) -> None:
    value = field.value()
    if value is None or value is False or value == "":
        return
    sent[field.html_name] = "on" if value is True else value


def only_item() -> Item:
    return (
        Item.objects.non_polymorphic()
        .select_related("current_revision", "draft_revision", "bank", "parent")
        .get()
    )
