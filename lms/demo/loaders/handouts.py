"""Hand-outs of the sample courses: check lists to print, written as PDF."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile

from courses.domain.handouts import describe_file
from courses.models import Handout
from lms.reporting.domain.tables import Table, to_pdf


def handout_keys(lists: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the primary keys of hand-outs, each made once, by its title."""
    return [_handout(one).pk for one in lists]


def _handout(one: Mapping[str, Any]) -> Handout:
    title = one["title"]
    known = Handout.objects.filter(title=title, owner_organization_id=None).first()
    if known is not None:
        return known
    table = Table(title=title, headings=one["columns"], rows=one["rows"])
    handout = Handout(
        title=title, file=ContentFile(to_pdf(table), name=f"{title[:40]}.pdf")
    )
    describe_file(handout)
    handout.file_name = f"{title[:40]}.pdf"
    handout.save()
    return handout
