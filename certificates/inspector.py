"""Reads one hostile PDF and says what is in it. Runs alone, in a limited process.

`python -m certificates.inspector` takes a JSON line with the SHA-256 fingerprints of
our signing certificates, then the file, on standard input; answers one JSON object. No
Django, no network, no files. The parent kills it when time is up.

With `--many` it answers file after file: the header names the size, each file is parsed
in a fork of its own under the same limits, and one that dies costs only its own answer.
The libraries are loaded once, which takes fifty times as long as one file.
"""

import contextlib
import hashlib
import io
import json
import math
import os
import re
import resource
import select
import signal
import sys
import time
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 1
WALL_SECONDS = 6
MAX_ATTACHMENT = 256 * 1024
MAX_PAGES = 5
MAX_TEXT = 20_000
ATTACHMENT = "certificate.json"
NUMBER = re.compile(r"[A-Z][A-Z0-9]{1,9}-[0-9]{4}-[0-9]{6,9}-[0-9A-HJKMNP-TV-Z]{8}")


def limit_resources() -> None:
    """Give up memory, time and files before the first byte is parsed.

    The processor time counts from here: what loading the libraries took is no fault
    of the file. The timer ends the process to the tick; the kernel's own limit counts
    whole seconds and stands behind it, since a timer can be taken back.
    """
    spent = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    cpu = spent + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def inspect(data: bytes, trusted: frozenset[str]) -> dict[str, Any]:
    """Return what the file says about itself; every part may be missing."""
    result: dict[str, Any] = {
        "readable": False,
        "attachment": None,
        "signatures": [],
        "numbers": [],
        "has_text": False,
    }
    with contextlib.suppress(Exception):
        result.update(_structure(data, trusted))
    with contextlib.suppress(Exception):
        text = _text(data)
        result["readable"] = True
        result["has_text"] = bool(text.strip())
        result["numbers"] = sorted(set(NUMBER.findall(text)))
    return result


def _structure(data: bytes, trusted: frozenset[str]) -> dict[str, Any]:
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 -- slow import

    reader = PdfFileReader(io.BytesIO(data), strict=False)
    root = reader.root
    found: dict[str, Any] = {"readable": True, "attachment": None, "signatures": []}
    with contextlib.suppress(Exception):
        found["attachment"] = _attachment(root)
    is_stamped = bool(reader.embedded_timestamp_signatures)
    for signature in reader.embedded_regular_signatures:
        found["signatures"].append(_signature(signature, trusted, is_stamped))
    return found


def _attachment(root: Any) -> str | None:
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    for place in range(0, len(names) - 1, 2):
        if str(names[place]) == ATTACHMENT:
            content = names[place + 1]["/EF"]["/F"].data
            return content.decode() if len(content) <= MAX_ATTACHMENT else None
    return None


def _signature(
    signature: Any, trusted: frozenset[str], is_stamped: bool
) -> dict[str, bool]:
    from pyhanko.sign.diff_analysis import (  # noqa: PLC0415 -- slow import
        ModificationLevel,
    )
    from pyhanko.sign.validation import (  # noqa: PLC0415 -- slow import
        validate_pdf_signature,
    )
    from pyhanko.sign.validation.status import (  # noqa: PLC0415 -- slow import
        SignatureCoverageLevel,
    )
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415 -- slow import

    facts = {"intact": False, "whole": False, "ours": False}
    with contextlib.suppress(Exception):
        signer = signature.signer_cert
        fingerprint = hashlib.sha256(signer.dump()).hexdigest()
        facts["ours"] = fingerprint in trusted
        # Trust is ours to decide (the fingerprint); the path is not asked.
        context = ValidationContext(trust_roots=[signer], allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=context)
        facts["intact"] = bool(status.intact and status.valid)
        # Validation data and a time stamp may follow a signature (B-LTA), no more.
        # Without a stamp it is no B-LTA: pyHanko would let changed keywords pass.
        facts["whole"] = status.coverage == SignatureCoverageLevel.ENTIRE_FILE or (
            is_stamped and status.modification_level == ModificationLevel.LTA_UPDATES
        )
    return facts


def _text(data: bytes) -> str:
    import pypdfium2  # noqa: PLC0415 -- slow import

    document = pypdfium2.PdfDocument(data)
    parts: list[str] = []
    for number in range(min(len(document), MAX_PAGES)):
        page = document[number].get_textpage()
        parts.append(page.get_text_range(count=min(page.count_chars(), MAX_TEXT)))
    return "\n".join(parts)[:MAX_TEXT]


def load_libraries() -> None:
    """Import what parses, before limits and before the first byte."""
    import pyhanko.pdf_utils.reader  # noqa: PLC0415 -- slow import
    import pyhanko.sign.diff_analysis  # noqa: PLC0415 -- slow import
    import pyhanko.sign.validation  # noqa: F401, PLC0415 -- slow import
    import pypdfium2  # noqa: F401, PLC0415 -- slow import


def answer_one() -> None:
    """Answer for the one file on standard input."""
    header = json.loads(sys.stdin.buffer.readline())
    load_libraries()
    limit_resources()
    answer = inspect(sys.stdin.buffer.read(), frozenset(header["trusted"]))
    json.dump(answer, sys.stdout)


def answer_many() -> None:
    """Answer a JSON line for each file until standard input ends; `{}` for a crash."""
    load_libraries()
    while line := sys.stdin.buffer.readline():
        header = json.loads(line)
        data = sys.stdin.buffer.read(header["size"])
        answer = _in_a_fork(data, frozenset(header["trusted"]))
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


def _in_a_fork(data: bytes, trusted: frozenset[str]) -> bytes:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        limit_resources()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(inspect(data, trusted)).encode())
        os._exit(0)
    os.close(writing)
    answer = _read_until(reading, time.monotonic() + WALL_SECONDS)
    os.close(reading)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    # A whole answer stands even if the kill came before the exit.
    return answer if answer.endswith(b"}") and status in (0, signal.SIGKILL) else b"{}"


def _read_until(reading: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while select.select([reading], [], [], max(deadline - time.monotonic(), 0))[0]:
        part = os.read(reading, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""


if __name__ == "__main__":
    answer_many() if "--many" in sys.argv[1:] else answer_one()
