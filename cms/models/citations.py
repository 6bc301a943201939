from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.enums import CitationSource
from cms.querysets import CitationQuerySet
from lms.core.enums import Audience


class Citation(models.Model):
    """Something points at a provision of a given version of a law.

    The law's translation key, version and eid say what was meant when it was
    written; `wid` is how it is found in the version that holds today. A law that the
    library does not hold (yet) leaves `law_key` empty.
    """

    source_kind = models.CharField(max_length=12, choices=CitationSource.choices)
    source_key = models.CharField(max_length=64)
    language = models.CharField(max_length=12, default="zh-hans")
    order = models.PositiveSmallIntegerField()
    law_slug = models.CharField(max_length=255)
    law_key = models.UUIDField(null=True, blank=True)
    version_label = models.CharField(max_length=20, blank=True)
    eid = models.CharField(max_length=80)
    wid = models.CharField(max_length=100, blank=True)
    why = models.CharField(_("why"), max_length=300, blank=True)
    # How the citing side is shown beside the article.
    title = models.CharField(max_length=255)
    url = models.CharField(max_length=500, blank=True)
    audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.PUBLIC
    )
    organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    wagtail_reference_index_ignore = True

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ["source_kind", "source_key", "language", "order"]
        constraints = [
            models.UniqueConstraint(
                name="cms_citation_order_unique",
                fields=["source_kind", "source_key", "language", "order"],
            )
        ]
        indexes = [
            models.Index(name="cms_citation_wid", fields=["law_key", "wid"]),
            models.Index(name="cms_citation_law", fields=["law_slug", "eid"]),
        ]

    def __str__(self) -> str:
        return f"{self.source_kind}:{self.title} → {self.law_slug} {self.eid}"
