from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "lms.compliance"
    label = "compliance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.compliance import receivers  # noqa: F401, PLC0415 -- app ready
