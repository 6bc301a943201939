"""Videos of the content courses are made in the worker, one after another."""

from typing import Any

from celery import shared_task
from django.dispatch import receiver

from media_pipeline.signals import asset_ready


@shared_task(name="demo.render_lesson_video")
def render_lesson_video(reference: str) -> None:
    from lms.demo.lesson_videos import render_lesson_video as render  # noqa: PLC0415 -- task body

    render(reference=reference)


@shared_task(name="demo.sweep_lesson_videos")
def sweep_lesson_videos() -> None:
    from lms.demo.lesson_videos import waiting_references  # noqa: PLC0415 -- task body

    for reference in waiting_references()[:1]:
        render_lesson_video.delay(reference)


@receiver(asset_ready, dispatch_uid="demo.render_next")
def render_next(**kwargs: Any) -> None:
    """The slot has just become free: go on with the next lesson at once."""
    sweep_lesson_videos.delay()
