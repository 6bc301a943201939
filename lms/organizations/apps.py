from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "lms.organizations"
    label = "organizations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.core.scope import register_scope_provider  # noqa: PLC0415 -- app ready
        from lms.organizations.domain.scope import scope_of  # noqa: PLC0415 -- app ready

        register_scope_provider(scope_of)

        from lms.organizations.domain import administrators  # noqa: PLC0415 -- app ready
        from lms.organizations.domain.approvals import register_change  # noqa: PLC0415 -- app ready
        from lms.organizations.enums import ChangeKind  # noqa: PLC0415 -- app ready

        register_change(ChangeKind.ROLE, administrators.change_role)
        register_change(ChangeKind.COMPLETE_LIST, administrators.take_list)
