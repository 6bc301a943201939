"""What became of a paper: which items were drawn, and what was printed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exams.models.banks import Item
from exams.models.papers import Paper
from exams.querysets import PaperPartQuerySet
from lms.core.models import AppendOnlyModel, AppendOnlyQuerySet, PublicIdModel


class AppendOnlyPaperPartQuerySet(AppendOnlyQuerySet, PaperPartQuerySet):  # type: ignore[override]
    """History of a paper: seen with it, never changed."""


class ItemExposure(models.Model):
    """One item on one candidate's paper; counted, never read one by one.

    Rows only come: many candidates start in the same second, and none waits for
    another's counter.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="exposures")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="exposures")

    objects = PaperPartQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [
            models.Index(name="exams_itemexposure_count", fields=["paper", "item"])
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}: {self.item_id}"


class PaperPrint(PublicIdModel, AppendOnlyModel):
    """One printed set: both versions, as they were handed out.

    The documents are made from this row alone, so the key still fits the sheets when
    an item was corrected since.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="prints")
    number = models.PositiveIntegerField(_("number"))
    # {"title", "sections", "versions": {"A": {"items", "keys"}, "B": …}}
    content = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = AppendOnlyPaperPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-number"]
        verbose_name = _("printed set")
        verbose_name_plural = _("printed sets")
        constraints = [
            models.UniqueConstraint(
                name="exams_paperprint_number_unique", fields=["paper", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}-{self.number:03}"
