from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who may see an owned object (architecture, decision 13)."""

    PUBLIC = "public", _("Everyone")
    ASSIGNED = "assigned", _("Those it is assigned to")
    ORGANIZATION = "organization", _("Members of the owning organization")
    PACKAGE = "package", _("Members of an industry package")


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
