from django.apps import AppConfig


class ExamsConfig(AppConfig):
    name = "exams"
    label = "exams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from courses.activities import register_item_engine  # noqa: PLC0415 -- app ready
        from exams import receivers  # noqa: F401, PLC0415 -- app ready
        from exams.lesson_questions import (  # noqa: PLC0415 -- app ready
            LessonItemEngine,
        )

        register_item_engine(LessonItemEngine())
