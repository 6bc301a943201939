"""The facts of one person's archive as pages for the file; signatures at the end."""

from typing import Any

from django.utils.translation import gettext as _

from lms.compliance.enums import ObligationState, TrainingPhase
from lms.organizations.enums import MembershipKind, PositionCategory
from lms.reporting.domain.archives.sheet import Page, hours, short
from lms.reporting.domain.archives.study_pages import course_part


def person_pages(facts: dict[str, Any]) -> bytes:
    """Return one person's archive as PDF."""
    page = Page()
    person, organization = facts["person"], facts["organization"]
    title = _("Training archive: %(name)s") % {"name": person["name"]}
    page.add(title, "title")
    page.add(
        f"{organization['name']} · {organization['code']} · {facts['on']}", "faint"
    )
    _person_part(page, person)
    _duty_part(page, facts["obligations"])
    course_part(page, facts["courses"])
    _exam_part(page, facts["exams"])
    _certificate_part(page, facts["certificates"])
    _signature_part(page, facts)
    return page.render(title=title, footer=f"{title} · {organization['name']}")


def _person_part(page: Page, person: dict[str, Any]) -> None:
    page.add(_("1. Person"), "part")
    documents = "、".join(d["masked"] for d in person["documents"]) or "—"
    category = person["category"]
    label = str(PositionCategory(category).label) if category else "—"
    period = f"{person['from']} – {person['until'] or ''}".rstrip()
    rows = [
        (_("Full name"), person["name"], _("Employee number"),
         person["employee_number"] or "—"),
        (_("Identity document"), documents, _("Employed as"),
         str(MembershipKind(person["kind"]).label)),
        (_("Department"), person["department"] or "—", _("Position"),
         person["position"] or "—"),
        (_("Category"), label, _("Employed"), period),
    ]  # fmt: skip
    page.table(["", "", "", ""], rows, [80, 170, 80, 169])


def _duty_part(page: Page, obligations: list[dict[str, Any]]) -> None:
    page.add(_("2. Hours that the rules ask for"), "part")
    page.table(
        [_("Period"), _("Phase"), _("Basis"), _("Credited"), _("State")],
        [
            (
                f"{row['from']} – {row['until']}",
                str(TrainingPhase(row["phase"]).label)
                if row["phase"] in TrainingPhase.values
                else row["phase"],
                row["basis"],
                f"{hours(row['credited_seconds'])}/{hours(row['required_seconds'])}",
                str(ObligationState(row["state"]).label),
            )
            for row in obligations
        ],
        [120, 80, 179, 60, 60],
    )


def _exam_part(page: Page, exams: list[dict[str, Any]]) -> None:
    page.add(_("4. Exams: the paper as answered"), "part")
    if not exams:
        page.add("—", "faint")
    for exam in exams:
        page.add(exam["title"], "sub")
        passed = {True: _("passed"), False: _("not passed"), None: "—"}[exam["passed"]]
        page.add(
            _(
                "Attempt %(number)s, %(from)s to %(to)s. Score %(score)s of %(max)s, "
                "%(passed)s. Examiners: %(examiners)s. Paper %(hash)s…"
            )
            % {
                "number": exam["number"],
                "from": short(exam["started_at"]),
                "to": short(exam["submitted_at"]),
                "score": exam["score"] or "—",
                "max": exam["max_score"],
                "passed": passed,
                "examiners": "、".join(exam["examiners"]) or _("by machine"),
                "hash": exam["paper_sha256"][:16],
            },
            "faint",
        )
        page.table(
            ["#", _("Question"), _("Answered"), _("Score")],
            [
                (
                    str(item["position"]),
                    item["stem"],
                    "\n".join(item["answered"]) or _("not answered"),
                    f"{item['score'] or '—'}/{item['max_score']}",
                )
                for item in exam["items"]
            ],
            [26, 243, 180, 50],
        )


def _certificate_part(page: Page, certificates: list[dict[str, Any]]) -> None:
    page.add(_("5. Certificates"), "part")
    page.table(
        [_("Number"), _("Title"), _("Issued at"), _("Valid until"), _("State")],
        [
            (
                row["number"],
                row["title"],
                short(row["issued_at"]),
                row["valid_until"] or "—",
                state_label(row["state"]),
            )
            for row in certificates
        ],
        [160, 149, 70, 70, 50],
    )


def state_label(state: str) -> str:
    from certificates.enums import CertificateState  # noqa: PLC0415 -- slow import

    return str(CertificateState(state).label)


def _signature_part(page: Page, facts: dict[str, Any]) -> None:
    page.add(_("6. Signatures"), "part")
    rows = [
        (unit["signed_by"], _("assessor, on the spot"), unit["title"],
         short(unit["completed_at"]))
        for course in facts["courses"]
        for unit in course["units"]
        if unit["signed_by"]
    ]  # fmt: skip
    rows += [
        (facts["person"]["name"], _("learner, by handing in"), exam["title"],
         short(exam["submitted_at"]))
        for exam in facts["exams"]
    ]  # fmt: skip
    page.table(
        [_("Signed by"), _("As"), _("Item signed"), _("Time")],
        rows,
        [100, 120, 189, 90],
    )
    page.signatures([_("Assessor"), _("Learner"), _("Head of safety")])
