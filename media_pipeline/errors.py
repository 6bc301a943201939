"""What the media pipeline refuses, in words of the domain."""

from lms.core.errors import Conflict, Invalid, NotFound, NotPermitted


class UploadRefused(Invalid):
    """The file can't be taken; the message says what to do."""


class GrantRefused(NotPermitted):
    """The address is forged, has expired, or belongs to another video."""


class RenditionMissing(NotFound):
    """No such file of this asset."""


class TranscodeRunning(Conflict):
    """A conversion of this asset is under way already."""
