"""Members of an association, and the packages it opens to them (R17).

What stands in a package is named by keys only: courses and banks live above. Access
follows from today's rows; nothing is copied to a member, so that the end of a
membership ends what may be assigned, and what was learned stays as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.organizations.enums import OrganizationKind, PackageItemKind
from lms.organizations.errors import (
    AlreadyMember,
    NotAdministrator,
    NotAnAssociation,
    PackageTitleTaken,
)
from lms.organizations.models import (
    AssociationMember,
    Organization,
    Package,
    PackageItem,
)
from lms.organizations.permissions import can_administer


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageTerms:
    """What an association offers; `courses` and `banks` are keys of its own content."""

    title: str
    description: str = ""
    industry: str = ""
    is_open: bool = False
    courses: Iterable[UUID] = ()
    banks: Iterable[UUID] = ()


def _refuse_others(association: Organization, by: User) -> None:
    if not can_administer(by, association):
        raise NotAdministrator(
            "not_administrator", _("You do not administer this organization.")
        )
    if association.kind != OrganizationKind.ASSOCIATION:
        raise NotAnAssociation(
            "not_an_association", _("Only an association opens packages to members.")
        )


@transaction.atomic
def add_association_member(
    *, association: Organization, enterprise: Organization, starts_on: date, by: User
) -> AssociationMember:
    """Let an enterprise take from the association's packages from a day on.

    Raises:
        NotAdministrator, NotAnAssociation: see above.
        AlreadyMember: it belongs to it, or is the association itself.
    """
    _refuse_others(association, by)
    if enterprise.pk == association.pk:
        raise AlreadyMember("own_member", _("An association is not its own member."))
    try:
        with transaction.atomic():
            member = AssociationMember.objects.create(
                association=association, enterprise=enterprise, starts_on=starts_on
            )
    except IntegrityError as error:
        raise AlreadyMember(
            "already_member", _("This enterprise is a member already.")
        ) from error
    record(
        actor=by,
        verb=Verb.ASSOCIATION_MEMBER_ADDED,
        obj=association,
        data={"enterprise": enterprise.code, "from": starts_on.isoformat()},
    )
    return member


@transaction.atomic
def end_association_member(
    *, member: AssociationMember, by: User, now: datetime
) -> AssociationMember:
    """End a membership yesterday: from now on nothing new is assigned from it.

    What the member's people were assigned stays with them. Safe to repeat.

    Raises:
        NotAdministrator: somebody of neither the association nor the operators.
    """
    _refuse_others(member.association, by)
    yesterday = date.fromordinal(clock.shanghai_date(now).toordinal() - 1)
    rows = AssociationMember.objects.filter(pk=member.pk, ends_on__isnull=True)
    # One that began today never was: its period may not end before it begins.
    began_later = rows.filter(starts_on__gt=yesterday)
    ended = began_later.delete()[0] or rows.update(ends_on=yesterday, updated_at=now)
    if ended:
        record(
            actor=by,
            verb=Verb.ASSOCIATION_MEMBER_ENDED,
            obj=member.association,
            data={"enterprise": member.enterprise.code, "on": yesterday.isoformat()},
        )
    return member


@transaction.atomic
def write_package(
    *,
    association: Organization,
    terms: PackageTerms,
    by: User,
    package: Package | None = None,
) -> Package:
    """Make a package, or change one; its parts become those of `terms`.

    Raises:
        NotAdministrator, NotAnAssociation: see above.
        PackageTitleTaken: members tell packages apart by their titles.
    """
    _refuse_others(association, by)
    package = package or Package(association=association)
    if package.association_id != association.pk:
        raise NotAdministrator(
            "not_administrator", _("You do not administer this organization.")
        )
    for name in ("title", "description", "industry", "is_open"):
        setattr(package, name, getattr(terms, name))
    try:
        with transaction.atomic():
            package.save()
    except IntegrityError as error:
        raise PackageTitleTaken(
            "package_title_taken", _("There is a package with this title already.")
        ) from error
    wanted = {(PackageItemKind.COURSE, key) for key in terms.courses}
    wanted |= {(PackageItemKind.BANK, key) for key in terms.banks}
    _replace_items(package, wanted)
    record(
        actor=by,
        verb=Verb.PACKAGE_CHANGED,
        obj=package,
        organization_id=association.pk,
        data={
            "title": package.title,
            "is_open": package.is_open,
            "items": sorted(f"{kind}:{key}" for kind, key in wanted),
        },
    )
    return package


def _replace_items(package: Package, wanted: set[tuple[PackageItemKind, UUID]]) -> None:
    present = {(PackageItemKind(i.kind), i.key): i.pk for i in package.items.all()}
    gone = [pk for item, pk in present.items() if item not in wanted]
    PackageItem.objects.filter(pk__in=gone).delete()
    PackageItem.objects.bulk_create(
        PackageItem(package=package, kind=kind, key=key)
        for kind, key in sorted(wanted - present.keys())
    )
