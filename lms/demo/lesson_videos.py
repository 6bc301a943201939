"""Videos of the sample lessons: which there are, and making one of them.

A lesson whose asset is only announced still waits for its video: that row is the job.
"""

import json
import logging
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.files.base import File

from lms.core import clock
from lms.demo.slides.script import Script, read_script
from lms.demo.slides.video import RenderedLesson, render_lesson
from media_pipeline.domain.assets import attach_source
from media_pipeline.domain.captions import CaptionInput
from media_pipeline.domain.sweeps import wake_next
from media_pipeline.encoders.slots import media_slot
from media_pipeline.models import Asset

logger = logging.getLogger(__name__)

CONTENT_DIR = Path(__file__).parent / "content"
SAMPLE_FILE = Path("slides") / "quick_start.json"
LANGUAGES = ("zh-hans", "en")
PREFIX = "demo:lesson:"
CAPTION_LABELS = {"zh-hans": "中文", "en": "English"}
RETRY_SECONDS = 3600


def sample_scripts(content_dir: Path = CONTENT_DIR) -> list[Script]:
    """Return the lessons of the sample course, in both languages."""
    content = json.loads((content_dir / SAMPLE_FILE).read_text())
    return [
        read_script(
            slug=lesson["slug"],
            language=language,
            course=content["course"][language],
            lesson=lesson[language],
        )
        for language in LANGUAGES
        for lesson in content["lessons"]
    ]


def course_scripts(content_dir: Path = CONTENT_DIR) -> list[Script]:
    """Return the lessons with slides of the other courses, which are in Chinese."""
    scripts = []
    for path in sorted((content_dir / "courses").glob("*.json")):
        course = json.loads(path.read_text())
        for lesson in _lessons(course):
            scripts.append(
                read_script(
                    slug=lesson["slug"],
                    language="zh-hans",
                    course=course["title"],
                    lesson=lesson,
                )
            )
    sample = {script.slug for script in sample_scripts(content_dir)}
    return [script for script in scripts if script.slug not in sample]


def _lessons(course: dict[str, Any]) -> list[dict[str, Any]]:
    modules = course.get("modules", [])
    lessons = [lesson for module in modules for lesson in module.get("lessons", [])]
    return [
        lesson
        for lesson in lessons
        if lesson.get("slides") and all(s.get("narration") for s in lesson["slides"])
    ]


@lru_cache(maxsize=1)
def _by_reference() -> dict[str, Script]:
    return {s.reference: s for s in [*sample_scripts(), *course_scripts()]}


def keep_video(*, asset: Asset, script: Script, rendered: RenderedLesson) -> None:
    """Upload a rendered lesson as a teacher would; its conversion follows."""
    captions = CaptionInput(
        language=script.language,
        label=CAPTION_LABELS[script.language],
        text=rendered.captions,
    )
    with rendered.path.open("rb") as source:
        attach_source(asset=asset, file=File(source, "lesson.mp4"), captions=[captions])


def waiting_references() -> list[str]:
    """Return the lessons that wait for a video, without those that just failed."""
    waiting = Asset.objects.announced().filter(reference__startswith=PREFIX)
    references = waiting.order_by("pk").values_list("reference", flat=True)
    return [r for r in references if not cache.get(_failed_key(r))]


def render_lesson_video(*, reference: str) -> bool:
    """Make one lesson's video if it still waits and the host has a free slot.

    Returns whether it was made. A second call, or one beside a conversion, does
    nothing; the sweep sends for it again.
    """
    script = _by_reference().get(reference)
    asset = Asset.objects.announced().filter(reference=reference).first()
    if script is None or asset is None:
        return False
    with media_slot() as has_slot:
        if not has_slot:
            return False
        try:
            with tempfile.TemporaryDirectory(prefix="anxue-lesson-") as folder:
                rendered = render_lesson(script=script, folder=Path(folder))
                keep_video(asset=asset, script=script, rendered=rendered)
        except Exception:
            # One bad lesson must not keep the others waiting.
            cache.set(_failed_key(reference), True, RETRY_SECONDS)
            logger.exception("The video of %s could not be made", reference)
            return False
    wake_next(now=clock.now())
    return True


def _failed_key(reference: str) -> str:
    return f"demo-video-failed:{reference}"
