from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.compliance.enums import RuleSource
from lms.core.models import AppendOnlyModel, AppendOnlyQuerySet


class ValidityRuleQuerySet(AppendOnlyQuerySet):
    def in_force_on(self, day: date) -> Self:
        """Keep the rows that have begun on `day`, the newest of each code first."""
        return self.filter(effective_from__lte=day).order_by("code", "-effective_from")


class ValidityRule(AppendOnlyModel):
    """How long a kind of certificate holds, from a day on. A change of law is a row.

    The row in force on the day of issue decides the end, once and for all. Whether a
    review is due is asked of the row in force on the day of the review: law that drops
    the review drops it for certificates issued before, too.
    """

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    effective_from = models.DateField(_("in force from"))
    months = models.PositiveSmallIntegerField(
        _("valid for months"),
        null=True,
        blank=True,
        help_text=_("Empty: the certificate does not expire."),
    )
    review_months = models.PositiveSmallIntegerField(
        _("review after months"),
        null=True,
        blank=True,
        help_text=_("Empty: nothing is reviewed before the end."),
    )
    basis = models.CharField(_("basis"), max_length=200)
    article = models.CharField(
        pgettext_lazy("law", "article"), max_length=40, blank=True
    )
    source = models.CharField(
        _("source"),
        max_length=15,
        choices=RuleSource.choices,
        default=RuleSource.TO_BE_CHECKED,
    )
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = ValidityRuleQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-effective_from"]
        verbose_name = _("validity rule")
        verbose_name_plural = _("validity rules")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "effective_from"],
                name="certificates_validityrule_once_a_day",
            ),
            models.CheckConstraint(
                condition=(Q(months__isnull=True) | Q(months__gt=0))
                & (Q(review_months__isnull=True) | Q(review_months__gt=0)),
                name="certificates_validityrule_positive",
            ),
            models.CheckConstraint(
                condition=Q(review_months__isnull=True)
                | Q(months__isnull=True)
                | Q(review_months__lt=F("months")),
                name="certificates_validityrule_review_before_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.effective_from}"
