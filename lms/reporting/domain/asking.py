"""What a list is asked for, by a page or by the job that writes its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lms.accounts.models import User
from lms.organizations.models import Organization


@dataclass(frozen=True)
class ListRequest:
    """Which list, for whom, with which filters.

    Attributes:
        organization: None for the lists of a regulator.
        inside: departments that the reader is kept to; None for all.
        params: what stands in the address: filters, text, order.
    """

    organization: Organization | None
    user: User
    params: Mapping[str, str]
    language: str
    today: date
    inside: frozenset[int] | None = None

    def param(self, name: str) -> str:
        return str(self.params.get(name, ""))[:80]

    @property
    def own(self) -> Organization:
        """The enterprise, for lists that have one."""
        if self.organization is None:
            raise LookupError("this list belongs to an enterprise")
        return self.organization


def title_of(asked: ListRequest, name: str) -> str:
    """Name a file by enterprise, list and day."""
    return f"{asked.own.name}-{name}-{asked.today:%Y%m%d}"
