from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "lms.organizations"
    label = "organizations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.core.scope import register_scope_provider  # noqa: PLC0415 -- app ready
        from lms.organizations.domain.scope import scope_of  # noqa: PLC0415 -- app ready

        register_scope_provider(scope_of)
