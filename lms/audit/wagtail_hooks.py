"""The evidence in the admin: operators read it, nobody writes it."""

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import BasePermissionPolicy

from lms.audit.models import AuditEvent


def object_name(event: AuditEvent) -> str:
    """The words for what an event is about; its label where the model is gone."""
    try:
        model = apps.get_model(event.object_type)
    except (LookupError, ValueError):
        return event.object_type
    return capfirst(str(model._meta.verbose_name))  # noqa: SLF001 -- public API


class ReadOnlyPolicy(BasePermissionPolicy):
    """Superusers look; there is no right to add, change or delete."""

    def user_has_permission(self, user, action) -> bool:
        return action == "view" and user.is_active and user.is_superuser

    def user_has_any_permission(self, user, actions) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions):
        from django.contrib.auth import get_user_model  # noqa: PLC0415 -- app ready

        users = get_user_model()._default_manager  # noqa: SLF001 -- public API
        if "view" not in actions:
            return users.none()
        return users.filter(is_active=True, is_superuser=True)


class AuditEventViewSet(ModelViewSet):
    model = AuditEvent
    icon = "history"
    menu_label = _("Audit trail")
    menu_order = 900
    add_to_admin_menu = True
    inspect_view_enabled = True
    copy_view_enabled = False
    list_display = [
        Column("recorded_at", label=_("recorded at"), sort_key="recorded_at"),
        Column("verb_label", label=_("verb")),
        Column("object_type", label=_("Object type"), accessor=object_name),
        Column("object_id", label=_("object")),
        Column("actor_subject_id", label=_("actor")),
        Column("organization_id", label=_("organization")),
    ]
    list_filter = ["verb", "organization_id", "object_type"]
    exclude_form_fields: list[str] = []
    permission_policy = ReadOnlyPolicy(AuditEvent)


@hooks.register("register_admin_viewset")
def register_audit_events() -> AuditEventViewSet:
    return AuditEventViewSet("audit_events")
