"""Reads of the law library: which wording held when, and what stands where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from cms.domain.eids import article_of, number_of, parse_eid, sort_key
from cms.enums import ProvisionKind
from cms.errors import InvalidDate, LawNotFound, NoVersionInForce, ProvisionNotFound
from cms.labels import number_label
from cms.models import LawPage, LawVersionPage, Provision
from lms.core.clock import now, shanghai_date
from lms.ui.languages import site_path

NEAR = 2


def today() -> date:
    """Return the current day in China: laws take effect by it."""
    return shanghai_date(now())


def parse_day(text: str | None) -> date | None:
    """Return the day of `YYYY-MM-DD`, None for nothing.

    Raises:
        InvalidDate: the text is no calendar day.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidDate(
            "invalid_date", _("The date has to look like 2021-09-01.")
        ) from error


def law_path(law_slug: str, language: str | None = None) -> str:
    """Return the address of a law, `/laws/<law>/`, in a language or the reader's."""
    return site_path(f"laws/{law_slug}/", language)


def article_path(
    law_slug: str, eid: str, language: str | None = None, on: date | None = None
) -> str:
    """Return the address of a provision: its article, with an anchor below it."""
    article = article_of(eid)
    query = f"?on={on.isoformat()}" if on else ""
    anchor = f"#{eid}" if eid != article else ""
    return f"{law_path(law_slug, language)}{article}/{query}{anchor}"


def find_law(*, slug: str, language: str) -> LawPage:
    """Return the published law of a slug in a language.

    Raises:
        LawNotFound: there is none.
    """
    law = (
        LawPage.objects.live()
        .public()
        .filter(slug=slug, locale__language_code=language)
        .select_related("locale")
        .first()
    )
    if law is None:
        raise LawNotFound(
            "law_not_found", _("The library holds no law at this address.")
        )
    return law


def versions_of(*, law_key: UUID, language: str) -> list[LawVersionPage]:
    """Return the published versions of a law, newest first."""
    return list(
        LawVersionPage.objects.live()
        .filter(law_key=law_key, locale__language_code=language)
        .defer("text")
        .order_by("-in_force_from")
    )


def held_on(version: LawVersionPage, day: date) -> bool:
    """Tell whether a version was in force on a day; both ends count."""
    ended = version.in_force_to is not None and version.in_force_to < day
    return version.in_force_from <= day and not ended


def pick_version(
    versions: Iterable[LawVersionPage], *, on: date | None = None
) -> LawVersionPage:
    """Return the version that held on a day.

    Without a day: the one in force today, or else the newest that ever was (a
    repealed law stays readable), or else the first to come.

    Raises:
        NoVersionInForce: none of our texts held on that day.
    """
    known = sorted(versions, key=lambda version: version.in_force_from, reverse=True)
    day = on or today()
    for version in known:
        if held_on(version, day):
            return version
    if on is None and known:
        past = [version for version in known if version.in_force_from <= day]
        return past[0] if past else known[-1]
    if not known:
        message = _("The library holds no text of this law in this language.")
    else:
        message = _(
            "No text of this law that we hold was in force on %(day)s. "
            "Our texts: %(periods)s."
        ) % {"day": day.isoformat(), "periods": _periods(known)}
    raise NoVersionInForce("no_version_in_force", message)


def _periods(versions: list[LawVersionPage]) -> str:
    spans = [
        f"{v.in_force_from.isoformat()} – {v.in_force_to or ''}".rstrip()
        for v in reversed(versions)
    ]
    return "; ".join(spans)


def articles_of(*, version: LawVersionPage) -> list[Provision]:
    """Return chapters, sections and articles in reading order, without paragraphs."""
    kinds = [ProvisionKind.CHAPTER, ProvisionKind.SECTION, ProvisionKind.ARTICLE]
    return list(version.provisions.filter(kind__in=kinds).order_by("order"))


def near_numbers(numbers: Iterable[str], wanted: str) -> list[str]:
    """Return the numbers closest to one that is not there, in order."""
    target = sort_key(wanted)

    def distance(number: str) -> tuple[int, int]:
        main, sub = sort_key(number)
        return abs(main - target[0]), abs(sub - target[1])

    closest = sorted(numbers, key=distance)[: 2 * NEAR]
    return sorted(closest, key=sort_key)


def find_provision(*, version: LawVersionPage, address: str) -> Provision:
    """Return the provision at an address of any form (`art_28`, 28, 第二十八条).

    Raises:
        ProvisionNotFound: the version has no such article; `params["near"]` names
            the closest numbers.
    """
    eid = parse_eid(address)
    found = version.provisions.filter(eid=eid).first() if eid else None
    if found is not None:
        return found
    numbers = list(version.provisions.articles().values_list("number", flat=True))
    wanted = number_of(eid) if eid else ""
    near = near_numbers(numbers, wanted) if eid and numbers else numbers[: 2 * NEAR]
    last = max(numbers, key=sort_key, default="")
    raise ProvisionNotFound(
        "provision_not_found",
        _("%(law)s (%(version)s) has no %(article)s. Its last one is %(last)s.")
        % {
            "law": version.law_title,
            "version": version.label,
            "article": number_label(wanted) if eid else f"“{address[:40]}”",
            "last": number_label(last) if last else "–",
        },
        near=near,
    )


@dataclass(frozen=True)
class Neighbors:
    previous: Provision | None
    following: Provision | None


def neighbors_of(*, article: Provision) -> Neighbors:
    """Return the articles before and after one, across chapters."""
    articles = Provision.objects.filter(
        version_id=article.version_id, kind=ProvisionKind.ARTICLE
    ).only("eid", "number", "heading", "order", "version")
    return Neighbors(
        previous=articles.filter(order__lt=article.order).order_by("-order").first(),
        following=articles.filter(order__gt=article.order).order_by("order").first(),
    )


def provisions_by_wid(
    *, law_keys: set[UUID], wids: set[str], language: str, on: date | None = None
) -> dict[tuple[UUID, str], Provision]:
    """Return for each (law, wid) its provision in the version that holds on a day.

    Where no version holds (a repealed law), the newest earlier one answers. One query.
    """
    day = on or today()
    rows = (
        Provision.objects.published()
        .filter(law_key__in=law_keys, wid__in=wids, language=language)
        .filter(version__in_force_from__lte=day)
        .select_related("version")
        .defer("version__text", "version__wid_map", "version__derived_map")
        .order_by("version__in_force_from")
    )
    # Ordered by start, so that the newest version that has begun overwrites.
    return {(row.law_key, row.wid): row for row in rows}
