from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base

Point = tuple[Decimal, Decimal]
MAX_POINTS = 20


def parse_point(text: str) -> Point | None:
    """Read `"0.42,0.31"`: fractions of width and height."""
    try:
        x, y = (Decimal(part.strip()) for part in text.split(","))
    except (InvalidOperation, ValueError):
        return None
    return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None


def _inside(point: Point, region: dict[str, Any]) -> bool:
    x, y, width, height = (
        Decimal(str(region[name])) for name in ("x", "y", "width", "height")
    )
    return x <= point[0] <= x + width and y <= point[1] <= y + height


def _center(region: dict[str, Any]) -> str:
    x = Decimal(str(region["x"])) + Decimal(str(region["width"])) / 2
    y = Decimal(str(region["y"])) + Decimal(str(region["height"])) / 2
    return f"{x.normalize():f},{y.normalize():f}"


class HotspotInteraction(base.Interaction):
    """Find places on a picture.

    Every region (right and wrong ones) has a label, so that the same item can be
    answered from a list by someone who does not see the picture.
    """

    type_name = "hotspot"
    default_rule = base.PARTIAL

    def validate_own(self, content: base.Content) -> None:
        image = content.get("image")
        if not isinstance(image, dict) or not str(image.get("src", "")).strip():
            raise base.fail("image", _("Give the picture."))
        if not str(image.get("alt", "")).strip():
            raise base.fail("image", _("Describe the picture in words."))
        regions = content.get("regions")
        keys = base.check_options(
            {"regions": _as_options(regions)}, field="regions", at_least=2
        )
        for region in regions or []:
            try:
                box = [float(region[n]) for n in ("x", "y", "width", "height")]
            except (KeyError, TypeError, ValueError) as error:
                raise base.fail("regions", _("A region has no place.")) from error
            if min(box) < 0 or box[0] + box[2] > 1 or box[1] + box[3] > 1:
                raise base.fail("regions", _("A region lies outside the picture."))
        correct = content.get("correct")
        if not isinstance(correct, list) or not correct or set(correct) - set(keys):
            raise base.fail("correct", _("Name the regions that are right."))

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        regions = list(content["regions"])
        if rng is not None:
            rng.shuffle(regions)
        targets = [{"key": _center(r), "text": r["label"]} for r in regions]
        right = [r for r in content["regions"] if r["key"] in content["correct"]]
        view = base.base_view(content) | {
            "image": content["image"],
            "options": targets,
            "points": len(right),
        }
        key = {
            "regions": [
                {n: str(r[n]) for n in ("x", "y", "width", "height")} for r in right
            ],
            "correct": sorted(_center(r) for r in right),
        }
        return base.Frozen(view, key)

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        entries = [entry.strip() for entry in value if entry.strip()]
        if len(entries) > MAX_POINTS or any(parse_point(e) is None for e in entries):
            raise base.InvalidValue("points on the picture only")
        return sorted(set(entries))

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        points = [p for p in map(parse_point, value) if p is not None]
        regions = key["regions"]
        found = sum(any(_inside(p, region) for p in points) for region in regions)
        missed = sum(not any(_inside(p, region) for region in regions) for p in points)
        # Marking everything is no finding: as many points as there are places.
        return base.Parts(
            right=found,
            of=len(regions),
            wrong=max(missed, len(points) - len(regions)),
            is_spoiled=len(points) > len(regions),
        )

    def describe(self, view: dict[str, Any], value: base.Value) -> list[str]:
        texts = base.texts_of(view["options"])
        return [texts.get(entry, f"({entry})") for entry in value]


def _as_options(regions: Any) -> Any:
    if not isinstance(regions, list):
        return regions
    return [
        {"key": r.get("key"), "text": r.get("label")} if isinstance(r, dict) else r
        for r in regions
    ]
