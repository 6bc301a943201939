"""The facts of an archive as pages for the file: A4, signatures at the end."""

import io
import math
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from courses.enums import EnrollmentState, UnitKind
from exams.domain.printing.breaking import break_text
from exams.domain.printing.fonts import REGULAR, STRONG, font_faces, printable
from lms.compliance.enums import ObligationState, TrainingPhase
from lms.organizations.enums import MembershipKind, PositionCategory

INK, FAINT, LINE, HEAD = "#16302B", "#5E6E69", "#C9D3CF", "#EEF3F1"
MARGIN = 48
FRAME = 499
PADDING = 5
Flow = list[Any]


class Page:
    """Collects what stands on the pages of one document."""

    def __init__(self) -> None:
        from reportlab.lib.styles import ParagraphStyle

        font_faces()
        base = ParagraphStyle(
            "base", fontName=REGULAR, fontSize=9, leading=13.5, textColor=INK
        )
        self._styles = {
            "base": base,
            "faint": ParagraphStyle(
                "faint", parent=base, fontSize=8, leading=11, textColor=FAINT
            ),
            "title": ParagraphStyle(
                "title", parent=base, fontName=STRONG, fontSize=18, leading=26
            ),
            "part": ParagraphStyle(
                "part", parent=base, fontName=STRONG, fontSize=12, leading=17,
                spaceBefore=14, spaceAfter=5, keepWithNext=1,
            ),
            "sub": ParagraphStyle(
                "sub", parent=base, fontName=STRONG, fontSize=10, leading=15,
                spaceBefore=8, spaceAfter=3, keepWithNext=1,
            ),
            "head": ParagraphStyle(
                "head", parent=base, fontName=STRONG, fontSize=8.5, leading=12
            ),
        }  # fmt: skip
        self.flow: Flow = []

    def text(self, text: str, style: str = "base", *, width: float = FRAME) -> Any:
        """Return a paragraph whose lines break as Chinese printers break them."""
        from reportlab.platypus import Paragraph

        look = self._styles[style]
        lines = break_text(
            printable(text),
            font=look.fontName,
            size=look.fontSize,
            first_width=width,
            width=width,
        )
        return Paragraph(escape(lines).replace("\n", "<br/>"), look)

    def add(self, text: str, style: str = "base") -> None:
        self.flow.append(self.text(text, style))

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[float],
    ) -> None:
        """Add a table whose heading repeats on each page; nothing for no rows."""
        from reportlab.platypus import LongTable

        body = [
            [
                self.text(cell, width=w - 2 * PADDING - 2)
                for cell, w in zip(row, widths, strict=True)
            ]
            for row in rows
        ]
        if not body:
            self.add("—", "faint")
            return
        has_head = any(headings)
        if has_head:
            head = [
                self.text(cell, "head", width=w - 2 * PADDING - 2)
                for cell, w in zip(headings, widths, strict=True)
            ]
            body.insert(0, head)
        table = LongTable(body, colWidths=list(widths), repeatRows=int(has_head))
        table.setStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), HEAD if has_head else "#FFFFFF"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
                ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
        self.flow.append(table)

    def signatures(self, labels: Sequence[str]) -> None:
        """Add lines to sign by hand; they stay together on one page."""
        from reportlab.platypus import KeepTogether, Spacer, Table

        width = FRAME / len(labels)
        cells = [
            [self.text(label, "head", width=width - 20) for label in labels],
            ["" for _label in labels],
            [self.text(_("Date:"), "faint", width=width - 20) for _label in labels],
        ]
        table = Table(cells, colWidths=[width] * len(labels), rowHeights=[18, 34, 18])
        lines = [("LINEBELOW", (i, 1), (i, 1), 0.7, INK) for i in range(len(labels))]
        table.setStyle([("FONTNAME", (0, 0), (-1, -1), REGULAR), *lines])
        self.flow.append(KeepTogether([Spacer(1, 16), table]))

    def render(self, *, title: str, footer: str) -> bytes:
        """Return the document; every page bears the footer and its number."""
        from reportlab import rl_config
        from reportlab.platypus import SimpleDocTemplate

        rl_config.useA85 = 0
        buffer = io.BytesIO()
        document = SimpleDocTemplate(
            buffer,
            pagesize=(595.28, 841.89),
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN + 8,
            title=title,
            invariant=1,
            # Otherwise each page begins with Helvetica, which is not embedded.
            initialFontName=REGULAR,
        )

        def foot(canvas: Any, _document: Any) -> None:
            canvas.setFont(REGULAR, 7.5)
            canvas.setFillColor(FAINT)
            canvas.drawString(MARGIN, 30, printable(footer)[:110])
            canvas.drawRightString(595.28 - MARGIN, 30, str(canvas.getPageNumber()))

        document.build(self.flow, onFirstPage=foot, onLaterPages=foot)
        return buffer.getvalue()


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
    _course_part(page, facts["courses"])
    _exam_part(page, facts["exams"])
    _certificate_part(page, facts["certificates"])
    _signature_part(page, facts)
    return page.render(title=title, footer=f"{title} · {organization['name']}")


def _origin(facts: dict[str, Any]) -> str:
    organization = facts["organization"]
    return f"{organization['name']} · {organization['code']} · {facts['on']}"


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


def hours(seconds: int) -> str:
    """Return credit hours of 45 minutes, floored to a tenth."""
    return f"{seconds * 10 // 2700 / 10:g}"


def _course_part(page: Page, courses: list[dict[str, Any]]) -> None:
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
            [_("Unit"), _("Kind"), _("Minutes"), _("Finished"), _("Signed by")],
            [_unit_row(unit) for unit in course["units"]],
            [190, 70, 70, 79, 90],
        )


def _unit_row(unit: dict[str, Any]) -> tuple[str, ...]:
    kind = unit["kind"]
    label = str(UnitKind(kind).label) if kind in UnitKind.values else kind
    required = math.ceil((unit["required_seconds"] or 0) / 60)
    minutes = f"{unit['watched_seconds'] // 60}/{required}"
    signed = unit["signed_by"]
    if unit["note"]:
        signed = f"{signed}\n{unit['note']}"
    checks = unit["checks"]
    title = unit["title"]
    if checks:
        title += "\n" + _("%(n)s checks of presence") % {"n": len(checks)}
    return title, label, minutes, short(unit["completed_at"]), signed or "—"


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
        [_("Number"), _("Title"), _("Issued"), _("Valid until"), _("State")],
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


def short(value: str | None) -> str:
    """Return 2026-11-23 10:00 of an ISO moment."""
    return value[:16].replace("T", " ") if value else "—"


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
             str(int(unit["required_seconds"] or 0) // 60),
             hours(unit["credit_seconds"] or 0))
            for unit in facts["units"]
        ],
        [279, 80, 70, 70],
    )  # fmt: skip
    page.add(_("3. Participants and results"), "part")
    page.table(
        [_("Full name"), _("Employee number"), _("Units"), _("Minutes"), _("Score"),
         _("Finished"), _("Signature")],
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
