"""The item types: proxies, so that a bank stays one table and bulk work possible."""

from exams.enums import ItemType
from exams.models.banks import Item


class ChoiceItem(Item):
    item_type = ItemType.CHOICE

    class Meta:
        proxy = True


class TrueFalseItem(Item):
    item_type = ItemType.TRUE_FALSE

    class Meta:
        proxy = True


class TextEntryItem(Item):
    item_type = ItemType.TEXT_ENTRY

    class Meta:
        proxy = True


class NumericItem(Item):
    item_type = ItemType.NUMERIC

    class Meta:
        proxy = True


class ExtendedTextItem(Item):
    item_type = ItemType.EXTENDED_TEXT

    class Meta:
        proxy = True


class OrderItem(Item):
    item_type = ItemType.ORDER

    class Meta:
        proxy = True


class MatchItem(Item):
    item_type = ItemType.MATCH

    class Meta:
        proxy = True


class HotspotItem(Item):
    item_type = ItemType.HOTSPOT

    class Meta:
        proxy = True


class CaseItem(Item):
    """A story with children; only they are answered."""

    item_type = ItemType.CASE

    class Meta:
        proxy = True


ITEM_CLASSES: dict[str, type[Item]] = {
    str(cls.item_type): cls
    for cls in (
        ChoiceItem,
        TrueFalseItem,
        TextEntryItem,
        NumericItem,
        ExtendedTextItem,
        OrderItem,
        MatchItem,
        HotspotItem,
        CaseItem,
    )
}
