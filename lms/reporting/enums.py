from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    LIST = "list", _("List")
    ARCHIVES = "archives", _("Training archives")


class ArchiveScope(models.TextChoices):
    PERSON = "person", _("One person")
    CLASS = "class", _("One class")
