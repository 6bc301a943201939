"""The loader of lesson videos: the sample course first, the others in the worker."""

from pathlib import Path

import pytest

from lms.demo import lesson_videos, tasks
from lms.demo.loaders import media as loader
from lms.demo.slides.video import RenderedLesson
from media_pipeline.encoders.slots import media_slot
from media_pipeline.enums import AssetState
from media_pipeline.models import Asset, CaptionTrack, TranscodeJob
from tests.factories.media_pipeline import WEBVTT, clip_bytes

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def quick(settings, tmp_path, monkeypatch):
    """Clips instead of lessons, so that only the loading is tried."""
    settings.DATA_DIR = tmp_path / "data"
    made = []

    def render(*, script, folder):
        made.append(script.reference)
        path = Path(folder) / "lesson.mp4"
        path.write_bytes(clip_bytes() + script.reference.encode())
        return RenderedLesson(path, WEBVTT, 2.0)

    monkeypatch.setattr(loader, "render_lesson", render)
    monkeypatch.setattr(lesson_videos, "render_lesson", render)
    return made


def load():
    loader.load(content_dir=lesson_videos.CONTENT_DIR, log=lambda line: None)


def test_loading_makes_the_sample_videos_and_announces_the_others(quick):
    load()

    samples = [s.reference for s in lesson_videos.sample_scripts()]
    assert sorted(quick) == sorted(samples)
    assert len(samples) == 4
    uploaded = Asset.objects.filter(state=AssetState.UPLOADED)
    assert {a.reference for a in uploaded} == set(samples)
    assert TranscodeJob.objects.count() == CaptionTrack.objects.count() == 4
    courses = len(lesson_videos.course_scripts())
    assert Asset.objects.announced().count() == courses
    assert courses > 15


def test_loading_twice_changes_nothing(quick):
    load()
    before = list(Asset.objects.order_by("pk").values())

    load()

    assert list(Asset.objects.order_by("pk").values()) == before
    assert len(quick) == 4


def test_a_lesson_finds_its_asset_by_language():
    load()
    find = loader.asset_for_lesson

    assert find("q1-rights-and-duties").reference.endswith(":zh-hans")
    assert find("q1-rights-and-duties", "en").reference.endswith(":en")
    assert find("w1-first-lesson-and-rights", "en").reference.endswith(":zh-hans")
    assert find("no-such-lesson") is None


def test_waiting_ends_when_every_sample_video_is_settled():
    assert not loader.sample_videos_ready()
    load()
    assert not loader.sample_videos_ready()

    samples = [s.reference for s in lesson_videos.sample_scripts()]
    Asset.objects.filter(reference__in=samples).update(state=AssetState.READY)
    assert loader.sample_videos_ready()
    Asset.objects.filter(reference=samples[0]).update(state=AssetState.FAILED)
    assert loader.sample_videos_ready()


def test_the_worker_makes_one_waiting_lesson_at_a_time(quick):
    load()
    quick.clear()
    reference = lesson_videos.waiting_references()[0]

    with media_slot():
        assert not lesson_videos.render_lesson_video(reference=reference)
    assert lesson_videos.render_lesson_video(reference=reference)
    assert not lesson_videos.render_lesson_video(reference=reference)
    assert not lesson_videos.render_lesson_video(reference="demo:lesson:none:zh-hans")

    assert quick == [reference]
    assert Asset.objects.get(reference=reference).state == AssetState.UPLOADED
    assert reference not in lesson_videos.waiting_references()


def test_a_lesson_that_fails_lets_the_others_pass(monkeypatch):
    load()
    first, second = lesson_videos.waiting_references()[:2]

    def fail(**kwargs):
        raise OSError("no font")

    monkeypatch.setattr(lesson_videos, "render_lesson", fail)
    assert not lesson_videos.render_lesson_video(reference=first)

    assert lesson_videos.waiting_references()[0] == second
    assert Asset.objects.get(reference=first).state == AssetState.ANNOUNCED


def test_the_sweep_sends_for_the_next_lesson(monkeypatch):
    load()
    sent = []
    monkeypatch.setattr(tasks.render_lesson_video, "delay", sent.append)

    tasks.sweep_lesson_videos()
    tasks.render_next()

    assert sent == [lesson_videos.waiting_references()[0]] * 2
