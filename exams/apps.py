from django.apps import AppConfig


class ExamsConfig(AppConfig):
    name = "exams"
    label = "exams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exams import receivers  # noqa: F401, PLC0415 -- app ready
