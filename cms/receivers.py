"""Listens to Wagtail: what is published is indexed, what is withdrawn is not."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.models import Page, Site
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from cms.domain.publishing import refresh_page, withdraw_page
from cms.models import BasePage


def give_site_its_address(sender: Any, **kwargs: Any) -> None:
    """Let whole addresses of pages, as in Wagtail's mails, begin with SITE_URL."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return
    parts = urlsplit(settings.SITE_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if (site.hostname, site.port) != (parts.hostname, port):
        site.hostname, site.port = parts.hostname or "localhost", port
        site.save()


@receiver(page_published)
def on_page_published(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, BasePage):
        refresh_page(page=instance)


@receiver(page_unpublished)
def on_page_unpublished(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, BasePage):
        withdraw_page(page=instance)


@receiver(pre_delete)
def on_page_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, BasePage):
        withdraw_page(page=instance)


@receiver(page_slug_changed)
@receiver(post_page_move)
def on_address_changed(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """Every address below has changed: index and citations name addresses."""
    pages = instance.get_descendants(inclusive=True).live().specific()
    for page in pages:
        if isinstance(page, BasePage):
            refresh_page(page=page)
