"""Reads one hostile file and says which items it holds. Runs alone, with limits.

`python -m exams.domain.exchange.parser FORMAT` takes the file on standard input and
answers lines of JSON: the head, each item, the rows of a sheet if asked, each picture
(base64). No Django, no network, no files. The parent kills it when time is up.
"""

import base64
import json
import sys
from dataclasses import asdict
from typing import Any

from exams.domain.exchange.drafts import Parsed, Remark, Unreadable, draft_as_json
from lms.core.sheets.limits import limit_resources


def read(data: bytes, format_name: str) -> Parsed:
    """Read; what can't be read becomes the one remark on it."""
    from exams.domain.exchange.registry import read_file  # noqa: PLC0415 -- slow import

    try:
        return read_file(data, format_name=format_name)
    except Unreadable as error:
        return Parsed(remarks=[error.remark])
    except MemoryError:
        return Parsed(remarks=[Remark("file_too_hard")])
    except (RecursionError, ValueError, KeyError, IndexError, TypeError) as error:
        # A file that a reader did not foresee: the author is told, nothing is taken.
        params = {"detail": type(error).__name__}
        return Parsed(remarks=[Remark("file_not_understood", params=params)])


def main() -> None:
    limit_resources()
    parsed = read(sys.stdin.buffer.read(), sys.argv[1])
    emit(
        {
            "format": parsed.format,
            "columns": parsed.columns,
            "remarks": [asdict(remark) for remark in parsed.remarks],
        }
    )
    for draft in parsed.drafts:
        emit({"draft": draft_as_json(draft)})
    if "table" in sys.argv[2:]:
        for row in parsed.table:
            emit({"row": row})
    for name, data in parsed.pictures.items():
        emit({"picture": name, "data": base64.b64encode(data).decode()})
    emit({"end": True})


def emit(line: dict[str, Any]) -> None:
    """Write one line; plain ASCII, so that no terminal setting matters."""
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
