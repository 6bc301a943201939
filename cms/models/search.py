from typing import Any

from django.db import models
from wagtail.search import index

from cms.querysets import SearchEntryQuerySet
from lms.core.enums import Audience


class TokenField(index.SearchField):
    """Feeds the index with the segmented form of a text, not the text itself."""

    def get_value(self, obj: Any) -> str:
        return obj.tokens_of(self.field_name)


class SearchEntry(index.Indexed, models.Model):
    """One thing that can be found: an article, a policy, a course.

    The only thing that is indexed (architecture, decision 16). Articles have one
    entry per version; the days in force say which one answers today.
    """

    type = models.CharField(max_length=12)
    object_key = models.CharField(max_length=120)
    language = models.CharField(max_length=12)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    keywords = models.TextField(blank=True)
    title_tokens = models.TextField(blank=True)
    text_tokens = models.TextField(blank=True)
    law = models.CharField(max_length=255, blank=True)
    eid = models.CharField(max_length=80, blank=True)
    number = models.CharField(max_length=20, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    dated_on = models.DateField(null=True, blank=True)
    in_force_from = models.DateField(null=True, blank=True)
    in_force_to = models.DateField(null=True, blank=True)
    audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.PUBLIC
    )
    organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    page_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    url = models.CharField(max_length=500)

    wagtail_reference_index_ignore = True

    objects = SearchEntryQuerySet.as_manager()

    search_fields = [
        # Named "title" because the database backends rank that field apart.
        TokenField("title", boost=3),
        TokenField("text"),
        index.FilterField("type"),
        index.FilterField("language"),
        index.FilterField("law"),
        index.FilterField("number"),
        index.FilterField("audience"),
        index.FilterField("organization_id"),
        index.FilterField("in_force_from"),
        index.FilterField("in_force_to"),
    ]

    class Meta:
        verbose_name_plural = "search entries"
        constraints = [
            models.UniqueConstraint(
                name="cms_searchentry_object_unique",
                fields=["type", "object_key", "language"],
            )
        ]
        indexes = [
            models.Index(
                name="cms_searchentry_number", fields=["language", "number", "law"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.title}"

    def tokens_of(self, field_name: str) -> str:
        return self.title_tokens if field_name == "title" else self.text_tokens
