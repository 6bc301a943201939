"""The first page of the admin: what waits for the person who opened it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.components import Component

from lms.reporting.domain.editing import (
    Shortlist,
    drafts_of,
    failed_videos,
    items_to_recheck,
    site_numbers,
)


class ShortlistPanel(Component):
    """A short list of things to do, each a link to where it is done."""

    template_name = "portal/admin/shortlist.html"

    def __init__(
        self,
        *,
        name: str,
        heading: Any,
        icon: str,
        order: int,
        found: Shortlist,
        edit_url: str,
        index_url: str = "",
        query: str = "",
    ) -> None:
        self.order = order
        self.context = {
            "name": name,
            "heading": heading,
            "icon_name": icon,
            "found": found,
            "edit_url": edit_url,
            "index_url": index_url,
            "query": query,
        }

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return self.context


def drafts_panel(user: Any) -> ShortlistPanel:
    return ShortlistPanel(
        name="my-drafts",
        heading=_("My drafts"),
        icon="draft",
        order=110,
        found=drafts_of(user),
        edit_url="wagtailadmin_pages:edit",
    )


def items_panel(user: Any) -> ShortlistPanel:
    return ShortlistPanel(
        name="items-to-recheck",
        heading=_("Items to look at again"),
        icon="help",
        order=120,
        found=items_to_recheck(user),
        edit_url="items:edit",
        index_url="items:index",
        query="status=needs_recheck",
    )


def videos_panel(user: Any) -> ShortlistPanel:
    return ShortlistPanel(
        name="failed-videos",
        heading=_("Videos that could not be converted"),
        icon="warning",
        order=130,
        found=failed_videos(user),
        edit_url="media_assets:edit",
        index_url="media_assets:index",
        query="state=failed",
    )


PANELS: tuple[Callable[[Any], ShortlistPanel], ...] = (
    drafts_panel,
    items_panel,
    videos_panel,
)


class AllDonePanel(Component):
    """Shown when nothing waits: a blank page would look broken."""

    template_name = "portal/admin/all_done.html"
    order = 140


@hooks.register("construct_homepage_panels")
def add_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Put the person's own work on the first page, after what waits for review."""
    made = [make(request.user) for make in PANELS]
    own = [panel for panel in made if panel.context["found"].rows]
    panels.extend(own or [AllDonePanel()])


class NumbersSummaryItem(SummaryItem):
    """The size of the site in words."""

    order = 100
    template_name = "portal/admin/numbers.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"numbers": site_numbers(self.request.user)}


@hooks.register("construct_homepage_summary_items", order=1000)
def replace_summary(request: HttpRequest, items: list[SummaryItem]) -> None:
    """Show our numbers instead of pages, images and documents."""
    items[:] = [NumbersSummaryItem(request)]
