"""The packages that an association opens to its members (R17).

What stands in a package is named by keys only: courses and banks live above. Access
follows from today's rows; nothing is copied to a member, so that the end of a
membership ends what may be assigned, and what was learned stays as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.domain.associations import refuse_others
from lms.organizations.enums import PackageItemKind
from lms.organizations.errors import (
    NotAdministrator,
    PackageEmpty,
    PackageTitleTaken,
)
from lms.organizations.models import Organization, Package, PackageItem


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageTerms:
    """What an association offers; `courses` and `banks` are keys of its own content."""

    title: str
    description: str = ""
    industry: str = ""
    is_open: bool = False
    courses: Iterable[UUID] = ()
    banks: Iterable[UUID] = ()


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
        NotAdministrator, NotAnAssociation: see `refuse_others`.
        PackageEmpty: it is to be open, and nothing is in it.
        PackageTitleTaken: members tell packages apart by their titles.
    """
    refuse_others(association, by)
    package = package or Package(association=association)
    if package.association_id != association.pk:
        raise NotAdministrator(
            "not_administrator", _("You do not administer this organization.")
        )
    wanted = {(PackageItemKind.COURSE, key) for key in terms.courses}
    wanted |= {(PackageItemKind.BANK, key) for key in terms.banks}
    if terms.is_open and not wanted:
        raise PackageEmpty(
            "package_empty",
            _("Choose at least one course or bank to open the package."),
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
