"""Checks of single fields, shared by forms and models."""

import ipaddress
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_KEY = re.compile(r"[0-9a-fA-F]{64}")


def lines_of(text: str) -> list[str]:
    """Return the lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def validate_networks(text: str) -> None:
    """Refuse what is neither an address nor a network, and name the line."""
    for number, line in enumerate(lines_of(text), start=1):
        try:
            ipaddress.ip_network(line, strict=False)
        except ValueError as error:
            raise ValidationError(
                _("Line %(number)d is not a network: %(line)s. Write 10.1.0.0/16.")
                % {"number": number, "line": line},
                code="invalid_network",
            ) from error


def validate_keys(text: str) -> None:
    """Refuse what is no key of Safe Exam Browser, and name the line."""
    for number, line in enumerate(lines_of(text), start=1):
        if not _KEY.fullmatch(line):
            raise ValidationError(
                _("Line %(number)d is no key: a key has 64 hexadecimal digits.")
                % {"number": number},
                code="invalid_key",
            )
