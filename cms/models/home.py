from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from cms.models.base import BasePage


class HomePage(BasePage):
    """The front door: search first, then what is new."""

    lead = models.CharField(_("lead"), max_length=120, blank=True)
    search_hint = models.CharField(
        _("example in the search field"), max_length=80, blank=True
    )

    parent_page_types = ["wagtailcore.Page"]
    template = "cms/home_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("search_hint"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")
