"""What every page of the site has."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index

from cms.contexts import build_context
from cms.enums import SourceState


class BasePage(Page):
    """Abstract root of all page types; each declares its `parent_page_types`."""

    # How citations of this page are stored (`CitationSource`), None: it cites nothing.
    citation_kind: ClassVar[str | None] = None
    # How search lists this page (`EntryType`), None: it is not searched.
    entry_type: ClassVar[str | None] = None

    summary = models.TextField(
        _("summary"),
        blank=True,
        help_text=_("One or two sentences for lists, search and shared links."),
    )

    content_panels = [*Page.content_panels, FieldPanel("summary")]
    search_fields = [*Page.search_fields, index.SearchField("summary")]

    class Meta:
        abstract = True

    def get_context(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["crumbs"] = self.crumbs(request)
        return context | build_context(self, request)

    def crumbs(self, request: HttpRequest) -> list[dict[str, str]]:
        """The way from the home page to this one, as titles and addresses."""
        ancestors = self.get_ancestors().filter(depth__gte=2).select_related("locale")
        above = list(ancestors)
        if above and above[-1].locale_id == self.locale_id:
            # The templates ask for the language of the page: it is read already.
            self.locale = above[-1].locale
        crumbs = [
            {"title": page.title, "url": page.get_url(request) or ""} for page in above
        ]
        return [*crumbs, {"title": self.title, "url": ""}]

    def cited_articles(self) -> list[dict[str, str]]:
        """The authored citations as `{"law", "article", "why"}`, in order."""
        return []

    def searched_text(self) -> str:
        """The text that search looks through and takes its snippets from."""
        return self.summary

    def searched_keywords(self) -> list[str]:
        """Words that find the page though its text may not contain them."""
        return []

    def search_facts(self) -> dict[str, Any]:
        """What filters and result lists know of it; JSON values only."""
        return {}


class SourcedPage(models.Model):
    """A page whose facts have a source state that readers see."""

    source_state = models.CharField(
        _("source state"),
        max_length=30,
        choices=SourceState.choices,
        default=SourceState.TO_BE_CHECKED,
    )
    source_note = models.TextField(_("source note"), blank=True)

    source_panels: ClassVar = [FieldPanel("source_state"), FieldPanel("source_note")]

    class Meta:
        abstract = True


def citations_in(stream: Any) -> list[dict[str, str]]:
    """Return the citations of a stream, wherever in its blocks they stand."""
    found: list[dict[str, str]] = []
    for block in stream or []:
        values = [block.value] if block.block_type == "citation" else []
        if hasattr(block.value, "get"):
            values += list(block.value.get("citations") or [])
        found += [
            {"law": v["law"], "article": v["article"], "why": v.get("why") or ""}
            for v in values
        ]
    return found


def points_in(stream: Any) -> list[str]:
    """Return the texts of a stream of points."""
    return [str(block.value) for block in stream or []]
