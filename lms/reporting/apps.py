from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "lms.reporting"
    label = "reporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.organizations.domain.approvals import register_change  # noqa: PLC0415 -- app ready
        from lms.organizations.enums import ChangeKind  # noqa: PLC0415 -- app ready
        from lms.reporting import receivers  # noqa: F401, PLC0415 -- app ready
        from lms.reporting.domain.archives.deletion import delete_approved  # noqa: PLC0415 -- app ready

        register_change(ChangeKind.ARCHIVE_DELETION, delete_approved)
