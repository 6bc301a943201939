"""What an archive says of courses: plan, study, checks of presence, days on site."""

import math
from typing import Any

from django.utils.translation import gettext as _

from courses.enums import EnrollmentState, SignMethod, UnitKind
from lms.reporting.domain.archives.sheet import Page, hours, minutes, short


def course_part(page: Page, courses: list[dict[str, Any]]) -> None:
    page.add(_("3. Courses: plan, syllabus, study, checks"), "part")
    if not courses:
        page.add("—", "faint")
    for course in courses:
        page.add(course["title"], "sub")
        for plan in course["plan"]:
            page.add(
                _("Plan: assigned by %(by)s on %(day)s, due %(due)s")
                % {
                    "by": plan["assigned_by"],
                    "day": short(plan["assigned_at"]),
                    "due": plan["due_on"] or "—",
                },
                "faint",
            )
        study = course["study"]
        state = EnrollmentState(course["state"]).label
        page.add(
            _(
                "Syllabus version %(version)s (%(hash)s…). %(state)s. Enrolled "
                "%(enrolled)s, finished %(finished)s. Study: %(intervals)s intervals "
                "in %(sessions)s sessions, %(minutes)s minutes counted."
            )
            % {
                "version": course["syllabus"]["version"],
                "hash": course["syllabus"]["sha256"][:16],
                "state": state,
                "enrolled": short(course["enrolled_at"]),
                "finished": short(course["completed_at"]),
                "intervals": study["intervals"],
                "sessions": study["sessions"],
                "minutes": study["counted_seconds"] // 60,
            },
            "faint",
        )
        page.table(
            [_("Unit"), _("Kind"), _("Minutes"), _("Finished on"), _("Signed by")],
            [_unit_row(unit) for unit in course["units"]],
            [190, 70, 70, 79, 90],
        )
        _on_site_table(page, course["units"])


def _unit_row(unit: dict[str, Any]) -> tuple[str, ...]:
    kind = unit["kind"]
    label = str(UnitKind(kind).label) if kind in UnitKind.values else kind
    required = unit["required_seconds"]
    asked = "—" if required is None else minutes(math.ceil(required))
    spent = f"{minutes(unit['watched_seconds'])} / {asked}"
    signed = unit["signed_by"]
    if unit["note"]:
        signed = f"{signed}\n{unit['note']}"
    title = "\n".join([unit["title"], *_proofs(unit)])
    return title, label, spent, short(unit["completed_at"]), signed or "—"


def _proofs(unit: dict[str, Any]) -> list[str]:
    """Return what else a unit has to show, one line each."""
    lines = []
    if unit["to_the_end"]:
        share = round(unit["read_share"] * 100)
        lines.append(_("Read down to %(share)s %%") % {"share": share})
    if unit["pages"]:
        lines.append(
            _("Pages read: %(read)s of %(total)s")
            % {
                "read": sum(page["read"] for page in unit["pages"]),
                "total": len(unit["pages"]),
            }
        )
    checks = unit["checks"]
    if checks:
        answered = sum(check["answered_at"] is not None for check in checks)
        lines.append(
            _("Checks of presence: %(asked)s, answered %(answered)s, wrong %(wrong)s")
            % {
                "asked": len(checks),
                "answered": answered,
                "wrong": sum(check["wrong_answers"] for check in checks),
            }
        )
    return lines


def _on_site_table(page: Page, units: list[dict[str, Any]]) -> None:
    """Add who was there when; nothing where no training was on site."""
    rows = [
        (
            f"{one['title']}\n{one['place']} · {one['led_by']}",
            _signed(one["signed_in_at"], one["signed_in_by"]),
            _signed(one["signed_out_at"], one["signed_out_by"]),
            one["vouched_by"] or "—",
            hours(one["credited_seconds"]),
        )
        for unit in units
        for one in unit["on_site"]
    ]
    if rows:
        page.space()
        page.table(
            [_("Training on site"), _("Signed in on site"), _("Signed out on site"),
             _("Vouched for by"), _("Credit hours")],
            rows,
            [189, 95, 95, 70, 50],
        )  # fmt: skip


def _signed(at: str | None, how: str) -> str:
    if not at:
        return "—"
    label = str(SignMethod(how).label) if how in SignMethod.values else how
    return f"{short(at)}\n{label}"
