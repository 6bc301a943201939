"""A real worker over a real broker, killed with -9 while it encodes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages

from lms.core.enums import JobState
from media_pipeline.enums import AssetState
from media_pipeline.models import Asset, Rendition, TranscodeJob
from tests.factories.media_pipeline import AssetFactory, TranscodeJobFactory

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120


@pytest.fixture
def data_dir(tmp_path, settings, use_storage):
    """A data directory that the worker shares with the test."""
    home = tmp_path / "site"
    local = "django.core.files.storage.FileSystemStorage"
    settings.DATA_DIR = home
    use_storage(
        {
            alias: {"BACKEND": local, "OPTIONS": {"location": str(home / alias)}}
            for alias in ("private", "media")
        }
    )
    return home


@pytest.fixture
def start_worker(data_dir):
    """Start a worker with beat on the test database; all of it ends with the test."""
    started = []

    def start():
        environment = os.environ | {
            "LMS_DATA_DIR": str(data_dir),
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "lms.settings",
            "LOG_LEVEL": "WARNING",
        }
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat"),
                *("--concurrency", "2", "--queues", "default,media"),
                *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=(data_dir / "worker.log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append(process)
        return process

    data_dir.mkdir()
    yield start
    for process in started:
        kill(process)


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def database_url():
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    host = f"{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{host}/{database['NAME']}"


def wait_for(condition, what, data_dir, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    log = (data_dir / "worker.log").read_text()[-3000:]
    pytest.fail(f"Waited in vain for {what}:\n{log}")


def encoders(data_dir):
    """Return the process ids of FFmpeg at work in this data directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            if b"ffmpeg" in command and str(data_dir).encode() in command:
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc (Linux)")
def test_a_worker_killed_in_mid_transcode_leaves_one_ready_video(
    data_dir, start_worker
):
    asset = AssetFactory(source=None)
    source = data_dir / "private" / f"asset/{asset.public_id}/source.mp4"
    source.parent.mkdir(parents=True)
    make_long_clip(source)
    Asset.objects.update(source=f"asset/{asset.public_id}/source.mp4")
    job = TranscodeJobFactory(asset=asset)

    first = start_worker()  # finds the job by itself: no message was ever sent
    wait_for(lambda: has_encoded_some(data_dir), "the first attempt", data_dir)
    kill(first)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)
    wait_for(lambda: not encoders(data_dir), "the encoder to die too", data_dir)
    # What an attempt leaves that was killed a little later, while it stored files.
    storage = storages["media"]
    leftover = f"asset/{asset.public_id}/{job.folder}/hls/360p/seg_00000.m4s"
    with (data_dir / "worker.log").open("rb") as content:
        storage.save(leftover, content)

    start_worker()
    wait_for(
        lambda: Asset.objects.get().state == AssetState.READY, "the video", data_dir
    )

    asset.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert asset.rendition_prefix == f"asset/{asset.public_id}/{job.pk}-2"
    assert TranscodeJob.objects.count() == 1
    assert Rendition.objects.filter(kind="mp4").count() == 1
    wait_for(
        lambda: not list((data_dir / "work" / "transcode").iterdir()),
        "tidying",
        data_dir,
    )
    wait_for(
        lambda: all(f"{job.pk}-2" in n for n in files(data_dir)), "one copy", data_dir
    )
    assert sum(name.endswith("video.mp4") for name in files(data_dir)) == 1


def files(data_dir):
    root = data_dir / "media"
    return [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]


def has_encoded_some(data_dir):
    parts = (data_dir / "work" / "transcode").glob("*/out/720p.mp4")
    return encoders(data_dir) and any(part.stat().st_size for part in parts)


def make_long_clip(path):
    """Make a video that takes some seconds to convert."""
    from media_pipeline.encoders.ffmpeg import quiet_command

    source = "testsrc2=size=1280x720:rate=30:d=40"
    command = [*quiet_command(), "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", str(path)]
    subprocess.run(command, check=True)
