from lms.core.errors import Conflict, Invalid


class RetentionRunning(Conflict):
    """The record must still be kept: `until` says how long."""


class UnknownList(Invalid):
    """There is no list of this name or format."""


class NotOffered(Invalid):
    """A package names a course or bank that is not the association's to give."""
