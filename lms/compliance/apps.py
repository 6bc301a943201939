from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "lms.compliance"
    label = "compliance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms.compliance import receivers  # noqa: F401, PLC0415 -- app ready
        from lms.compliance.domain.exemptions import grant_exemption  # noqa: PLC0415 -- app ready
        from lms.organizations.domain.approvals import register_change  # noqa: PLC0415 -- app ready
        from lms.organizations.enums import ChangeKind  # noqa: PLC0415 -- app ready

        register_change(ChangeKind.EXEMPTION, grant_exemption)
