"""`manage.py load_demo`: the sample content and accounts, safe to run again."""

import time
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

CONTENT_DIR = Path(__file__).resolve().parents[2] / "content"
# In the order in which one stands on the other.
LOADERS = (
    "people",
    "laws",
    "library",
    "media",
    "courses",
    "items",
    "exams",
    "certificates",
    "history",
)


class Command(BaseCommand):
    help = "Load the sample content and accounts. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        for name in LOADERS:
            started = time.monotonic()
            loader = import_module(f"lms.demo.loaders.{name}")
            loader.load(content_dir=CONTENT_DIR, log=self.log)
            self.log(f"{name}: {time.monotonic() - started:.1f} s")

    def log(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()
