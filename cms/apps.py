from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import receivers  # noqa: PLC0415 -- app ready
        from cms.domain.entries import page_entries  # noqa: PLC0415 -- app ready
        from cms.domain.search_index import (  # noqa: PLC0415 -- app ready
            register_projector,
        )
        from cms.views import guidance, home, laws, library  # noqa: F401, PLC0415 -- app ready

        register_projector("page", page_entries)
        post_migrate.connect(receivers.give_site_its_address, sender=self)
