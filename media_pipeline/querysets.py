"""Filters over assets: who may see and who may edit."""

from typing import Any, Self

from django.db.models import Q

from lms.core.enums import Audience, JobState
from lms.core.scope import ScopedQuerySet, scope_for
from media_pipeline.enums import AssetState


class AssetQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Assets that `user` may see outside of a course.

        Public ones for everyone; an organization's own for its members where the
        audience says so, all of them for its administrators. What someone is assigned
        is not known here: a course hands out a playback grant for that.
        """
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        members = Q(
            owner_organization_id__in=scope.member_organization_ids,
            audience=Audience.ORGANIZATION,
        )
        owners = Q(owner_organization_id__in=scope.administered_organization_ids)
        return self.filter(Q(audience=Audience.PUBLIC) | members | owners)

    def editable_by(self, user: Any) -> Self:
        """Assets that `user` may change.

        Operators all, editors the platform's own, administrators those of their
        organizations.
        """
        scope = scope_for(user)
        if scope.is_staff_all:
            return self.all()
        own = Q(owner_organization_id__in=scope.administered_organization_ids)
        if scope.user_id and user.has_perm("media_pipeline.change_asset"):
            own |= Q(owner_organization_id__isnull=True)
        return self.filter(own)

    def ready(self) -> Self:
        return self.filter(state=AssetState.READY)

    def announced(self) -> Self:
        return self.filter(state=AssetState.ANNOUNCED)


def _assets(model: Any) -> AssetQuerySet:
    """Return all assets by way of the foreign key: models import this module."""
    return model.asset.field.related_model.objects.all()


class OfAssetQuerySet(ScopedQuerySet):
    """Rows that belong to an asset are seen with it."""

    def visible_to(self, user: Any) -> Self:
        assets = _assets(self.model)
        return self.filter(asset__in=assets.visible_to(user))


class TranscodeJobQuerySet(OfAssetQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Only who may edit the asset sees how its conversion goes."""
        assets = _assets(self.model)
        return self.filter(asset__in=assets.editable_by(user))

    def live(self) -> Self:
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])

    def running(self) -> Self:
        return self.filter(state=JobState.RUNNING)
