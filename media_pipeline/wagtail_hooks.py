"""Media assets in the admin."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from lms.ui.templatetags.ui import clock
from media_pipeline.forms import AssetForm, AssetUploadForm
from media_pipeline.models import Asset
from media_pipeline.permissions import AssetPermissionPolicy
from media_pipeline.views import admin

UPLOADED_AT = DateColumn("created_at", label=_("Uploaded at"), sort_key="created_at")
DURATION = Column(
    "duration_seconds",
    label=_("Duration"),
    sort_key="duration_seconds",
    accessor=lambda asset: (
        clock(asset.duration_seconds) if asset.duration_seconds else ""
    ),
)


class AssetViewSet(ModelViewSet):
    model = Asset
    name = "media_assets"
    icon = "media"
    menu_label = _("Videos and files")
    menu_order = 310
    add_to_admin_menu = True
    copy_view_enabled = False
    add_to_reference_index = True
    list_display = ("title", "kind", "state", DURATION, UPLOADED_AT)
    list_filter = ("kind", "state", "audience")
    search_fields = ("title",)
    search_backend_name = None
    permission_policy = AssetPermissionPolicy(Asset)
    index_view_class = admin.AssetIndexView
    add_view_class = admin.AssetCreateView
    edit_view_class = admin.AssetEditView
    delete_view_class = admin.AssetDeleteView
    edit_template_name = "media_pipeline/asset/edit.html"

    def get_form_class(self, for_update: bool = False) -> type:
        return AssetForm if for_update else AssetUploadForm

    def get_urlpatterns(self) -> list[Any]:
        again: URLPattern = path(
            "retry/<int:pk>/", require_admin_access(admin.retry), name="retry"
        )
        return [*super().get_urlpatterns(), again]


class AssetChooserViewSet(ChooserViewSet):
    """Registers itself as the widget of every foreign key to an asset."""

    model = Asset
    icon = "media"
    choose_one_text = _("Choose a video")
    choose_another_text = _("Choose another video")
    url_filter_parameters = ("kind",)
    preserve_url_parameters = ("multiple", "kind")
    choose_view_class = admin.AssetChooseView
    choose_results_view_class = admin.AssetChooseResultsView


@hooks.register("register_admin_viewset")
def register_assets() -> list[Any]:
    return [AssetViewSet(), AssetChooserViewSet("media_asset_chooser")]
