"""Who may upload and change assets; the admin and later the API call the same."""

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy

from lms.core.scope import scope_for
from media_pipeline.models import Asset


def can_upload_for(user: Any, owner_organization_id: int | None) -> bool:
    """Operators for all, editors for the platform, administrators for their own."""
    scope = scope_for(user)
    if scope.is_staff_all:
        return True
    if owner_organization_id is None:
        return bool(scope.user_id) and user.has_perm("media_pipeline.add_asset")
    return owner_organization_id in scope.administered_organization_ids


def can_upload(user: Any) -> bool:
    """Whether there is anyone in whose name this person may upload."""
    administered = scope_for(user).administered_organization_ids
    return can_upload_for(user, None) or bool(administered)


def can_edit_asset(user: Any, asset: Asset) -> bool:
    """The answer of `Asset.objects.editable_by` for one asset, without a query."""
    scope = scope_for(user)
    if scope.is_staff_all:
        return True
    if asset.owner_organization_id is None:
        return bool(scope.user_id) and user.has_perm("media_pipeline.change_asset")
    return asset.owner_organization_id in scope.administered_organization_ids


class AssetPermissionPolicy(ModelPermissionPolicy):
    """What Wagtail asks, answered by the functions above."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        administered = scope_for(user).administered_organization_ids
        return bool(administered) or super().user_has_permission(user, action)

    def user_has_permission_for_instance(
        self, user: Any, action: str, instance: Asset
    ) -> bool:
        return can_edit_asset(user, instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        return Asset.objects.editable_by(user)
