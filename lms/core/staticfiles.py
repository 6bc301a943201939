"""Static files: those of npm packages by name, and hashed names in production."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, also inside the `import` statements of ES modules."""

    support_js_module_import_aggregation = True


class VendorStorage(FileSystemStorage):
    """Read only the files that `VENDOR_STATIC` names, under their public names."""

    def path(self, name: str) -> str:
        return str(Path(settings.NODE_MODULES_DIR) / settings.VENDOR_STATIC[name])


class VendorFinder(BaseFinder):
    """Find the few browser files of npm packages that the pages use."""

    storage = VendorStorage()

    def check(self, **kwargs: object) -> list[CheckMessage]:
        missing = [n for n in settings.VENDOR_STATIC if not self.storage.exists(n)]
        if not missing:
            return []
        return [
            Error(
                f"Browser files are missing: {', '.join(missing)}.",
                hint="Run `make setup` (it calls `npm ci`) first.",
                id="core.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in settings.VENDOR_STATIC or not self.storage.exists(path):
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, VendorStorage]]:
        for name in settings.VENDOR_STATIC:
            yield name, self.storage
