from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.enums import ExamKind
from exams.models.papers import Paper
from exams.querysets import ExamQuerySet
from exams.validators import validate_keys, validate_networks
from lms.core.models import OwnedModel, PublicIdModel, TimeStampedModel


class Exam(PublicIdModel, TimeStampedModel, OwnedModel):  # type: ignore[django-manager-missing]
    """A delivery of a paper: window, limits, pass mark. The only way to be examined.

    `opens_at` and `closes_at` bound the *start*: who started in time keeps the whole
    duration, unless `ends_at` says that all put their pens down at once.
    """

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("slug"), unique=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=ExamKind.choices, default=ExamKind.FORMAL
    )
    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, related_name="exams", verbose_name=_("paper")
    )
    instructions = models.TextField(_("instructions"), blank=True)
    duration_seconds = models.PositiveIntegerField(
        _("duration in seconds"), default=3600, validators=[MinValueValidator(60)]
    )
    grace_seconds = models.PositiveIntegerField(
        _("grace in seconds"),
        default=30,
        help_text=_("Answers on their way at the deadline are still taken."),
    )
    opens_at = models.DateTimeField(_("opens at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("last start"), null=True, blank=True)
    entry_limit_seconds = models.PositiveIntegerField(
        _("late entry in seconds"),
        null=True,
        blank=True,
        help_text=_("How long after the opening one may still come in."),
    )
    ends_at = models.DateTimeField(
        _("end for everybody"),
        null=True,
        blank=True,
        help_text=_("Nobody answers longer than this. Empty: the full duration."),
    )
    max_attempts = models.PositiveSmallIntegerField(
        _("attempts allowed"),
        null=True,
        blank=True,
        help_text=_("Empty: no limit."),
        validators=[MinValueValidator(1)],
    )
    pause_between_seconds = models.PositiveIntegerField(
        _("pause between attempts in seconds"), default=0
    )
    pass_mark = models.DecimalField(
        _("pass mark"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.8"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("Share of the points, 0 to 1."),
    )

    # Salt and keyed hash; the code itself is kept nowhere.
    access_code_hash = models.CharField(max_length=120, blank=True, editable=False)
    allowed_networks = models.TextField(
        _("allowed networks"),
        blank=True,
        validators=[validate_networks],
        help_text=_(
            "One address or network a line, such as 192.168.1.0/24. Empty: any."
        ),
    )
    safe_browser_config_keys = models.TextField(
        _("Safe Exam Browser: config keys"),
        blank=True,
        validators=[validate_keys],
        help_text=_("One key a line, 64 hexadecimal digits. Any one of them opens."),
    )
    safe_browser_exam_keys = models.TextField(
        _("Safe Exam Browser: browser exam keys"),
        blank=True,
        validators=[validate_keys],
        help_text=_("One key a line, 64 hexadecimal digits. Any one of them opens."),
    )
    wants_full_screen = models.BooleanField(
        _("ask for full screen"),
        default=False,
        help_text=_("The page asks for it; leaving is noted and stops nothing."),
    )

    objects = ExamQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        permissions = [("invigilate_exam", "Can invigilate exams of the platform")]
        constraints = [
            models.CheckConstraint(
                name="exams_exam_pass_mark_range",
                condition=Q(pass_mark__gte=0, pass_mark__lte=1),
            ),
            models.CheckConstraint(
                name="exams_exam_duration_positive", condition=Q(duration_seconds__gt=0)
            ),
            models.CheckConstraint(
                name="exams_exam_window_order",
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(opens_at__lt=F("closes_at")),
            ),
            models.CheckConstraint(
                name="exams_exam_end_after_opening",
                condition=Q(opens_at__isnull=True)
                | Q(ends_at__isnull=True)
                | Q(opens_at__lt=F("ends_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def needs_access_code(self) -> bool:
        return bool(self.access_code_hash)

    @property
    def needs_safe_browser(self) -> bool:
        return bool(self.safe_browser_config_keys or self.safe_browser_exam_keys)
