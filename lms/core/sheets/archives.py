"""ZIP files from strangers: sizes first, names checked, nothing written. No Django."""

import io
import posixpath
import zipfile

from lms.core.sheets.refusals import Unreadable

MAX_ENTRIES = 25_000
MAX_TOTAL = 300 * 1024 * 1024
MAX_ENTRY = 200 * 1024 * 1024
# Text compresses well; a thousandfold is a bomb.
MAX_RATIO = 500
RATIO_FROM = 1024 * 1024


class Archive:
    """A checked ZIP file.

    Raises:
        Unreadable: too many entries, too large unpacked, or a name that leaves it.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unreadable("zip_damaged") from error
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise Unreadable("zip_too_many", limit=MAX_ENTRIES)
        if sum(entry.file_size for entry in entries) > MAX_TOTAL:
            raise Unreadable("zip_too_large", limit=MAX_TOTAL // 1024 // 1024)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            self._check(entry)
            self._entries[posixpath.normpath(entry.filename)] = entry

    @staticmethod
    def _check(entry: zipfile.ZipInfo) -> None:
        name = entry.filename
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or ".." in parts or ":" in parts[0]:
            raise Unreadable("zip_name", name=name[:80])
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > MAX_ENTRY or (
            entry.file_size > RATIO_FROM and ratio > MAX_RATIO
        ):
            raise Unreadable("zip_too_large", limit=MAX_TOTAL // 1024 // 1024)
        if entry.flag_bits & 0x1:
            raise Unreadable("zip_encrypted")

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def __contains__(self, name: str) -> bool:
        return posixpath.normpath(name) in self._entries

    def read(self, name: str) -> bytes:
        """Return an entry's bytes; the declared size is not believed, but kept to."""
        entry = self._entries[posixpath.normpath(name)]
        try:
            with self._zip.open(entry) as file:
                data = file.read(entry.file_size + 1)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
            raise Unreadable("zip_damaged") from error
        if len(data) > entry.file_size:
            raise Unreadable("zip_damaged")
        return data


def resolve(base: str, address: str) -> str | None:
    """Return the name of an entry that `base` refers to; None when it leaves."""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), address))
    return None if joined.startswith(("..", "/")) else joined
