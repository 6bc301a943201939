"""Questions and answers, check-lists and topic pages."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks import ChecklistBlocks, CitationsBlock, PointsBlock, TopicBlocks
from cms.enums import CitationSource, EntryType
from cms.models.base import BasePage, SourcedPage, citations_in, points_in


class FaqIndexPage(BasePage):
    parent_page_types = ["cms.HomePage"]
    max_count_per_parent = 1
    template = "cms/faq_index_page.html"

    class Meta:
        verbose_name = _("questions and answers")
        verbose_name_plural = _("questions and answers")


class FaqPage(SourcedPage, BasePage):  # type: ignore[django-manager-missing]
    """The title is the question."""

    citation_kind = CitationSource.FAQ
    entry_type = EntryType.FAQ

    answer = models.TextField(_("answer"))
    category = models.CharField(_("category"), max_length=60, blank=True)
    effective_from = models.DateField(_("true since"), null=True, blank=True)
    alternatives = StreamField(
        PointsBlock(),
        verbose_name=_("other ways to ask it"),
        blank=True,
        help_text=_("Found by search, not shown."),
    )
    citations = StreamField(
        CitationsBlock(), verbose_name=_("cited articles"), blank=True
    )

    parent_page_types = ["cms.FaqIndexPage"]
    subpage_types: list[str] = []
    template = "cms/faq_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("answer"),
        FieldPanel("category"),
        FieldPanel("effective_from"),
        FieldPanel("alternatives"),
        FieldPanel("citations"),
        *SourcedPage.source_panels,
    ]

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")

    def cited_articles(self) -> list[dict[str, str]]:
        return citations_in(self.citations)

    def searched_text(self) -> str:
        return self.answer

    def searched_keywords(self) -> list[str]:
        return [self.category, *points_in(self.alternatives)]

    def search_facts(self) -> dict[str, Any]:
        return {"category": self.category}


class ChecklistIndexPage(BasePage):
    parent_page_types = ["cms.HomePage"]
    max_count_per_parent = 1
    template = "cms/checklist_index_page.html"

    class Meta:
        verbose_name = _("check-list library")
        verbose_name_plural = _("check-list libraries")


class ChecklistPage(SourcedPage, BasePage):  # type: ignore[django-manager-missing]
    citation_kind = CitationSource.CHECKLIST
    entry_type = EntryType.CHECKLIST

    industry = models.CharField(_("industry"), max_length=60, blank=True)
    items = StreamField(ChecklistBlocks(), verbose_name=_("checks"), blank=True)

    parent_page_types = ["cms.ChecklistIndexPage"]
    subpage_types: list[str] = []
    template = "cms/checklist_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("industry"),
        FieldPanel("items"),
        *SourcedPage.source_panels,
    ]

    class Meta:
        verbose_name = _("check-list")
        verbose_name_plural = _("check-lists")

    def cited_articles(self) -> list[dict[str, str]]:
        return citations_in(self.items)

    def searched_text(self) -> str:
        return "\n".join(block.value["question"] for block in self.items or [])

    def searched_keywords(self) -> list[str]:
        return [self.industry]

    def search_facts(self) -> dict[str, Any]:
        return {"industry": self.industry}


class TopicIndexPage(BasePage):
    parent_page_types = ["cms.HomePage"]
    max_count_per_parent = 1
    template = "cms/topic_index_page.html"

    class Meta:
        verbose_name = _("topic library")
        verbose_name_plural = _("topic libraries")


class TopicPage(SourcedPage, BasePage):  # type: ignore[django-manager-missing]
    citation_kind = CitationSource.TOPIC
    entry_type = EntryType.TOPIC

    sections = StreamField(TopicBlocks(), verbose_name=_("sections"), blank=True)

    parent_page_types = ["cms.TopicIndexPage"]
    subpage_types: list[str] = []
    template = "cms/topic_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("sections"),
        *SourcedPage.source_panels,
    ]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def cited_articles(self) -> list[dict[str, str]]:
        return citations_in(self.sections)

    def searched_text(self) -> str:
        lines = [self.summary]
        for block in self.sections or []:
            lines += [block.value["heading"], *block.value["items"]]
        return "\n".join(lines)
