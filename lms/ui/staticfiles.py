"""One style sheet for every page, joined from the parts that people edit."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property

SITE_STYLES = "ui/css/site.css"
# In this order: the first names the layers, the last is outside of them.
PARTS = (
    "tokens",
    "base",
    "layout",
    "frame",
    "buttons",
    "cards",
    "forms",
    "pickers",
    "tables",
    "charts",
    "feedback",
    "navigation",
    "overlays",
    "reading",
    "print",
)
SOURCE = Path(__file__).parent / "static" / "ui" / "css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INDENT = re.compile(r"\n\s*")


def part_files() -> list[Path]:
    return [SOURCE / f"{name}.css" for name in PARTS]


def joined_styles() -> str:
    """Return all parts as one sheet, without comments and indentation."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in part_files())
    return INDENT.sub("\n", COMMENT.sub("", text)).lstrip()


class JoinedStylesFinder(BaseFinder):
    """Find `ui/css/site.css`: a page then waits for one request instead of fifteen.

    The file is written anew when a part is newer, so an edit shows on reload.
    """

    @cached_property
    def storage(self) -> FileSystemStorage:
        return FileSystemStorage(location=Path(settings.DATA_DIR) / "joined")

    def check(self, **kwargs: object) -> list[CheckMessage]:
        return []

    def _build(self) -> str:
        target = Path(self.storage.path(SITE_STYLES))
        newest = max(path.stat().st_mtime_ns for path in [*part_files(), SOURCE])
        if not target.exists() or target.stat().st_mtime_ns < newest:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Beside it, then renamed: another process may be reading.
            fresh = target.with_suffix(f".{id(self)}.new")
            fresh.write_text(joined_styles(), encoding="utf-8")
            fresh.replace(target)
        return str(target)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != SITE_STYLES:
            return []
        built = self._build()
        return [built] if find_all else built

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        self._build()
        yield SITE_STYLES, self.storage
