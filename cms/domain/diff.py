"""What an amendment changed, article by article."""

import difflib
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cms.enums import Change
from cms.errors import NoVersionInForce
from cms.models import LawVersionPage, Provision

# Chinese by character, Latin by word.
_TOKENS = re.compile(r"[一-鿿]|[A-Za-z0-9]+|\s+|.")


@dataclass(frozen=True)
class ArticleChange:
    """One changed article; `number` is the new one, or the old one if removed."""

    change: str
    eid: str
    number: str
    from_number: str
    heading: str
    before: str | None
    after: str | None
    derived_from: tuple[str, ...] = ()

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The text as ("equal"|"delete"|"insert", piece), for marking up."""
        return compare_texts(self.before or "", self.after or "")


def find_version(*, versions: list[LawVersionPage], label: str) -> LawVersionPage:
    """Return the version people call by a label.

    Raises:
        NoVersionInForce: there is none with that label.
    """
    for version in versions:
        if version.label == label:
            return version
    known = ", ".join(version.label for version in reversed(versions))
    raise NoVersionInForce(
        "version_not_found",
        _("The library holds no version “%(label)s” of this law. It has: %(known)s.")
        % {"label": label[:20], "known": known or "–"},
    )


def compare_versions(
    *, older: LawVersionPage, newer: LawVersionPage
) -> list[ArticleChange]:
    """Return what differs between two versions, in the order of the newer text.

    Articles are paired by `wid`. `moved` is the same text under another number;
    text and number changed is `changed`. Unchanged articles are left out; removed
    ones stand where they stood.
    """
    before = _articles(older)
    after = _articles(newer)
    by_wid = {row.wid: row for row in before}
    kept = {row.wid for row in after}
    changes: list[ArticleChange] = []
    removed = [row for row in before if row.wid not in kept]
    for row in after:
        old = by_wid.get(row.wid)
        if old is not None:
            while removed and removed[0].order < old.order:
                changes.append(_removed(removed.pop(0)))
        change = _change(old, row)
        if change:
            changes.append(_changed(change, old, row, by_wid))
    return changes + [_removed(row) for row in removed]


def _articles(version: LawVersionPage) -> list[Provision]:
    return list(version.provisions.articles().order_by("order"))


def _change(old: Provision | None, new: Provision) -> str | None:
    if old is None:
        return Change.ADDED
    if old.text != new.text:
        return Change.CHANGED
    return Change.MOVED if old.number != new.number else None


def _changed(
    change: str, old: Provision | None, new: Provision, by_wid: dict[str, Provision]
) -> ArticleChange:
    origins = [by_wid[wid].number for wid in new.derived_from if wid in by_wid]
    return ArticleChange(
        change=change,
        eid=new.eid,
        number=new.number,
        from_number=old.number if old else "",
        heading=new.heading,
        before=old.text if old else None,
        after=new.text,
        derived_from=tuple(origins),
    )


def _removed(old: Provision) -> ArticleChange:
    return ArticleChange(
        change=Change.REMOVED,
        eid=old.eid,
        number=old.number,
        from_number=old.number,
        heading=old.heading,
        before=old.text,
        after=None,
    )


def compare_texts(before: str, after: str) -> list[tuple[str, str]]:
    """Return the pieces of both texts in reading order, each with what became of it."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    pieces: list[tuple[str, str]] = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("equal", "".join(old[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(("delete", "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(("insert", "".join(new[j1:j2])))
    return pieces
