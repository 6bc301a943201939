from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class MessageKind(models.TextChoices):
    """What a message is about; each app appends its own."""

    GENERAL = "general", _("Notice")
    ACCOUNT = "account", _("Account and security")
    MEMBERSHIP = "membership", _("Organization")
    COURSE = "course", _("Course")
    EXAM = "exam", _("Exam")
    CERTIFICATE = "certificate", _("Certificate")
