"""Policies and accident cases."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField

from cms.blocks import (
    BodyBlocks,
    CitationsBlock,
    KeyPointBlocks,
    PointsBlock,
    TimelineBlocks,
)
from cms.enums import AccidentLevel, CitationSource, EntryType, PolicyScope
from cms.models.base import BasePage, SourcedPage, citations_in, points_in


class PolicyIndexPage(BasePage):
    parent_page_types = ["cms.HomePage"]
    max_count_per_parent = 1
    template = "cms/policy_index_page.html"

    class Meta:
        verbose_name = _("policy library")
        verbose_name_plural = _("policy libraries")


class PolicyTag(TaggedItemBase):
    content_object = ParentalKey(
        "cms.PolicyPage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class PolicyPage(SourcedPage, BasePage):  # type: ignore[django-manager-missing]
    citation_kind = CitationSource.POLICY
    entry_type = EntryType.POLICY

    document_number = models.CharField(_("document number"), max_length=200, blank=True)
    issuer = models.CharField(_("issuer"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    repealed_on = models.DateField(_("no longer in force since"), null=True, blank=True)
    superseded_by = models.CharField(
        _("superseded by"), max_length=255, blank=True, help_text=_("Slug or title.")
    )
    scope = models.CharField(
        _("scope"),
        max_length=10,
        choices=PolicyScope.choices,
        default=PolicyScope.NATIONAL,
    )
    region = models.CharField(_("region"), max_length=60, blank=True)
    industries = models.CharField(
        _("industries"), max_length=200, blank=True, help_text=_("Separated by 、")
    )
    key_points = StreamField(KeyPointBlocks(), verbose_name=_("key points"), blank=True)
    interpretation = models.TextField(_("interpretation"), blank=True)
    body = StreamField(BodyBlocks(), verbose_name=_("further text"), blank=True)
    citations = StreamField(
        CitationsBlock(), verbose_name=_("cited articles"), blank=True
    )
    tags = ClusterTaggableManager(through=PolicyTag, blank=True)

    parent_page_types = ["cms.PolicyIndexPage"]
    subpage_types: list[str] = []
    template = "cms/policy_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("document_number"), FieldPanel("issuer")]),
        FieldRowPanel([FieldPanel("issued_on"), FieldPanel("in_force_from")]),
        FieldRowPanel([FieldPanel("repealed_on"), FieldPanel("superseded_by")]),
        FieldRowPanel([FieldPanel("scope"), FieldPanel("region")]),
        FieldPanel("industries"),
        FieldPanel("tags"),
        FieldPanel("key_points"),
        FieldPanel("interpretation"),
        FieldPanel("body"),
        FieldPanel("citations"),
        *SourcedPage.source_panels,
    ]

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def cited_articles(self) -> list[dict[str, str]]:
        return citations_in(self.citations) + citations_in(self.body)

    def searched_text(self) -> str:
        points = [block.value["point"] for block in self.key_points or []]
        return "\n".join([self.summary, *points, self.interpretation])

    def searched_keywords(self) -> list[str]:
        return [self.document_number, self.issuer, *self.tags.names()]

    def search_facts(self) -> dict[str, Any]:
        return {
            "scope": self.scope,
            "industries": self.industries,
            "repealed": bool(self.repealed_on or self.superseded_by),
        }


class CaseIndexPage(BasePage):
    parent_page_types = ["cms.HomePage"]
    max_count_per_parent = 1
    template = "cms/case_index_page.html"

    class Meta:
        verbose_name = _("case library")
        verbose_name_plural = _("case libraries")


class CaseTag(TaggedItemBase):
    content_object = ParentalKey(
        "cms.CasePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class CasePage(SourcedPage, BasePage):  # type: ignore[django-manager-missing]
    citation_kind = CitationSource.CASE
    entry_type = EntryType.CASE

    occurred_on = models.DateField(_("occurred on"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    accident_type = models.CharField(_("accident type"), max_length=60, blank=True)
    level = models.CharField(
        _("accident level"), max_length=20, choices=AccidentLevel.choices
    )
    deaths = models.PositiveIntegerField(_("deaths"), null=True, blank=True)
    injuries = models.PositiveIntegerField(_("injuries"), null=True, blank=True)
    direct_loss_cny = models.BigIntegerField(
        _("direct loss (CNY)"), null=True, blank=True
    )
    timeline = StreamField(TimelineBlocks(), verbose_name=_("timeline"), blank=True)
    direct_cause = models.TextField(_("direct cause"), blank=True)
    indirect_causes = StreamField(
        PointsBlock(), verbose_name=_("indirect causes"), blank=True
    )
    lessons = StreamField(
        PointsBlock(), verbose_name=pgettext_lazy("case", "lessons"), blank=True
    )
    accountability = models.TextField(_("accountability"), blank=True)
    discussion_questions = StreamField(
        PointsBlock(), verbose_name=_("questions to discuss"), blank=True
    )
    body = StreamField(BodyBlocks(), verbose_name=_("further text"), blank=True)
    citations = StreamField(
        CitationsBlock(), verbose_name=_("cited articles"), blank=True
    )
    tags = ClusterTaggableManager(through=CaseTag, blank=True)

    parent_page_types = ["cms.CaseIndexPage"]
    subpage_types: list[str] = []
    template = "cms/case_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("occurred_on"), FieldPanel("place")]),
        FieldRowPanel([FieldPanel("industry"), FieldPanel("accident_type")]),
        FieldRowPanel(
            [
                FieldPanel("level"),
                FieldPanel("deaths"),
                FieldPanel("injuries"),
                FieldPanel("direct_loss_cny"),
            ]
        ),
        FieldPanel("tags"),
        FieldPanel("timeline"),
        FieldPanel("direct_cause"),
        FieldPanel("indirect_causes"),
        FieldPanel("lessons"),
        FieldPanel("accountability"),
        FieldPanel("discussion_questions"),
        FieldPanel("body"),
        FieldPanel("citations"),
        *SourcedPage.source_panels,
    ]

    class Meta:
        verbose_name = _("accident case")
        verbose_name_plural = _("accident cases")

    def cited_articles(self) -> list[dict[str, str]]:
        return citations_in(self.citations) + citations_in(self.body)

    def searched_text(self) -> str:
        causes = [self.direct_cause, *points_in(self.indirect_causes)]
        return "\n".join([self.summary, *causes, *points_in(self.lessons)])

    def searched_keywords(self) -> list[str]:
        return [self.industry, self.accident_type, self.place, *self.tags.names()]

    def search_facts(self) -> dict[str, Any]:
        return {
            "industry": self.industry,
            "accident_type": self.accident_type,
            "level": self.level,
            "deaths": self.deaths,
        }
