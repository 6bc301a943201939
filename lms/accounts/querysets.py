"""What may be listed of people. Organizations extend the view through the scope."""

from typing import Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q

from lms.core.scope import ScopedQuerySet, scope_for


class UserQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Everybody sees themselves; platform operators see all.

        An employer reads its people through memberships, which also say since when:
        there is no way here to look at somebody else's account.
        """
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        return self.filter(pk=scope.user_id) if scope.user_id else self.none()

    def with_mobile_index(self, index: str) -> Self:
        return self.filter(mobile_index=index)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates people. `email` may be missing: many workers have none."""

    use_in_migrations = True

    def create_user(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> Any:
        user = self.model(email=(email or "").strip().lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> Any:
        fields |= {"is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email=(username or "").lower())


class OwnRowsQuerySet(ScopedQuerySet):
    """Rows that belong to one person and to nobody else."""

    def visible_to(self, user: Any) -> Self:
        scope = scope_for(user)
        return self.filter(user_id=scope.user_id) if scope.user_id else self.none()


class ApiTokenQuerySet(OwnRowsQuerySet):
    def usable(self, now: Any) -> Self:
        fresh = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return self.filter(fresh, revoked_at__isnull=True, user__is_active=True)
