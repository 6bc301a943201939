"""Items of a bank as drafts: what an export writes and an import compares with."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from django.db.models import Q

from cms.domain.eids import number_of
from cms.enums import CitationSource
from cms.models import Citation, LawPage
from exams.domain.exchange.drafts import ItemDraft, pictures_of
from exams.enums import ItemStatus
from exams.models import Item, ItemBank


def drafts_of_bank(
    *, bank: ItemBank, codes: Iterable[str] | None = None
) -> list[ItemDraft]:
    """Return the items of a bank that are not retired, cases with their parts."""
    items = (
        Item.objects.non_polymorphic()
        .filter(bank=bank, current_revision__isnull=False)
        .exclude(status=ItemStatus.RETIRED)
        .select_related("current_revision", "topic")
        .order_by("parent_id", "order", "code")
    )
    rows = list(items if codes is None else items.filter(_of_codes(bank, codes)))
    cited = _citations(rows if codes is not None else None, bank)
    drafts = {row.pk: _draft(row, cited[str(row.public_id)]) for row in rows}
    for row in rows:
        if row.parent_id in drafts:
            drafts[row.parent_id].children.append(drafts[row.pk])
    whole = [row for row in rows if row.parent_id is None]
    return [drafts[row.pk] for row in sorted(whole, key=lambda row: row.code)]


def _of_codes(bank: ItemBank, codes: Iterable[str]) -> Q:
    wanted = list(codes)
    return Q(code__in=wanted) | Q(parent__code__in=wanted)


def _draft(item: Item, citations: list[str]) -> ItemDraft:
    return ItemDraft(
        type=item.type,
        content=dict(item.content),
        code=item.code,
        topic=item.topic.name if item.topic else "",
        difficulty=item.difficulty,
        score=f"{item.score.normalize():f}",
        roles=list(item.roles),
        citations=citations,
        language=item.language,
        effective_to=item.effective_to.isoformat() if item.effective_to else "",
        note=item.note,
    )


def _citations(rows: list[Item] | None, bank: ItemBank) -> dict[str, list[str]]:
    found = Citation.objects.filter(source_kind=CitationSource.ITEM)
    if rows is not None:
        found = found.filter(source_key__in=[str(row.public_id) for row in rows])
        known = None
    else:
        keys = Item.objects.non_polymorphic().filter(bank=bank)
        known = {str(key) for key in keys.values_list("public_id", flat=True)}
    by_source: dict[str, list[str]] = defaultdict(list)
    for key, slug, eid in found.order_by("order").values_list(
        "source_key", "law_slug", "eid"
    ):
        if known is None or key in known:
            by_source[key].append(f"{slug}:{_number(eid)}")
    return by_source


def _number(eid: str) -> str:
    return eid if "__" in eid else number_of(eid)


def law_names() -> dict[str, str]:
    """Return slug by the names a law is known under, its slug among them."""
    names: dict[str, str] = {}
    for slug, title, short in LawPage.objects.values_list(
        "slug", "title", "short_title"
    ):
        for name in (slug, title, short):
            names.setdefault(name, slug)
    return names


def picture_sources(draft: ItemDraft) -> list[str]:
    """Return the addresses of the pictures of an item and its parts."""
    content = draft.content
    sources = [str(one.get("src", "")) for one in pictures_of(content)]
    if draft.type == "hotspot":
        sources.append(str(content["image"]["src"]))
    for child in draft.children:
        sources += picture_sources(child)
    return [source for source in sources if source]


def rename_pictures(draft: ItemDraft, names: dict[str, str]) -> None:
    """Let an item refer to its pictures under other names."""
    content = draft.content
    if content.get("media"):
        content["media"] = [
            one | {"src": names.get(one.get("src", ""), one.get("src", ""))}
            for one in content["media"]
        ]
    if draft.type == "hotspot":
        image = content["image"]
        content["image"] = image | {"src": names.get(image["src"], image["src"])}
    for child in draft.children:
        rename_pictures(child, names)


def suffix_of(name: str) -> str:
    """Return `.png` and the like."""
    return PurePosixPath(name).suffix.lower()
