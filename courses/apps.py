from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    label = "courses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses import receivers  # noqa: F401, PLC0415 -- app ready
        from courses.views import contexts  # noqa: F401, PLC0415 -- app ready
