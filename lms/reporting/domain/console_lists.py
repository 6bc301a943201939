"""Plans, approvals, findings, administrators and members of an association as lists."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from certificates.enums import FindingState
from certificates.models import Finding
from lms.compliance.enums import PlanCycle
from lms.compliance.models import Exemption, Plan
from lms.core.clock import shanghai_date
from lms.organizations.domain.administrators import administrators
from lms.organizations.enums import (
    AssociationMemberState,
    ChangeKind,
    ChangeState,
    MembershipRole,
)
from lms.organizations.models import AssociationMember, ChangeRequest, Organization
from lms.reporting.domain.asking import ListRequest, title_of
from lms.reporting.domain.narrowing import Narrowing
from lms.reporting.domain.tables import Table

CHUNK = 2_000
TOLD = (FindingState.OPEN, FindingState.CLOSED)
PLANS = Narrowing(
    columns={"name": "title", "from": "starts_on", "cycle": "cycle"},
    text=("title",),
    choices={"cycle": ("cycle", list(PlanCycle.values))},
)
EXEMPTIONS = Narrowing(
    columns={"name": "membership__listed_name", "from": "starts_on", "until": "until"},
    text=("membership__listed_name", "membership__employee_number", "reason"),
)
CHANGES = Narrowing(
    columns={"change": "title", "state": "state", "day": "requested_at"},
    text=("title", "reason", "decision_note"),
    choices={
        "state": ("state", list(ChangeState.values)),
        "kind": ("kind", list(ChangeKind.values)),
    },
)
FINDINGS = Narrowing(
    columns={"found": "created_at", "due": "due_on", "state": "state"},
    text=("text", "certificate__number"),
    choices={"state": ("state", [str(state) for state in TOLD])},
)
ADMINISTRATORS = Narrowing(
    columns={"name": "listed_name", "role": "role", "department": "department__name"},
    text=("listed_name", "department__name"),
    choices={
        "role": ("role", [str(MembershipRole.ADMIN), str(MembershipRole.UNIT_ADMIN)])
    },
)
MEMBERS = Narrowing(
    columns={"name": "enterprise__name", "state": "state", "from": "starts_on"},
    text=("enterprise__name", "enterprise__code"),
    choices={"state": ("state", list(AssociationMemberState.values))},
)


def _day(moment: datetime | None) -> str:
    return shanghai_date(moment).isoformat() if moment else ""


def _table(
    asked: ListRequest, name: str, headings: list[str], rows: Any, cells: Any
) -> Table:
    def lines() -> Iterator[list[str]]:
        for row in rows.iterator(chunk_size=CHUNK):
            yield cells(row)

    return Table(
        title=title_of(asked, name),
        headings=headings,
        rows=lines(),
        total=rows.order_by().count(),
    )


def plans_list(organization: Organization, params: Mapping[str, Any]) -> Any:
    """Return the plans, those that run first; `state` is `running` or `ended`."""
    rows = Plan.objects.filter(organization=organization).order_by(
        F("ended_at").desc(nulls_first=True), "-created_at", "-pk"
    )
    state = params.get("state")
    if state in ("running", "ended"):
        rows = rows.filter(ended_at__isnull=state == "running")
    return PLANS.apply(rows, params)


def plans_table(asked: ListRequest) -> Table:
    def cells(plan: Plan) -> list[str]:
        return [
            plan.title, str(plan.get_cycle_display()), plan.starts_on.isoformat(),
            str(plan.due_days), str(len(plan.course_keys)), _day(plan.ended_at),
        ]  # fmt: skip

    return _table(
        asked,
        _("Training plans"),
        [
            _("Title"), _("Repeats"), _("From"), _("Days to finish"), _("Courses"),
            _("Ended on"),
        ],
        plans_list(asked.own, asked.params),
        cells,
    )  # fmt: skip


def exemptions_list(organization: Organization, params: Mapping[str, Any]) -> Any:
    """Return who is exempted from plans, the newest first; `plan` keeps to one."""
    rows = Exemption.objects.filter(plan__organization=organization)
    if plan := str(params.get("plan", "")):
        try:
            rows = rows.filter(plan__public_id=UUID(plan))
        except ValueError:
            rows = rows.none()
    rows = rows.select_related("plan", "membership", "granted_by")
    return EXEMPTIONS.apply(rows.order_by("-starts_on", "-pk"), params)


def exemptions_table(asked: ListRequest) -> Table:
    def cells(row: Exemption) -> list[str]:
        return [
            row.plan.title, row.membership.listed_name,
            row.membership.employee_number, row.reason, row.starts_on.isoformat(),
            row.until.isoformat() if row.until else "", row.granted_by.get_full_name(),
        ]  # fmt: skip

    return _table(
        asked,
        _("Exemptions"),
        [
            _("Plan"), _("Full name"), _("Employee number"), _("Reason"), _("From"),
            _("Until"), _("Granted by"),
        ],
        exemptions_list(asked.own, asked.params),
        cells,
    )  # fmt: skip


def changes_list(organization: Organization, params: Mapping[str, Any]) -> Any:
    """Return what was asked of a second person, the newest first."""
    rows = ChangeRequest.objects.filter(organization=organization)
    return CHANGES.apply(rows.select_related("requested_by", "decided_by"), params)


def changes_table(asked: ListRequest) -> Table:
    def cells(row: ChangeRequest) -> list[str]:
        return [
            row.title, str(row.get_kind_display()), str(row.get_state_display()),
            row.reason, row.requested_by.get_full_name(), _day(row.requested_at),
            row.decided_by.get_full_name() if row.decided_by else "",
            _day(row.decided_at), row.decision_note,
        ]  # fmt: skip

    return _table(
        asked,
        _("Approvals"),
        [
            _("Change"), _("Kind"), _("State"), _("Reason"), _("Asked for by"),
            _("Asked for on"), _("Decided by"), _("Decided on"), _("Note"),
        ],
        changes_list(asked.own, asked.params),
        cells,
    )  # fmt: skip


def findings_list(organization: Organization, params: Mapping[str, Any]) -> Any:
    """Return the findings, the open ones first, by the day they are due.

    Notes stay among regulators, for operators of the platform as well.
    """
    rows = Finding.objects.filter(organization_id=organization.pk, state__in=TOLD)
    rows = rows.order_by("-state", F("due_on").asc(nulls_last=True), "-pk")
    return FINDINGS.apply(rows.select_related("certificate"), params)


def findings_table(asked: ListRequest) -> Table:
    def cells(row: Finding) -> list[str]:
        return [
            row.text, str(row.get_state_display()),
            row.certificate.number if row.certificate else "", _day(row.created_at),
            row.due_on.isoformat() if row.due_on else "", _day(row.closed_at),
        ]  # fmt: skip

    return _table(
        asked,
        _("Findings of the regulator"),
        [
            _("Finding"), _("State"), _("Certificate"), _("Found on"),
            _("To be put right by"), _("Closed on"),
        ],
        findings_list(asked.own, asked.params),
        cells,
    )  # fmt: skip


def administrators_list(
    organization: Organization, params: Mapping[str, Any], today: date
) -> Any:
    """Return who administers the enterprise or a part of it."""
    rows = administrators(organization=organization, on=today)
    return ADMINISTRATORS.apply(rows, params)


def administrators_table(asked: ListRequest) -> Table:
    def cells(row: Any) -> list[str]:
        place = row.department.name if row.department else _("The whole enterprise")
        return [
            row.listed_name, str(row.get_role_display()), place,
            row.starts_on.isoformat(),
        ]  # fmt: skip

    return _table(
        asked,
        _("Administrators"),
        [_("Full name"), _("Role"), _("Department"), _("From")],
        administrators_list(asked.own, asked.params, asked.today),
        cells,
    )


def association_members_list(
    association: Organization, params: Mapping[str, Any], today: date
) -> Any:
    """Return whom an association asked, by name: the newest answer of each.

    Those whose membership is over are left out; who declined stays until asked anew.
    """
    rows = AssociationMember.objects.filter(association=association)
    declined = rows.filter(state=AssociationMemberState.DECLINED)
    newest = _newest([*declined.order_by("pk"), *rows.current(today).order_by("pk")])
    listed = rows.filter(pk__in=newest).select_related("enterprise")
    return MEMBERS.apply(listed.order_by("enterprise__name", "pk"), params)


def _newest(rows: Iterable[AssociationMember]) -> list[int]:
    return list({row.enterprise_id: row.pk for row in rows}.values())


def association_members_table(asked: ListRequest) -> Table:
    def cells(row: AssociationMember) -> list[str]:
        return [
            row.enterprise.name, row.enterprise.code, str(row.get_state_display()),
            row.starts_on.isoformat(), _day(row.created_at), _day(row.answered_at),
        ]  # fmt: skip

    return _table(
        asked,
        _("Member enterprises"),
        [
            _("Enterprise"), _("Unified social credit code"), _("State"), _("From"),
            _("Asked on"), _("Answered on"),
        ],
        association_members_list(asked.own, asked.params, asked.today),
        cells,
    )  # fmt: skip
