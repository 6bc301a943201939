from lms.core.errors import Conflict, Invalid, NotPermitted


class MobileTaken(Conflict):
    """The number belongs to another account."""


class IdentityDocumentTaken(Conflict):
    """The document belongs to another account."""


class InvalidIdentityNumber(Invalid):
    """The number of an identity document can't be right."""


class TokenNotAllowed(NotPermitted):
    """The person may not have a token with these scopes."""
