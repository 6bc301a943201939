"""Industry packages: what an association opens, and what its members see (R17)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lms.core import clock
from lms.core.errors import DomainError
from lms.organizations.domain.associations import (
    accept_invitation,
    decline_invitation,
    end_association_member,
    invite_association_member,
)
from lms.organizations.enums import AssociationMemberState, OrganizationKind
from lms.organizations.models import AssociationMember, Organization, Package
from lms.portal.package_forms import AssociationMemberForm, PackageForm
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.views.desk import attempt, crumbs, list_tools, options, today
from lms.reporting.domain.console_lists import association_members_list
from lms.reporting.domain.packages import (
    offered_banks,
    offered_courses,
    own_packages,
    packages_for,
    save_package,
)


def _association_or_404(request: HttpRequest, code: str) -> Organization:
    organization = administered_or_404(request.user, code)
    if organization.kind != OrganizationKind.ASSOCIATION:
        raise Http404
    return organization


def _to_packages(organization: Organization) -> tuple[str, str | None]:
    url = reverse("portal:packages", args=[organization.code])
    return (_("Industry packages"), url)


@login_required
@require_http_methods(["GET", "POST"])
def packages(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is open to us; an association's own packages and members besides."""
    organization = administered_or_404(request.user, code)
    is_association = organization.kind == OrganizationKind.ASSOCIATION
    form = AssociationMemberForm(request.POST or None)
    if request.method == "POST":
        if not is_association:
            raise Http404
        if form.is_valid():
            added = attempt(
                form,
                lambda: invite_association_member(
                    association=organization,
                    enterprise=form.enterprise,
                    starts_on=form.first_day,
                    by=signed_in(request),
                ),
            )
            if added is not None:
                messages.success(
                    request,
                    _("Asked. It is a member when its administrator has accepted."),
                )
                return redirect("portal:packages", code)
    language = get_language()
    belongs_to = list(
        AssociationMember.objects.filter(enterprise=organization)
        .current(today())
        .select_related("association")
        .order_by("association__name", "pk")
    )
    context: dict[str, Any] = {
        "organization": organization,
        "is_association": is_association,
        "form": form,
        "opened": packages_for(
            organization=organization, language=language, on=today()
        ),
        "belongs_to": belongs_to,
        "has_joined": any(
            row.state == AssociationMemberState.ACCEPTED for row in belongs_to
        ),
        "crumbs": crumbs(organization, (_("Industry packages"), None)),
    }
    if is_association:
        context["own"] = own_packages(association=organization, language=language)
        context |= {
            "members": list(
                association_members_list(organization, request.GET, today())
            ),
            "states": options(AssociationMemberState.choices),
            "sorting": [
                {"key": "name", "label": _("Enterprise")},
                {"key": "from", "label": _("From")},
            ],
            **list_tools(request, "state"),
        }
    status = 422 if form.errors else 200
    return render(request, "portal/packages.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def package(request: HttpRequest, code: str, public_id: str = "") -> HttpResponse:
    """Make a package or change one; only its association opens this page."""
    organization = _association_or_404(request, code)
    found = None
    if public_id:
        rows = Package.objects.filter(association=organization)
        found = get_object_or_404(rows, public_id=public_id)
    courses = offered_courses(association=organization, language=get_language())
    banks = offered_banks(association=organization)
    form = PackageForm(
        request.POST or None,
        courses=[(str(page.key), page.title) for page in courses],
        banks=[(str(bank.public_id), bank.title) for bank in banks],
        initial=_initial(found),
    )
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: save_package(
                association=organization,
                terms=form.terms(),
                by=signed_in(request),
                language=get_language(),
                package=found,
            ),
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("portal:packages", code)
    title = found.title if found else _("New package")
    context = {
        "organization": organization,
        "form": form,
        "title": title,
        "crumbs": crumbs(organization, _to_packages(organization), (title, None)),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/package.html", context, status=status)


def _initial(package: Package | None) -> dict[str, Any]:
    if package is None:
        return {}
    keys = [str(item.key) for item in package.items.all()]
    return {
        "title": package.title,
        "description": package.description,
        "industry": package.industry,
        "is_open": package.is_open,
        "courses": keys,
        "banks": keys,
    }


@login_required
@require_POST
def association_member_end(
    request: HttpRequest, code: str, public_id: str
) -> HttpResponse:
    """End an enterprise's membership; what its people were assigned stays."""
    organization = _association_or_404(request, code)
    rows = AssociationMember.objects.filter(association=organization)
    member = get_object_or_404(
        rows.select_related("association", "enterprise"), public_id=public_id
    )
    was_asked = member.state == AssociationMemberState.INVITED
    end_association_member(member=member, by=signed_in(request), now=clock.now())
    if was_asked:
        messages.success(request, _("The invitation is taken back."))
    else:
        messages.success(request, _("Ended. What was assigned stays with its people."))
    return redirect("portal:packages", code)


@login_required
@require_POST
def association_answer(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Answer an association's invitation for the enterprise, or leave later."""
    organization = administered_or_404(request.user, code)
    rows = AssociationMember.objects.filter(enterprise=organization)
    member = get_object_or_404(
        rows.select_related("association", "enterprise"), public_id=public_id
    )
    by, now, name = signed_in(request), clock.now(), member.association.name
    try:
        match request.POST.get("answer"):
            case "accept":
                accept_invitation(member=member, by=by, now=now)
                said = _("Accepted. What %(name)s opens shows below.")
            case "decline":
                decline_invitation(member=member, by=by, now=now)
                said = _("Declined. %(name)s sees nothing of you.")
            case "leave":
                end_association_member(member=member, by=by, now=now)
                said = _("You left %(name)s. What was assigned stays with its people.")
            case _other:
                raise Http404
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said % {"name": name})
    return redirect("portal:packages", code)
