"""When a law changes, the items that cite a changed article wait for a second look.

What counts is the wording on the day: a version that begins later asks for nothing
before. A citation that was looked at moves on to the version that holds.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from cms.enums import CitationSource
from cms.models import Citation, Provision
from exams.domain.reviewing import ask_recheck
from exams.enums import ItemStatus
from exams.models import Item

BATCH = 500
Cited = tuple[UUID, str, str]


def mark_amended_items(*, on: date, now: datetime) -> int:
    """Rest the items in use that cite an article with another wording now.

    Returns how many were marked; a second call marks none of them again.
    """
    stale = _amended(on)
    count = 0
    for law_key, label, wid in stale:
        cited = Citation.objects.filter(
            source_kind=CitationSource.ITEM,
            law_key=law_key,
            version_label=label,
            wid=wid,
        )
        keys = list(cited.values_list("source_key", flat=True))
        for start in range(0, len(keys), BATCH):
            count += _mark(keys[start : start + BATCH], cited.first(), now)
    return count


def _mark(keys: Iterable[str], citation: Citation | None, now: datetime) -> int:
    in_use = Q(status=ItemStatus.REVIEWED, parent__isnull=True)
    part_in_use = Q(parent__status=ItemStatus.REVIEWED) & ~Q(status=ItemStatus.RETIRED)
    items = Item.objects.non_polymorphic().filter(
        in_use | part_in_use, public_id__in=keys
    )
    note = ""
    if citation is not None:
        note = _("%(law)s %(article)s has a new wording.") % {
            "law": citation.law_slug,
            "article": citation.eid,
        }
    count = 0
    for item in items.select_related("parent"):
        whole = ask_recheck(item=item, note=note, by=None, now=now)
        count += whole.status == ItemStatus.NEEDS_RECHECK
    return count


def _amended(on: date) -> set[Cited]:
    """Return law, version and wid of what items cite and has another text on a day."""
    cited = set(
        Citation.objects.filter(source_kind=CitationSource.ITEM, law_key__isnull=False)
        .exclude(wid="")
        .values_list("law_key", "version_label", "wid")
        .distinct()
    )
    texts: dict[Cited, str] = {}
    newest: dict[tuple[UUID, str], str] = {}
    rows = (
        Provision.objects.published()
        .filter(
            law_key__in={law for law, _label, _wid in cited},
            wid__in={wid for _law, _label, wid in cited},
            language="zh-hans",
            version__in_force_from__lte=on,
        )
        .order_by("version__in_force_from")
        .values_list("law_key", "version__label", "wid", "text")
    )
    for law, label, wid, text in rows:
        texts[law, label, wid] = text
        newest[law, wid] = text
    return {
        one for one in cited if one in texts and newest[one[0], one[2]] != texts[one]
    }
