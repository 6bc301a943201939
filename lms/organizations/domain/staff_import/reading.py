"""Ask the limited process for the rows of an uploaded staff list (decision 19)."""

import json
import logging
from collections.abc import Iterator
from typing import IO, Any

from lms.core.sheets.process import ParserFailed, parsed_lines
from lms.core.sheets.refusals import Remark, remark_from_json

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 30 * 1024 * 1024
PARSER = "lms.organizations.domain.staff_import.parser"


class FileRefused(Exception):
    """The file as a whole can't be read; `remark` says why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.code)
        self.remark = remark


class StaffFile:
    """One reading of a file: its columns first, then its rows as they come.

    Attributes:
        columns: our name of a column → index in the sheet.
        total: rows below the headings, empty ones included.
        remarks: what is to be said of the file as a whole.
    """

    def __init__(self, file: IO[bytes], *, as_table: bool = False) -> None:
        file.seek(0)
        arguments = ["table"] if as_table else []
        self._lines = parsed_lines(PARSER, *arguments, file=file)
        head = self._next()
        self.columns: dict[str, int] = head["columns"]
        self.total: int = head["rows"]
        self.remarks = [remark_from_json(one) for one in head["remarks"]]

    def rows(self) -> Iterator[list[Any]]:
        """Yield `[number, {column: text}]`, or the cells of each row of the table.

        Raises:
            FileRefused: the process broke off.
        """
        while True:
            line = self._next()
            if isinstance(line, dict):
                return
            yield line

    def close(self) -> None:
        """Stop reading; the process is ended."""
        self._lines.close()  # type: ignore[attr-defined]

    def _next(self) -> Any:
        try:
            line = json.loads(next(self._lines, b""))
        except (ParserFailed, ValueError) as error:
            logger.warning("A staff list could not be read: %s", type(error).__name__)
            raise FileRefused(Remark("file_too_hard")) from error
        if isinstance(line, dict) and "refused" in line:
            raise FileRefused(remark_from_json(line["refused"]))
        return line
