"""Listens to Wagtail and to the media pipeline: what a course asks for may change."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

import courses.domain.statement_sources  # noqa: F401 -- registers what it tells
from cms.domain.publishing import store_citations
from cms.models import Citation
from courses.domain.publishing import rebuild_syllabus
from courses.models import CoursePage, LessonPage, ModulePage
from courses.units import unit_types
from media_pipeline.models import Asset
from media_pipeline.signals import asset_ready


@dataclass(frozen=True)
class Rebuild:
    """What runs after the commit; equal ones are one."""

    course_key: UUID

    def __call__(self) -> None:
        rebuild_syllabus(course_key=self.course_key)


def rebuild_after_commit(course_key: UUID) -> None:
    """Compare the course with its syllabus once, however many pages have changed.

    A rollback drops the request together with the change.
    """
    rebuild = Rebuild(course_key)
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] == rebuild for entry in waiting):
        transaction.on_commit(rebuild)


def _course_key_of(page: Page) -> UUID | None:
    if not isinstance(page, (CoursePage, ModulePage, *unit_types())):
        return None
    courses = CoursePage.objects.ancestor_of(page, inclusive=True)
    return courses.values_list("translation_key", flat=True).first()


@receiver(page_published)
@receiver(page_unpublished)
@receiver(post_page_move)
def on_page_changed(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    key = _course_key_of(instance)
    if key is not None:
        rebuild_after_commit(key)


@receiver(page_published, sender=CoursePage)
def on_course_published(
    sender: type[CoursePage], instance: CoursePage, **kwargs: Any
) -> None:
    """What lessons cite is seen by whom the course is for."""
    lessons = LessonPage.objects.live().descendant_of(instance).select_related("locale")
    keys = [str(lesson.translation_key) for lesson in lessons]
    stale = (
        Citation.objects.filter(source_kind="lesson", source_key__in=keys)
        .exclude(
            audience=instance.audience, organization_id=instance.owner_organization_id
        )
        .values_list("source_key", flat=True)
    )
    wanted = set(stale)
    for lesson in lessons:
        if str(lesson.translation_key) in wanted:
            store_citations(page=lesson)


@receiver(asset_ready)
def on_asset_ready(sender: Any, asset: Asset, **kwargs: Any) -> None:
    """The length of a video is known now: new learners get it in their syllabus."""
    for lesson in LessonPage.objects.live().filter(asset=asset):
        key = _course_key_of(lesson)
        if key is not None:
            rebuild_after_commit(key)
