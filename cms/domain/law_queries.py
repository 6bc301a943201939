"""Lists of the law library."""

from dataclasses import dataclass, field

from cms.domain.queries import held_on, pick_version, today
from cms.enums import LawLevel, ProvisionKind
from cms.models import LawPage, LawVersionPage, Provision

LEVEL_ORDER = {level: place for place, level in enumerate(LawLevel.values)}


@dataclass(frozen=True)
class LawRow:
    """A law in a list, with the version that holds (or held last)."""

    law: LawPage
    version: LawVersionPage | None
    versions: int
    is_in_force: bool


@dataclass
class Chapter:
    """A chapter with its articles; sections stand between them."""

    heading: Provision | None
    rows: list[Provision] = field(default_factory=list)

    @property
    def articles(self) -> list[Provision]:
        return [row for row in self.rows if row.kind == ProvisionKind.ARTICLE]


def laws_in(*, language: str) -> list[LawRow]:
    """Return the published laws by rank and title, in two queries."""
    laws = list(LawPage.objects.live().public().filter(locale__language_code=language))
    versions: dict[object, list[LawVersionPage]] = {}
    for version in (
        LawVersionPage.objects.live()
        .filter(locale__language_code=language)
        .defer("text", "wid_map", "derived_map")
    ):
        versions.setdefault(version.law_key, []).append(version)
    rows = []
    for law in laws:
        own = versions.get(law.translation_key, [])
        version = pick_version(own) if own else None
        is_in_force = version is not None and held_on(version, today())
        rows.append(LawRow(law, version, len(own), is_in_force))
    rows.sort(key=lambda row: (LEVEL_ORDER.get(row.law.level, 9), row.law.path))
    return rows


def chapters_of(*, version: LawVersionPage) -> list[Chapter]:
    """Return the text of a version chapter by chapter, in one query."""
    kinds = [ProvisionKind.CHAPTER, ProvisionKind.SECTION, ProvisionKind.ARTICLE]
    chapters: list[Chapter] = []
    for row in version.provisions.filter(kind__in=kinds).order_by("order"):
        if row.kind == ProvisionKind.CHAPTER:
            chapters.append(Chapter(heading=row))
            continue
        if not chapters:
            chapters.append(Chapter(heading=None))
        chapters[-1].rows.append(row)
    return chapters
