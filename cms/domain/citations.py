"""Who cites which provision, and where that provision stands today."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from cms.domain.eids import article_eid, number_of, parse_eid
from cms.domain.queries import article_path, provisions_by_wid, today
from cms.enums import CitationSource
from cms.labels import number_label
from cms.models import Citation, LawVersionPage, Provision

SOURCE_LANGUAGE = "zh-hans"
# What teaches the article comes before what mentions it.
_ORDER = ["course", "lesson", "case", "policy", "faq", "checklist", "topic", "item"]
KIND_ORDER = {kind: place for place, kind in enumerate(_ORDER)}


@dataclass(frozen=True)
class CitationInput:
    """A provision as an author names it: a law's slug and an article.

    Attributes:
        number: 28, "28", "第二十八条", "134-1" or an eid (`art_97__para_1__item_3`).
        version: label of the wording meant; empty: the one that holds now.
    """

    law_slug: str
    number: str | int
    why: str = ""
    version: str = ""

    @property
    def eid(self) -> str:
        """The eid meant; an unreadable number is kept, and never resolves."""
        return parse_eid(str(self.number)) or article_eid(str(self.number)[:60])


@dataclass(frozen=True)
class CitingInput:
    """A source with all it cites."""

    key: str
    title: str
    citations: tuple[CitationInput, ...]
    url: str = ""


@dataclass(frozen=True)
class CitedProvision:
    """A cited provision as a reader sees it today; `cited_eid` is what was written."""

    cited_eid: str
    law_slug: str
    law_title: str
    eid: str
    number: str
    number_label: str
    heading: str
    text: str
    url: str
    why: str
    language: str
    has_newer_version: bool


@dataclass(frozen=True)
class CitingSource:
    """Something that cites an article, as shown beside it."""

    kind: str
    key: str
    title: str
    url: str
    why: str
    organization_id: int | None

    @property
    def kind_label(self) -> str:
        """What it is, in the reader's language."""
        return str(CitationSource(self.kind).label)


def _chosen_versions(
    inputs: Iterable[CitationInput],
) -> dict[tuple[str, str], LawVersionPage]:
    """Return the Chinese version each (slug, label) means, in one query."""
    versions = (
        LawVersionPage.objects.live()
        .filter(
            law_slug__in={one.law_slug for one in inputs},
            locale__language_code=SOURCE_LANGUAGE,
        )
        .only("pk", "law_key", "law_slug", "label", "in_force_from", "in_force_to")
        .order_by("in_force_from")
    )
    day = today()
    chosen: dict[tuple[str, str], LawVersionPage] = {}
    for version in versions:
        chosen[version.law_slug, version.label] = version
        if version.in_force_from <= day or (version.law_slug, "") not in chosen:
            chosen[version.law_slug, ""] = version
    return chosen


@transaction.atomic
def set_citations(
    *,
    source_kind: str,
    source_key: UUID | str,
    citations: Iterable[CitationInput],
    title: str,
    url: str,
    audience: str = "public",
    organization_id: int | None = None,
    language: str = SOURCE_LANGUAGE,
) -> list[Citation]:
    """Replace everything a source cites. Doing it twice changes nothing.

    A citation is stored as law, version and eid with the provision's `wid`. A law or
    an article that the library does not hold is stored unresolved and is resolved
    when a version with it is published.
    """
    source = CitingInput(str(source_key), title, tuple(citations), url)
    rows = _citation_rows([source], source_kind, audience, organization_id, language)
    Citation.objects.filter(
        source_kind=source_kind, source_key=str(source_key), language=language
    ).delete()
    return Citation.objects.bulk_create(rows)


@transaction.atomic
def add_citations(
    *,
    source_kind: str,
    sources: Iterable[CitingInput],
    audience: str = "public",
    organization_id: int | None = None,
    language: str = SOURCE_LANGUAGE,
) -> None:
    """Store what many new sources cite, in few statements; they had none before."""
    rows = _citation_rows(
        list(sources), source_kind, audience, organization_id, language
    )
    Citation.objects.bulk_create(rows, batch_size=500)


def _citation_rows(
    sources: list[CitingInput],
    source_kind: str,
    audience: str,
    organization_id: int | None,
    language: str,
) -> list[Citation]:
    inputs = list(dict.fromkeys(one for s in sources for one in s.citations))
    chosen = _chosen_versions(inputs) if inputs else {}
    versions = {version.pk for version in chosen.values()}
    wids = {
        (version_id, eid): wid
        for version_id, eid, wid in Provision.objects.filter(
            version_id__in=versions, eid__in={one.eid for one in inputs}
        ).values_list("version_id", "eid", "wid")
    }
    rows = []
    for source in sources:
        for order, one in enumerate(dict.fromkeys(source.citations)):
            version = chosen.get((one.law_slug, one.version))
            rows.append(
                Citation(
                    source_kind=source_kind,
                    source_key=source.key,
                    language=language,
                    order=order,
                    law_slug=one.law_slug,
                    law_key=version.law_key if version else None,
                    version_label=version.label if version else one.version,
                    eid=one.eid,
                    wid=wids.get((version.pk, one.eid), "") if version else "",
                    why=one.why[:300],
                    title=source.title[:255],
                    url=source.url,
                    audience=audience,
                    organization_id=organization_id,
                )
            )
    return rows


def clear_citations(
    *, source_kind: str, source_key: UUID | str, language: str | None = None
) -> None:
    """Forget what a source cites: it was unpublished or deleted."""
    rows = Citation.objects.filter(source_kind=source_kind, source_key=str(source_key))
    (rows.filter(language=language) if language else rows).delete()


def resolve_waiting_citations(*, version: LawVersionPage) -> int:
    """Give citations of this law that had no target one, now that a text is here."""
    waiting = list(
        Citation.objects.filter(law_slug=version.law_slug, wid="").filter(
            version_label__in=["", version.label]
        )
    )
    wids = dict(version.provisions.values_list("eid", "wid"))
    found = [row for row in waiting if row.eid in wids]
    for row in found:
        row.law_key = version.law_key
        row.version_label = version.label
        row.wid = wids[row.eid]
    Citation.objects.bulk_update(found, ["law_key", "version_label", "wid"])
    return len(found)


def citations_of_many(
    *,
    source_kind: str,
    source_keys: Iterable[UUID | str],
    language: str = SOURCE_LANGUAGE,
    on: date | None = None,
) -> dict[str, list[CitedProvision]]:
    """Return what each source cites, in order, as it stands on a day (default: today).

    A provision moves with its `wid`: a citation of article 25 of the 2014 text leads
    to article 28 of the 2021 text. Without a text in the reader's language the
    Chinese one is given. What the library does not hold is left out. Three queries,
    whatever the number of sources.
    """
    keys = {str(key) for key in source_keys}
    rows = list(
        Citation.objects.filter(
            source_kind=source_kind, source_key__in=keys, law_key__isnull=False
        ).exclude(wid="")
    )
    languages = {row.source_key: set[str]() for row in rows}
    for row in rows:
        languages[row.source_key].add(row.language)
    targets = _targets(rows, language=language, on=on)
    result: dict[str, list[CitedProvision]] = defaultdict(list)
    for row in rows:
        # The source's own row in the reader's language, else the Chinese one.
        own = language if language in languages[row.source_key] else SOURCE_LANGUAGE
        target = _target_of(row, targets)
        if row.language == own and target is not None:
            result[row.source_key].append(_as_cited(row, target, on=on))
    return dict(result)


def _target_of(
    row: Citation, targets: dict[tuple[UUID, str], Provision]
) -> Provision | None:
    """Return what was cited; a part that an amendment dropped leads to its article."""
    if row.law_key is None:
        return None
    exact = targets.get((row.law_key, row.wid))
    article = targets.get((row.law_key, _article_wid(row.wid)))
    if exact is None or article is None:
        return exact or article
    is_dropped = exact.version.in_force_from < article.version.in_force_from
    return article if is_dropped else exact


def _article_wid(wid: str) -> str:
    return wid.partition("__")[0]


def _targets(
    rows: list[Citation], *, language: str, on: date | None
) -> dict[tuple[UUID, str], Provision]:
    law_keys = {row.law_key for row in rows if row.law_key}
    wids = {row.wid for row in rows} | {_article_wid(row.wid) for row in rows}
    targets: dict[tuple[UUID, str], Provision] = {}
    for one in dict.fromkeys([SOURCE_LANGUAGE, language]):
        if rows:
            targets |= provisions_by_wid(
                law_keys=law_keys, wids=wids, language=one, on=on
            )
    return targets


def _as_cited(row: Citation, target: Provision, *, on: date | None) -> CitedProvision:
    number = number_of(target.eid)
    # A rule that an amendment removed is shown in the wording that had it.
    ended = target.version.in_force_to
    day = on or (ended if ended and ended < today() else None)
    return CitedProvision(
        cited_eid=row.eid,
        law_slug=target.version.law_slug,
        law_title=target.version.law_title,
        eid=target.eid,
        number=number,
        number_label=number_label(number, target.language),
        heading=target.heading,
        text=target.text,
        url=article_path(target.version.law_slug, target.eid, target.language, on=day),
        why=row.why,
        language=target.language,
        has_newer_version=row.version_label != target.version.label,
    )


def citations_of(
    *,
    source_kind: str,
    source_key: UUID | str,
    language: str = SOURCE_LANGUAGE,
    on: date | None = None,
) -> list[CitedProvision]:
    """Return what one source cites; see `citations_of_many`."""
    found = citations_of_many(
        source_kind=source_kind, source_keys=[source_key], language=language, on=on
    )
    return found.get(str(source_key), [])


def cited_by(
    *,
    law_slug: str,
    eid: str,
    user: Any,
    language: str = SOURCE_LANGUAGE,
    limit: int | None = None,
) -> list[CitingSource]:
    """Return what cites an article or a part of it, as far as `user` may know.

    Citations of other versions count through the `wid`. Items are never returned.
    A source that exists in the reader's language is named in it.
    """
    wids = list(
        Provision.objects.published()
        .filter(version__law_slug=law_slug, language=SOURCE_LANGUAGE)
        .filter(version__in_force_from__lte=today(), eid=eid)
        .order_by("-version__in_force_from")
        .values_list("law_key", "wid")[:1]
    )
    return (
        citing_sources(*wids[0], user=user, language=language, limit=limit)
        if wids
        else []
    )


def citing_sources(
    law_key: UUID,
    wid: str,
    *,
    user: Any,
    language: str = SOURCE_LANGUAGE,
    limit: int | None = None,
) -> list[CitingSource]:
    """Return what cites the rule named by its law and `wid`; see `cited_by`."""
    rows = Citation.objects.visible_to(user).filter(law_key=law_key)
    rows = rows.filter(wid=wid) | rows.filter(wid__startswith=f"{wid}__")
    best: dict[tuple[str, str], Citation] = {}
    for row in rows.order_by("source_kind", "title", "order"):
        place = row.source_kind, row.source_key
        if place not in best or (row.language == language != best[place].language):
            best[place] = row
    shown = sorted(best.values(), key=lambda row: KIND_ORDER[row.source_kind])
    return [
        CitingSource(
            kind=row.source_kind,
            key=row.source_key,
            title=row.title,
            url=row.url,
            why=row.why,
            organization_id=row.organization_id,
        )
        for row in shown
    ][:limit]
