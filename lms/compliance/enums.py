from django.db import models
from django.utils.translation import gettext_lazy as _


class IndustryClass(models.TextChoices):
    """How the hours table tells enterprises apart."""

    GENERAL = "general", _("General")
    HIGH_RISK = "high_risk", _("High risk (mines, dangerous goods, metal smelting)")
    CONSTRUCTION = "construction", _("Construction")


class TrainingPhase(models.TextChoices):
    INITIAL = "initial", _("Before taking up the post")
    ANNUAL = "annual", _("Every year")
    TRANSFER = "transfer", _("After a change of post")
    RETURN = "return", _("Back after a year away")


class RuleTopic(models.TextChoices):
    """What a rule asks for; a person may owe one of each in a phase."""

    HOURS = "hours", _("Credit hours")
    LEVELS = "levels", _("Levels of training on site")


class RuleState(models.TextChoices):
    """A rule is written by one person and approved by another."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Sent back")


class RuleSource(models.TextChoices):
    """How far the rule was compared with its official text."""

    VERIFIED = "verified", _("Compared with the official text")
    SECONDARY = "secondary", _("From published secondary sources")
    TO_BE_CHECKED = "to_be_checked", _("To be checked against the official text")


class CreditSource(models.TextChoices):
    """What a ledger entry stands for."""

    VERIFIED_TIME = "verified_time", _("Verified study time")
    COMPLETION = "completion", _("Completed unit")
    SIGN_OFF = "sign_off", _("On-site training, signed off")


class ObligationState(models.TextChoices):
    MET = "met", _("Met")
    MET_LATE = "met_late", _("Met after the due date")
    OPEN = "open", _("Still open")
    OVERDUE = "overdue", _("Overdue")
    ENDED = "ended", _("Ended with the employment")


# What nothing changes any more: the ledger only grows.
SETTLED_STATES = (ObligationState.MET, ObligationState.MET_LATE, ObligationState.ENDED)


class LearnerStanding(models.TextChoices):
    """Where a member stands with an assigned course."""

    FINISHED = "finished", _("Finished")
    IN_PROGRESS = "in_progress", _("In progress")
    NOT_STARTED = "not_started", _("Not started")
    NOT_ENROLLED = "not_enrolled", _("Not assigned")


class PlanCycle(models.TextChoices):
    """How often a plan assigns its courses anew."""

    ONCE = "once", _("Once")
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")
    HALF_YEARLY = "half_yearly", _("Every half-year")
    YEARLY = "yearly", _("Every year")


class DueStage(models.TextChoices):
    """When a person is reminded: days before a due date, and after it."""

    MONTH = "30", _("30 days before")
    WEEK = "7", _("7 days before")
    DAY = "1", _("1 day before")
    LAPSED = "lapsed", _("Lapsed")
