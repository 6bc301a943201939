from typing import Any, Self

from django.db.models import Q

from lms.core.models import AppendOnlyQuerySet
from lms.core.scope import scope_for


class AuditEventQuerySet(AppendOnlyQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Platform operators see all; administrators what happened in their own."""
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        if not scope.administered_organization_ids:
            return self.none()
        return self.filter(Q(organization_id__in=scope.administered_organization_ids))

    def of_object(self, object_type: str, object_id: str) -> Self:
        return self.filter(object_type=object_type, object_id=object_id)
