"""Packages with the names of what is in them, for the association and its members."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _

from courses.models import CoursePage
from exams.models import ItemBank
from lms.accounts.models import User
from lms.core.enums import Audience
from lms.organizations.domain.packages import PackageTerms, write_package
from lms.organizations.enums import PackageItemKind
from lms.organizations.models import Organization, Package
from lms.reporting.domain.titles import PageTitle, page_titles
from lms.reporting.errors import NotOffered


@dataclass(frozen=True)
class BankTitle:
    key: UUID
    title: str


@dataclass(frozen=True)
class PackageLine:
    """One package; courses that are not live any more are left out."""

    public_id: UUID
    title: str
    description: str
    industry: str
    association: Organization
    is_open: bool
    courses: list[PageTitle]
    banks: list[BankTitle]


def offered_courses(*, association: Organization, language: str) -> list[PageTitle]:
    """Return what an association may put into a package: its own, and public ones."""
    pages = CoursePage.objects.live().filter(
        Q(owner_organization_id=association.pk) | Q(audience=Audience.PUBLIC)
    )
    keys = set(pages.values_list("translation_key", flat=True))
    titles = page_titles(keys=keys, language=language).values()
    return sorted(titles, key=lambda page: page.title)


def offered_banks(*, association: Organization) -> list[ItemBank]:
    """Return the association's own banks, by title."""
    rows = ItemBank.objects.filter(owner_organization_id=association.pk)
    return list(rows.order_by("title", "pk"))


def save_package(
    *,
    association: Organization,
    terms: PackageTerms,
    by: User,
    language: str,
    package: Package | None = None,
) -> Package:
    """Write a package of what the association may offer; see `write_package`.

    Raises:
        NotOffered: a course or bank belongs to somebody else.
    """
    courses = {
        page.key for page in offered_courses(association=association, language=language)
    }
    banks = {bank.public_id for bank in offered_banks(association=association)}
    if set(terms.courses) - courses or set(terms.banks) - banks:
        raise NotOffered(
            "not_offered", _("The package names what is not the association's own.")
        )
    return write_package(association=association, terms=terms, by=by, package=package)


def own_packages(*, association: Organization, language: str) -> list[PackageLine]:
    """Return an association's packages, open or not; three queries more for names."""
    rows = Package.objects.filter(association=association).order_by("title")
    return package_lines(rows, language=language)


def packages_for(
    *, organization: Organization, language: str, on: date
) -> list[PackageLine]:
    """Return the packages that are open to a member on a day."""
    rows = Package.objects.open_to([organization.pk], on=on)
    return package_lines(rows.order_by("association__name", "title"), language=language)


def package_lines(packages: Iterable[Package], *, language: str) -> list[PackageLine]:
    """Name what is in packages, in their order; four queries, whatever their number."""
    rows = list(packages)
    prefetch_related_objects(rows, "association", "items")
    keys: dict[str, set[UUID]] = {kind: set() for kind in PackageItemKind.values}
    for package in rows:
        for item in package.items.all():
            keys[item.kind].add(item.key)
    titles = page_titles(keys=keys[PackageItemKind.COURSE], language=language)
    banks = dict(
        ItemBank.objects.filter(public_id__in=keys[PackageItemKind.BANK]).values_list(
            "public_id", "title"
        )
    )
    return [
        PackageLine(
            public_id=package.public_id,
            title=package.title,
            description=package.description,
            industry=package.industry,
            association=package.association,
            is_open=package.is_open,
            courses=[
                titles[item.key]
                for item in package.items.all()
                if item.key in titles and item.kind == PackageItemKind.COURSE
            ],
            banks=[
                BankTitle(item.key, banks[item.key])
                for item in package.items.all()
                if item.key in banks
            ],
        )
        for package in rows
    ]
