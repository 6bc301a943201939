"""Assets of the sample lessons.

The sample course's videos are made here, so that the worker only has to convert them;
those of the long courses are announced, and the worker makes them afterwards.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lms.demo.lesson_videos import PREFIX, course_scripts, keep_video, sample_scripts
from lms.demo.slides.script import Script
from lms.demo.slides.video import RenderedLesson, render_lesson
from media_pipeline.domain.assets import announce_asset
from media_pipeline.enums import AssetState
from media_pipeline.models import Asset

RENDERERS = 2
UNSETTLED = (AssetState.ANNOUNCED, AssetState.UPLOADED, AssetState.PROCESSING)


def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Make the sample course's videos and announce all others; safe to repeat."""
    samples = [(s, _announce(s)) for s in sample_scripts(content_dir)]
    for script in course_scripts(content_dir):
        _announce(script)
    waiting = [(s, a) for s, a in samples if a.state == AssetState.ANNOUNCED]
    with tempfile.TemporaryDirectory(prefix="anxue-lessons-") as folder:
        # Threads: drawing and encoding happen outside of Python's lock.
        with ThreadPoolExecutor(RENDERERS) as pool:
            rendered = list(pool.map(lambda w: _render(w[0], Path(folder)), waiting))
        for (script, asset), video in zip(waiting, rendered, strict=True):
            keep_video(asset=asset, script=script, rendered=video)
            log(f"video {script.slug} ({script.language}): {video.seconds:.0f} s")


def _announce(script: Script) -> Asset:
    return announce_asset(reference=script.reference, title=script.title)


def _render(script: Script, folder: Path) -> RenderedLesson:
    own = folder / f"{script.slug}-{script.language}"
    own.mkdir()
    return render_lesson(script=script, folder=own)


def asset_for_lesson(slug: str, language: str = "zh-hans") -> Asset | None:
    """Return a lesson's asset in a language, else the Chinese one, else None."""
    names = [f"{PREFIX}{slug}:{code}" for code in (language, "zh-hans")]
    found = {a.reference: a for a in Asset.objects.filter(reference__in=names)}
    return found.get(names[0]) or found.get(names[1])


def sample_videos_ready() -> bool:
    """Return whether the sample course's videos are settled: nothing to wait for."""
    references = [script.reference for script in sample_scripts()]
    assets = Asset.objects.filter(reference__in=references)
    settled = assets.exclude(state__in=UNSETTLED).count()
    return settled == len(references)
