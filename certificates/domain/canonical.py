"""Canonical JSON (RFC 8785) for what is hashed and signed."""

import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """Return the one byte string of `value`.

    Members are ordered by UTF-16 code units, as the RFC asks. Numbers are integers
    only: our payloads write decimals as text, so no float formatting can differ.

    Raises:
        TypeError: a float, or a type that JSON does not have.
        ValueError: a lone surrogate.
    """
    text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("canonical JSON has text keys only")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if isinstance(value, int | str | None):
        return value
    raise TypeError(f"canonical JSON holds no {type(value).__name__}")
