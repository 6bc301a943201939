"""Ask the limited process which items an uploaded file holds (decision 19)."""

import base64
import json
import logging
import tempfile
from collections.abc import Iterator

from exams.domain.exchange.drafts import (
    Parsed,
    Remark,
    draft_from_json,
    remark_from_json,
)
from lms.core.sheets.process import ParserFailed, parsed_lines

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 30 * 1024 * 1024
PARSER = "exams.domain.exchange.parser"
FORMATS = ("auto", "xlsx", "csv", "gift", "aiken", "moodle-xml", "qti")


def parse_items(
    *, data: bytes, format_name: str = "auto", table: bool = False
) -> Parsed:
    """Read a file in a process with limits; what goes wrong there is a remark.

    Args:
        data: the file.
        format_name: one of FORMATS; anything else is not understood.
        table: also bring the cells of a sheet, for the returned workbook.
    """
    if len(data) > MAX_FILE_BYTES:
        limit = {"limit": MAX_FILE_BYTES // 1024 // 1024}
        return Parsed(remarks=[Remark("file_too_large", params=limit)])
    if format_name not in FORMATS:
        return Parsed(remarks=[Remark("format_unknown", params={"word": format_name})])
    arguments = [format_name, "table"] if table else [format_name]
    try:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.seek(0)
            return _read_answer(parsed_lines(PARSER, *arguments, file=file))
    except (ParserFailed, ValueError, KeyError) as error:
        logger.warning("A file of items could not be read: %s", type(error).__name__)
        return Parsed(remarks=[Remark("file_too_hard")])


def _read_answer(lines: Iterator[bytes]) -> Parsed:
    head = json.loads(next(lines, b""))
    parsed = Parsed(format=head["format"], columns=head["columns"])
    parsed.remarks = [remark_from_json(one) for one in head["remarks"]]
    has_end = False
    for line in lines:
        record = json.loads(line)
        if "draft" in record:
            parsed.drafts.append(draft_from_json(record["draft"]))
        elif "picture" in record:
            parsed.pictures[record["picture"]] = base64.b64decode(record["data"])
        elif "row" in record:
            parsed.table.append(record["row"])
        has_end = has_end or "end" in record
    if not has_end:
        raise ValueError("the answer is not complete")
    return parsed
