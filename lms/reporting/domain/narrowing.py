"""Lists that stay rows of the database: narrowed by choices and text, then sorted.

The same for the page and for the file, so that an export holds what the page shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list can be asked for.

    Attributes:
        columns: name in the address → field that sorts.
        text: fields in which `q` is looked for.
        choices: name in the address → field and the values that it may take.
    """

    columns: Mapping[str, str]
    text: tuple[str, ...]
    choices: Mapping[str, tuple[str, list[str]]] = field(default_factory=dict)

    def apply(self, rows: Rows, params: Mapping[str, Any]) -> Rows:
        """Return the rows that were asked for; what is unknown changes nothing."""
        for name, (path, values) in self.choices.items():
            if (wanted := str(params.get(name, ""))) in values:
                rows = rows.filter(**{path: wanted})
        if wanted := str(params.get("q", ""))[:LONGEST].strip():
            found = Q(pk__in=[])
            for path in self.text:
                found |= Q(**{f"{path}__icontains": wanted})
            rows = rows.filter(found)
        by = str(params.get("sort", ""))
        column = self.columns.get(by.removeprefix("-"))
        if column is None:
            return rows
        return rows.order_by(f"-{column}" if by.startswith("-") else column, "-pk")
