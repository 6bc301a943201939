"""`manage.py rebuild_search`: fill the search index from what is published now."""

from typing import Any

from django.core.management.base import BaseCommand

from cms.domain.search_index import rebuild_index


class Command(BaseCommand):
    help = "Empty the search index and fill it from everything that is published."

    def handle(self, *args: Any, **options: Any) -> None:
        count = rebuild_index()
        self.stdout.write(f"{count} entries are in the index.")
