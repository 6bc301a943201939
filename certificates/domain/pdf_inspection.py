"""Ask the limited process what an uploaded PDF contains (decision 19)."""

import hashlib
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from certificates.inspector import NUMBER
from certificates.models import PublishedKey

logger = logging.getLogger(__name__)

MAX_PDF_BYTES = 5 * 1024 * 1024
WALL_SECONDS = 8
MAX_NUMBERS = 10
# Nothing of ours reaches the process; byte code is off because it may write no file.
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file says about itself; nothing in it is trusted yet.

    Attributes:
        is_signed_by_us: one signature, intact, over the whole file, by a certificate
            of ours.
        numbers: certificate numbers in the text, the attachment or the raw bytes.
    """

    is_readable: bool
    has_text: bool
    has_signature: bool
    is_signed_by_us: bool
    attachment: str | None
    numbers: tuple[str, ...]


def inspect_pdf(data: bytes) -> Inspection:
    """Parse in a process with limits; a crash or timeout reads as unreadable."""
    return _read_answer(data, _ask(data))


def _read_answer(data: bytes, found: dict[str, Any]) -> Inspection:
    """Return what was found; the raw bytes are searched here as well: a damaged file
    may still name a number.
    """
    text = data.decode("latin-1") + (found.get("attachment") or "")
    numbers = [*found.get("numbers", []), *NUMBER.findall(text)]
    signatures = found.get("signatures", [])
    ours = len(signatures) == 1 and all(signatures[0].values())
    return Inspection(
        is_readable=bool(found.get("readable")),
        has_text=bool(found.get("has_text")),
        has_signature=bool(signatures),
        is_signed_by_us=ours,
        attachment=found.get("attachment"),
        numbers=tuple(dict.fromkeys(numbers))[:MAX_NUMBERS],
    )


def _ask(data: bytes) -> dict[str, Any]:
    header = json.dumps({"trusted": trusted_fingerprints()}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "certificates.inspector"],
            input=header + b"\n" + data,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=True,
            cwd=settings.BASE_DIR,
            env=ENVIRONMENT,
        )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        logger.warning("A PDF could not be inspected: %s", type(error).__name__)
        return {}


class Inspector:
    """Inspects many files: the libraries are loaded once, each file has its own fork.

    `with Inspector() as inspector: inspector.inspect(data)`. If the process itself is
    gone the next file starts another.
    """

    def __init__(self) -> None:
        self.trusted = trusted_fingerprints()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def inspect(self, data: bytes) -> Inspection:
        """Return the same as `inspect_pdf`."""
        return _read_answer(data, self._ask(data))

    def _ask(self, data: bytes) -> dict[str, Any]:
        process = self._running()
        header = json.dumps({"trusted": self.trusted, "size": len(data)}).encode()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:  # both are pipes: for the type checker
            raise RuntimeError("the inspector has no pipes")
        try:
            stdin.write(header + b"\n" + data)
            stdin.flush()
            # The process itself watches the time of its forks.
            return json.loads(stdout.readline())
        except (OSError, ValueError) as error:
            logger.warning("A PDF could not be inspected: %s", type(error).__name__)
            self._stop()
            return {}

    def _running(self) -> "subprocess.Popen[bytes]":
        if self.process is None or self.process.poll() is not None:
            self._stop()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "certificates.inspector", "--many"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=settings.BASE_DIR,
                env=ENVIRONMENT,
            )
        return self.process

    def _stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.communicate()


def trusted_fingerprints() -> list[str]:
    """Return SHA-256 fingerprints of the certificates that signed for us.

    Those of withdrawn keys too: the verdict asks the register about them.
    """
    fingerprints = []
    for pem in PublishedKey.objects.values_list("certificate_pem", flat=True):
        certificate = x509.load_pem_x509_certificates(pem.encode())[0]
        der = certificate.public_bytes(Encoding.DER)
        fingerprints.append(hashlib.sha256(der).hexdigest())
    return fingerprints
