from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CertificateState(models.TextChoices):
    ISSUED = "issued", _("Issued")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Superseded")


class AwardKind(models.TextChoices):
    """What earns a certificate by itself, beside the completion of a course."""

    EXAM = "exam", _("Exam passed")
    OBLIGATION = "obligation", _("Duty met")


class EntryKind(models.TextChoices):
    """What a leaf of the register says happened."""

    ISSUE = "issue", _("Issue")
    REVOKE = "revoke", _("Revocation")
    REISSUE = "reissue", _("Reissue")


class RevocationReason(models.TextChoices):
    ISSUED_IN_ERROR = "issued_in_error", _("Issued in error")
    TRAINING_NOT_GENUINE = "training_not_genuine", _("Training was not genuine")
    EXAM_MISCONDUCT = "exam_misconduct", _("Misconduct in the exam")
    HOLDER_REQUEST = "holder_request", _("The holder asked for it")
    OTHER = "other", _("Another reason")


class Verdict(models.TextChoices):
    """What a check says, worst first: the first that applies is the answer."""

    ALTERED = "altered", _("Content altered")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Replaced")
    EXPIRED = "expired", _("Expired")
    VALID = "valid", _("Valid")
    UNKNOWN = "unknown", _("No such certificate")
    UNDECIDED = "undecided", _("Cannot be decided")


class Outcome(models.TextChoices):
    """How one step of a check ended."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not checked")


class BulkKind(models.TextChoices):
    """What was handed in for a bulk check."""

    SHEET = "sheet", _("List")
    NUMBERS = "json", _("List of a program")
    ZIP = "zip", _("Archive of documents")


class SampleOutcome(models.TextChoices):
    OPEN = "open", _("Not looked at yet")
    FINE = "fine", _("In order")
    FAULT = "fault", _("Not in order")


class FindingState(models.TextChoices):
    """A note stays among regulators; a finding is open until it is put right."""

    NOTE = "note", pgettext_lazy("finding", "Note")
    OPEN = "open", _("Open finding")
    CLOSED = "closed", _("Closed finding")
