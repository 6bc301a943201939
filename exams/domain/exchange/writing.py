"""Write checked drafts as items with their first revisions, many at once."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from cms.domain.citations import CitationInput, CitingInput, add_citations
from cms.enums import CitationSource
from exams.domain.exchange.drafts import ItemDraft
from exams.domain.items import build_item, content_hash
from exams.models import ImportedItem, Item, ItemBank, ItemImport, ItemRevision, Topic

Written = tuple[Item, ItemDraft]


class ItemWriter:
    """Writes the drafts of one import; topics are made once."""

    def __init__(self, item_import: ItemImport, now: datetime) -> None:
        self.item_import = item_import
        self.bank: ItemBank = item_import.bank
        self.now = now
        owner = self.bank.owner_organization_id
        topics = Topic.objects.filter(owner_organization_id=owner)
        self._topics = {topic.name: topic for topic in topics}

    def write(self, rows: Sequence[tuple[int, ItemDraft]]) -> int:
        """Write positions and drafts; return how many items (parts of cases aside)."""
        built: list[Written] = []
        heads: list[tuple[int, Item]] = []
        for position, draft in rows:
            code = draft.code or self._code(position)
            item = self._build(draft, code, None, 0)
            built.append((item, draft))
            heads.append((position, item))
            for order, part in enumerate(draft.children, start=1):
                part_code = part.code or f"{code}-{order}"
                built.append((self._build(part, part_code, item, order), part))
        self._store(built)
        ImportedItem.objects.bulk_create(
            ImportedItem(item_import=self.item_import, position=position, item=item)
            for position, item in heads
        )
        self._cite(built)
        return len(heads)

    def _code(self, position: int) -> str:
        # The same after a restart, so nothing is written twice under another name.
        return f"{str(self.item_import.public_id)[:8]}-{position:05}"

    def _build(
        self, draft: ItemDraft, code: str, parent: Item | None, order: int
    ) -> Item:
        until = draft.effective_to
        return build_item(
            bank=self.bank,
            code=code,
            type_name=draft.type,
            content=draft.content,
            topic=self._topic(draft.topic),
            score=Decimal(draft.score),
            difficulty=draft.difficulty,
            roles=draft.roles,
            effective_to=date.fromisoformat(until) if until else None,
            note=draft.note,
            language=draft.language,
            parent=parent,
            order=order,
        )

    def _topic(self, name: str) -> Topic | None:
        if not name:
            return None
        if name not in self._topics:
            self._topics[name] = Topic.objects.create(
                name=name,
                order=min(len(self._topics), 32_000),
                owner_organization_id=self.bank.owner_organization_id,
            )
        return self._topics[name]

    def _store(self, built: Sequence[Written]) -> None:
        Item.objects.bulk_create([i for i, _d in built if i.parent is None])
        parts = [item for item, _draft in built if item.parent is not None]
        for part in parts:
            part.parent = part.parent  # the case has its key only now
        Item.objects.bulk_create(parts)
        by = self.item_import.created_by
        ItemRevision.objects.bulk_create(
            ItemRevision(
                item=item,
                number=1,
                content=draft.content,
                sha256=content_hash(draft.content),
                created_at=self.now,
                created_by=by,
            )
            for item, draft in built
        )
        first = ItemRevision.objects.filter(item=OuterRef("pk"), number=1)
        keys = [item.pk for item, _draft in built]
        Item.objects.non_polymorphic().filter(pk__in=keys).update(
            current_revision=Subquery(first.values("pk")[:1])
        )

    def _cite(self, built: Sequence[Written]) -> None:
        sources = [
            CitingInput(
                key=str(item.public_id),
                title=item.summary,
                citations=tuple(
                    CitationInput(*word.rsplit(":", 1)) for word in draft.citations
                ),
            )
            for item, draft in built
            if draft.citations
        ]
        if sources:
            add_citations(
                source_kind=CitationSource.ITEM,
                sources=sources,
                audience=self.bank.audience,
                organization_id=self.bank.owner_organization_id,
            )
