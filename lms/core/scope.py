"""Who may see which tenant's rows.

`lms.core` holds the protocol only; `lms.organizations` registers the provider that
reads memberships. Without a provider nobody sees anything: it fails closed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.db import models


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may reach.

    Attributes:
        user_id: primary key, None for visitors.
        is_staff_all: platform operators, who see every tenant.
        member_organization_ids: where an active membership exists.
        administered_organization_ids: where the person administers.
        expert_organization_ids: where the person is called as an expert.
        managed_departments: organization → keys of the departments, with all below
            them, that the person administers without administering the whole.
        region_prefixes: GB/T 2260 prefixes a regulator answers for.
        regulated_organization_ids: enterprises inside those regions.
    """

    user_id: int | None = None
    is_staff_all: bool = False
    member_organization_ids: frozenset[int] = frozenset()
    administered_organization_ids: frozenset[int] = frozenset()
    expert_organization_ids: frozenset[int] = frozenset()
    managed_departments: Mapping[int, frozenset[int]] = field(default_factory=dict)
    region_prefixes: tuple[str, ...] = ()
    regulated_organization_ids: frozenset[int] = frozenset()

    @property
    def overseen_organization_ids(self) -> frozenset[int]:
        """Organizations whose people one answers for, as employer or as regulator."""
        return self.administered_organization_ids | self.regulated_organization_ids

    @property
    def managed_department_ids(self) -> frozenset[int]:
        """All departments managed, of whatever organization."""
        return frozenset().union(*self.managed_departments.values())


NOBODY = Scope()
_providers: list[Callable[[Any], Scope]] = []


def register_scope_provider(provider: Callable[[Any], Scope]) -> None:
    """Let one app answer `scope_for`; a second provider replaces the first."""
    _providers[:] = [provider]


def scope_for(user: Any) -> Scope:
    """Return the person's scope, computed once per user object (= per request)."""
    if user is None or not getattr(user, "is_authenticated", False) or not _providers:
        return NOBODY
    cached = getattr(user, "_scope", None)
    if cached is None:
        cached = user._scope = _providers[0](user)  # noqa: SLF001 -- our own cache slot
    return cached


class ScopedQuerySet(models.QuerySet):
    """A queryset of tenant rows: every list shown to a user starts here.

    Most rows follow one rule, which `reach` fills in: visitors see none, operators all.
    Where either is different, `visible_to` itself is written anew.
    """

    def visible_to(self, user: Any) -> Self:
        """Return only the rows that `user` may see."""
        scope = scope_for(user)
        if scope.user_id is None:
            return self.none()
        if scope.is_staff_all:
            return self.all()
        return self.filter(self.reach(scope))

    def reach(self, scope: Scope) -> models.Q:
        """Return the condition for whoever is signed in and no operator."""
        raise NotImplementedError(f"{self.model.__name__} says not who may see it")
