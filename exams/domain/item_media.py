"""Videos of questions get their addresses when a page is shown, never before.

A paper keeps which video belongs to an item; the right to fetch its files is a grant
that ends, so it can't stand in what is frozen.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from exams.domain.item_files import VIDEO
from media_pipeline.domain.grants import issue_grant
from media_pipeline.domain.sources import player_sources
from media_pipeline.models import Asset

HOURS = 8
TTL_SECONDS = HOURS * 60 * 60


def material_of(*, number: int, content: dict[str, Any]) -> dict[str, Any]:
    """Return what a case shows beside each of its parts."""
    material: dict[str, Any] = {"number": number, "text": content.get("stem", "")}
    if content.get("media"):
        material["media"] = content["media"]
    return material


def attach_players(
    *, views: Iterable[dict[str, Any]], subject: Any, now: datetime
) -> None:
    """Give each video in these views its `sources` for the person `subject`.

    The caller has checked that the person may see the items. One query for all videos
    and one for the captions of each; none without videos. A video that was deleted is
    left to its words.
    """
    entries = list(_videos(views))
    if not entries:
        return
    keys = {entry["asset"] for entry in entries}
    assets = Asset.objects.filter(public_id__in=keys).prefetch_related("captions")
    known = {str(asset.public_id): asset for asset in assets}
    for entry in entries:
        asset = known.get(str(entry["asset"]))
        if asset is None:
            continue
        grant = issue_grant(
            asset=asset,
            subject=str(subject),
            session="exam",
            now=now,
            ttl_seconds=TTL_SECONDS,
        )
        language = get_language() or "zh-hans"
        entry["sources"] = player_sources(asset=asset, grant=grant, language=language)


def _videos(views: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the entries; each view gets its own list, so nothing frozen is touched."""
    for view in views:
        for holder in (view, view.get("material") or {}):
            if any(one.get("kind") == VIDEO for one in holder.get("media", [])):
                holder["media"] = [dict(one) for one in holder["media"]]
                yield from (o for o in holder["media"] if o.get("kind") == VIDEO)
