"""Append-only evidence for everything above."""

from lms.audit.domain.recording import record

__all__ = ["record"]
