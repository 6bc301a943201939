from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import receivers  # noqa: F401, PLC0415 -- app ready
        from cms.domain.entries import page_entries  # noqa: PLC0415 -- app ready
        from cms.domain.search_index import (  # noqa: PLC0415 -- app ready
            register_projector,
        )
        from cms.views import guidance, home, laws, library  # noqa: F401, PLC0415 -- app ready

        register_projector("page", page_entries)
