"""Reads a hostile list or archive, and hands out what is in it, in a limited process.

`python -m certificates.intake sheet|zip` takes the file on standard input. For a sheet
(XLSX or CSV) it writes one JSON array of rows; for a ZIP, for each file in it, a JSON
line {"name", "size"} and the bytes. Every count and size is limited while it is read,
whatever the file declares. No Django, no network, no files.
"""

import csv
import io
import json
import resource
import sys
import zipfile
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 30
MAX_ROWS = 20_001
MAX_COLUMNS = 20
MAX_CELL = 200
MAX_FILES = 2_000
MAX_FILE_BYTES = 5 * 1024 * 1024


def limit_resources() -> None:
    """Give up memory, time and files before the first byte is parsed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_sheet(data: bytes) -> list[list[str]]:
    """Return the cells of the first sheet as texts, at most MAX_ROWS rows."""
    rows = _xlsx(data) if data.startswith(b"PK") else _csv(data)
    return [[_text(cell) for cell in row[:MAX_COLUMNS]] for row in rows[:MAX_ROWS]]


def _xlsx(data: bytes) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 -- slow import

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(0).to_python(nrows=MAX_ROWS)


def _csv(data: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        head = text[:1000]
        delimiter = max(",;\t", key=head.count)
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    raise ValueError("encoding")


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    # Our own files put ' before what a spreadsheet program would run.
    return str(cell).removeprefix("'").strip()[:MAX_CELL]


def write_files(data: bytes, out: Any) -> None:
    """Write the files of an archive; a larger one is cut right behind the limit."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [item for item in archive.infolist() if not item.is_dir()]
        for item in members[:MAX_FILES]:
            name = item.filename.replace("\\", "/").rpartition("/")[2][:200]
            if name.startswith("."):
                continue
            try:
                with archive.open(item) as file:
                    content = file.read(MAX_FILE_BYTES + 1)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
                content = b""  # encrypted or damaged: judged as no PDF
            header = {"name": name, "size": len(content)}
            out.write(json.dumps(header).encode() + b"\n" + content)


def main() -> None:
    data = sys.stdin.buffer.read()
    limit_resources()
    if sys.argv[1] == "sheet":
        json.dump(read_sheet(data), sys.stdout)
    else:
        write_files(data, sys.stdout.buffer)


if __name__ == "__main__":
    main()
