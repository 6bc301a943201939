"""Listens to Wagtail: what is published is indexed, what is withdrawn is not."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from cms.domain.publishing import refresh_page, withdraw_page
from cms.models import BasePage


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
