"""The facts of one class as pages for the file."""

import math
from typing import Any

from django.utils.translation import gettext as _

from courses.enums import UnitKind
from lms.reporting.domain.archives.sheet import Page, hours, minutes, short


def class_pages(facts: dict[str, Any]) -> bytes:
    """Return the file of one class: plan, syllabus, everyone with the result."""
    page = Page()
    title = _("Class archive: %(title)s") % {"title": facts["title"]}
    page.add(title, "title")
    organization = facts["organization"]
    page.add(
        f"{organization['name']} · {organization['code']} · {facts['on']}", "faint"
    )
    page.add(_("1. Plan"), "part")
    plan = facts["plan"]
    page.add(
        _("For %(whom)s; assigned by %(by)s on %(day)s, due %(due)s.")
        % {
            "whom": plan["department"] or _("the whole enterprise"),
            "by": plan["assigned_by"],
            "day": short(plan["assigned_at"]),
            "due": plan["due_on"] or "—",
        }
    )
    page.add(_("2. Syllabus"), "part")
    page.table(
        [_("Unit"), _("Kind"), _("Minutes"), _("Credit hours")],
        [
            (unit["title"], str(UnitKind(unit["kind"]).label),
             "—" if unit["required_seconds"] is None
             else minutes(math.ceil(unit["required_seconds"])),
             hours(unit["credit_seconds"] or 0))
            for unit in facts["units"]
        ],
        [279, 80, 70, 70],
    )  # fmt: skip
    page.add(_("3. Participants and results"), "part")
    page.table(
        [_("Full name"), _("Employee number"), _("Units"), _("Minutes"), _("Score"),
         _("Finished on"), _("Signature")],
        [
            (row["name"], row["employee_number"] or "—",
             f"{row['done_units']}/{row['units']}", str(row["minutes"]),
             row["score"] or "—", short(row["completed_at"])[:10], "")
            for row in facts["people"]
        ],
        [90, 80, 50, 55, 50, 74, 100],
    )  # fmt: skip
    page.signatures([_("Trainer"), _("Assessor"), _("Head of safety")])
    return page.render(title=title, footer=f"{title} · {organization['name']}")
