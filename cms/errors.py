"""What the libraries refuse, in words for the reader."""

from lms.core.errors import Invalid, NotFound


class LawNotFound(NotFound):
    """No published law has this slug."""


class NoVersionInForce(NotFound):
    """The law exists, but none of our texts held on that day."""


class ProvisionNotFound(NotFound):
    """The version has no such article; `near` names the closest numbers."""


class InvalidDate(Invalid):
    """A day was given that no calendar has."""


class InvalidLawDocument(Invalid):
    """A file is not a law in a form that we read."""
