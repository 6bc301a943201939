"""Errors in the words of the domain; views and API translate them to answers."""

from typing import Any


class DomainError(Exception):
    """A rule refused the request.

    Args:
        code: stable snake_case word that programs may test.
        message: one translated sentence for the person who asked.
        params: facts that an API client may need (`next_seq`, `missing`).
    """

    status = 400

    def __init__(self, code: str, message: str, **params: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.params = params


class NotPermitted(DomainError):
    status = 403


class NotFound(DomainError):
    status = 404


class Conflict(DomainError):
    status = 409


class TooLarge(DomainError):
    status = 413


class Invalid(DomainError):
    status = 422


class TooMany(DomainError):
    status = 429


class AppendOnlyError(TypeError):
    """The code tried to change history; that is a defect, not a user's mistake."""
