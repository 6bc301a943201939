"""A chooser of departments, as the forms of the consoles share it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from lms.organizations.models import Department, Organization


def offer_departments(
    field: forms.Field,
    organization: Organization,
    choices: Iterable[tuple[str, str]] = (),
    *,
    empty: Any = None,
    inside: frozenset[int] | None = None,
) -> None:
    """Let a field accept departments in use of one organization, shown by path.

    Args:
        field: a model choice field, of one or of several.
        organization: whose departments.
        choices: what is shown, public id and path.
        empty: the words for no department; None: nothing stands for it.
        inside: keys of those that alone may be chosen.
    """
    chooser = cast("forms.ModelChoiceField", field)
    rows = Department.objects.filter(
        organization=organization, merged_into__isnull=True
    )
    chooser.queryset = rows if inside is None else rows.filter(pk__in=inside)
    first = [] if empty is None else [("", str(empty))]
    chooser.choices = [*first, *choices]
