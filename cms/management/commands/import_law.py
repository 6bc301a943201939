"""`manage.py import_law FILE…`: laws in our JSON form."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms.domain.law_documents import import_law, read_law_document
from cms.errors import InvalidLawDocument


class Command(BaseCommand):
    help = (
        "Import laws in our JSON form: a law, the version in the file, its provisions. "
        "Importing the same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--law",
            metavar="SLUG",
            help="the law these files are versions of, when their own slug differs",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for path in options["files"]:
            try:
                self.import_file(path, options["law"])
            except OSError as error:
                failed = True
                self.stderr.write(f"{path}: {error.strerror}")
            except InvalidLawDocument as error:
                failed = True
                self.stderr.write(f"{path}: {error.message}")
        if failed:
            raise CommandError("Not every file was imported.")

    def import_file(self, path: Path, law_slug: str | None) -> None:
        document = read_law_document(name=path.name, data=path.read_bytes())
        done = import_law(
            document=document, law_slug=law_slug, is_work_described=law_slug is None
        )
        articles = done.version.provisions.articles().count()
        state = "imported" if done.is_changed else "unchanged"
        self.stdout.write(
            f"{path}: {state}: {done.law.slug} {done.version.label}, "
            f"{articles} articles"
        )
        if done.is_map_proposed:
            self.stdout.write(
                "  The articles were matched with the earlier version by their text; "
                "confirm the map on the version's page."
            )
