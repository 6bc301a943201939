"""Why a certificate was not issued, revoked or found."""

from lms.core import errors


class IssueRefused(errors.Conflict):
    """The facts do not allow a certificate (`not_completed`, `no_template`)."""


class GlyphMissing(errors.Invalid):
    """No font has a character of the text; the message names it."""


class RevocationRefused(errors.Conflict):
    """The certificate is not in a state that can be revoked."""


class NotAllowed(errors.NotPermitted):
    """The person may not do this with this certificate."""


class CertificateNotFound(errors.NotFound):
    """No certificate of that number that this person may see."""


class TooManyChecks(errors.TooMany):
    """Rate limit of the public verification."""


class RegisterBehind(errors.Conflict):
    """The register is behind a checkpoint that was already published."""


class DocumentPending(errors.Conflict):
    """The worker has not stored the document yet."""


class BadRange(errors.Invalid):
    """Numbers that name no part of the register."""


class KeyRefused(errors.Conflict):
    """A signing key can't be withdrawn (`unknown_key`, `key_in_use`, `future`)."""


class PictureRefused(errors.Invalid):
    """A picture can't be taken (`too_large`, `not_a_picture`) or was tampered with."""


class TemplateRefused(errors.Invalid):
    """A template can't be saved as it is."""


class RuleRefused(errors.Invalid):
    """A validity rule can't be added as it is."""


class BulkRefused(errors.Invalid):
    """A list or archive can't be checked; the message says why."""


class SamplingRefused(errors.Invalid):
    """A sample can't be drawn as asked."""
