from django.db import models
from django.utils.translation import gettext_lazy as _


class LessonKind(models.TextChoices):
    VIDEO = "video", _("Video")
    DOCUMENT = "document", _("Reading")
    EXERCISE = "exercise", _("Exercise")
    PRACTICAL = "practical", _("On-site training")


class UnitKind(models.TextChoices):
    """Kinds of units; a quiz is delivered by `exams`."""

    VIDEO = "video", _("Video")
    DOCUMENT = "document", _("Reading")
    EXERCISE = "exercise", _("Exercise")
    PRACTICAL = "practical", _("On-site training")
    QUIZ = "quiz", _("Exam")


class TrainingLevel(models.TextChoices):
    """Which of the three levels of training a lesson belongs to.

    Source: 生产经营单位安全培训规定 articles 12, 14-16.
    """

    FACTORY = "factory", _("Plant (mine)")
    WORKSHOP = "workshop", _("Workshop (section, area, crew)")
    TEAM = "team", _("Team")


class MoveOn(models.TextChoices):
    """What satisfies a unit (cmi5, section 10.2.4)."""

    PASSED = "passed", _("Passed")
    COMPLETED = "completed", _("Completed")
    COMPLETED_AND_PASSED = "completed_and_passed", _("Completed and passed")
    COMPLETED_OR_PASSED = "completed_or_passed", _("Completed or passed")
    NOT_APPLICABLE = "not_applicable", _("Voluntary")


class Opening(models.TextChoices):
    """When the lessons of a course open to its learners."""

    FREE = "free", _("All at once")
    BY_MODULE = "by_module", _("A module opens when the one before is done")
    BY_LESSON = "by_lesson", _("A lesson opens when all before it are done")


class CompletionRule(models.TextChoices):
    """What completes a lesson. Time is what its kind asks for: watched or read."""

    TIME = "time", _("Watched, read or worked through")
    TIME_AND_CHECK = "time_and_check", _("Watched or read, and the self-check passed")
    CHECK = "check", _("The self-check passed; time does not matter")
    ALL = (
        "all",
        _("Watched or read, every question answered, every hand-out taken"),
    )


class ActivityKind(models.TextChoices):
    """What learners answer in a lesson; all but the last are types of items."""

    CHOICE = "choice", _("Question")
    ORDER = "order", _("Put in order")
    MATCH = "match", _("Match")
    HOTSPOT = "hotspot", _("Find the hazards")
    SCENARIO = "scenario", _("Scenario")


class AudienceRole(models.TextChoices):
    """Whom a course is written for."""

    ALL = "all", _("Everyone")
    PRINCIPAL = "principal", _("Principals in charge")
    SAFETY_MANAGER = "safety_manager", _("Safety managers")
    WORKER = "worker", _("Workers")
    SPECIAL_OPERATOR = "special_operator", _("Special-operation workers")


class EnrollmentState(models.TextChoices):
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("In progress")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN_STATES = (EnrollmentState.INVITED, EnrollmentState.ACTIVE)


class UnitState(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")


class SessionEnd(models.TextChoices):
    """Why a playback session no longer earns."""

    SUPERSEDED = "superseded", _("Continued elsewhere")
    CLOSED = "closed", _("Enrollment closed")


class OnSiteState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    CLOSED = "closed", _("Closed")


class SignMethod(models.TextChoices):
    """How somebody signed in or out on site."""

    CODE = "code", _("Code on the wall")
    LIST = "list", _("List of the supervisor")
