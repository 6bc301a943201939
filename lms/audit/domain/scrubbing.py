"""No identity in plain text in the evidence (architecture, decision 8)."""

import re
from typing import Any

HIDDEN = "***"
# Keys whose values are personal or secret whatever they look like.
PERSONAL_KEYS = frozenset(
    {
        "password",
        "token",
        "secret",
        "mobile",
        "phone",
        "email",
        "id_number",
        "identity_number",
        "document_number",
        "number_plain",
        "display_name",
        "full_name",
        "listed_name",
    }
)
_PATTERNS = (
    # resident id: region, plausible birth date, sequence, check character
    re.compile(
        r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])"
        r"(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])"
    ),
    re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?![0-9A-Za-z])"),
    re.compile(r"[^\s@\"']+@[^\s@\"']+\.[^\s@\"']+"),
)


def scrub(value: Any, *, key: str = "") -> Any:
    """Return `value` with identity data replaced by stars, at any depth.

    A net under the callers, not their license: they pass codes and keys.
    """
    if key.lower() in PERSONAL_KEYS:
        return HIDDEN
    if isinstance(value, dict):
        return {str(k): scrub(v, key=str(k)) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(item) for item in value]
    if isinstance(value, str):
        for pattern in _PATTERNS:
            value = pattern.sub(HIDDEN, value)
        return value
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub(str(value))
