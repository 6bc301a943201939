"""Conversion: claimed once, renewed, retried, switched, cleared away."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils.translation import override

from lms.core import clock, workers
from lms.core.enums import JobState
from lms.core.storage import media_storage
from media_pipeline.domain import sweeps, transcoding
from media_pipeline.domain.assets import create_asset, delete_asset, request_transcode
from media_pipeline.encoders import slots
from media_pipeline.encoders.errors import EncodingError
from media_pipeline.enums import AssetKind, AssetState, Failure
from media_pipeline.models import Asset, Rendition, TranscodeJob
from media_pipeline.signals import asset_ready
from tests.concurrency import at_once
from tests.factories.media_pipeline import AssetFactory, TranscodeJobFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

NAMES = ["hls/360p/index.m3u8", "hls/360p/init.mp4", "hls/360p/seg_00000.m4s"]
NAMES += ["hls/master.m3u8", "poster.jpg", "video.mp4"]


@pytest.fixture
def uploaded(clip):
    asset = create_asset(file=clip(), title="x", kind=AssetKind.VIDEO)
    return asset, TranscodeJob.objects.get(asset=asset)


@pytest.fixture
def ready_assets():
    told = []

    def receive(asset, **kwargs):
        told.append(asset.pk)

    asset_ready.connect(receive)
    yield told
    asset_ready.disconnect(receive)


def test_run_job_makes_the_video_ready(uploaded, stored, ready_assets):
    asset, job = uploaded

    assert transcoding.run_job(job_id=job.pk)

    asset.refresh_from_db()
    job.refresh_from_db()
    prefix = f"asset/{asset.public_id}/{job.pk}-1"
    assert (asset.state, asset.duration_seconds) == (AssetState.READY, 2.0)
    assert (asset.width, asset.height, asset.rendition_prefix) == (640, 360, prefix)
    assert (job.state, job.lease_expires_at, job.failure) == (JobState.DONE, None, "")
    assert stored("media") == [f"{prefix}/{name}" for name in NAMES]
    assert {(r.kind, r.name) for r in Rendition.objects.all()} == {
        ("hls", "master"),
        ("hls", "360p"),
        ("mp4", "video"),
        ("poster", "poster"),
    }
    assert ready_assets == [asset.pk]


def test_run_job_twice_does_the_work_once(uploaded, stored, ready_assets):
    _asset, job = uploaded
    transcoding.run_job(job_id=job.pk)
    before = stored("media")

    assert not transcoding.run_job(job_id=job.pk)

    job.refresh_from_db()
    assert (job.attempts, stored("media"), len(ready_assets)) == (1, before, 1)


def test_a_new_conversion_replaces_the_old_files(uploaded, stored):
    asset, job = uploaded
    transcoding.run_job(job_id=job.pk)
    again = request_transcode(asset=asset)

    transcoding.run_job(job_id=again.pk)

    asset.refresh_from_db()
    assert asset.rendition_prefix == f"asset/{asset.public_id}/{again.pk}-1"
    assert stored("media") == [f"{asset.rendition_prefix}/{name}" for name in NAMES]
    assert (
        Rendition.objects.filter(file__startswith=asset.rendition_prefix).count() == 4
    )


def test_nothing_is_claimed_while_the_host_is_busy(uploaded):
    _asset, job = uploaded

    with slots.media_slot() as has_slot:
        assert has_slot
        assert not transcoding.run_job(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


def test_slots_are_counted(settings):
    settings.MEDIA_TRANSCODE_CONCURRENCY = 2

    with slots.media_slot() as one, slots.media_slot() as two, slots.media_slot() as no:
        assert (one, two, no) == (True, True, False)
    with slots.media_slot() as again:
        assert again


def test_a_damaged_file_fails_at_once_in_words(stored):
    job = TranscodeJobFactory()

    transcoding.run_job(job_id=job.pk)

    job.refresh_from_db()
    job.asset.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.failure == Failure.UNREADABLE
    with override("en"):
        assert "damaged" in str(Failure(job.failure).label)
    assert job.asset.state == AssetState.FAILED
    assert stored("media") == []


def test_a_passing_fault_is_retried_later_and_then_given_up(
    uploaded, monkeypatch, stored
):
    asset, job = uploaded

    def fail(**kwargs):
        (kwargs["folder"] / "half.mp4").write_bytes(b"half")
        raise EncodingError(Failure.TIMEOUT, "stopped after 120 s")

    monkeypatch.setattr(transcoding, "encode_video", fail)
    waits = []
    for _attempt in range(transcoding.MAX_ATTEMPTS):
        before = clock.now()
        TranscodeJob.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
            run_after=None
        )
        assert transcoding.run_job(job_id=job.pk)
        job.refresh_from_db()
        if job.state == JobState.QUEUED:
            waits.append(round((job.run_after - before).total_seconds(), -1))

    asset.refresh_from_db()
    assert waits == [30, 60]
    assert (job.state, job.failure) == (JobState.FAILED, Failure.TIMEOUT)
    assert job.error == "stopped after 120 s"
    assert asset.state == AssetState.FAILED
    assert stored("media") == stored("data/work/transcode") == []


def test_a_job_that_waits_for_its_retry_is_not_claimed(uploaded):
    _asset, job = uploaded
    TranscodeJob.objects.update(run_after=clock.now() + timedelta(minutes=1))

    assert not transcoding.run_job(job_id=job.pk)


def test_a_failed_new_conversion_leaves_the_old_one_in_force(uploaded, monkeypatch):
    asset, job = uploaded
    transcoding.run_job(job_id=job.pk)
    again = request_transcode(asset=asset)

    def fail(**kwargs):
        raise EncodingError(Failure.UNREADABLE, "x")

    monkeypatch.setattr(transcoding, "encode_video", fail)
    transcoding.run_job(job_id=again.pk)

    asset.refresh_from_db()
    assert (asset.state, asset.rendition_prefix.endswith(f"{job.pk}-1")) == (
        AssetState.READY,
        True,
    )
    assert media_storage().exists(f"{asset.rendition_prefix}/video.mp4")


def test_a_storage_that_fails_is_a_reason_in_words(uploaded, monkeypatch):
    _asset, job = uploaded

    def fail(**kwargs):
        raise ConnectionError("bucket is away")

    monkeypatch.setattr(transcoding.files, "store_folder", fail)
    transcoding.run_job(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.failure) == (JobState.QUEUED, Failure.STORAGE)
    assert "bucket is away" in job.error


def test_a_worker_that_lost_its_lease_throws_its_work_away(
    uploaded, monkeypatch, stored, ready_assets
):
    asset, job = uploaded
    original = transcoding.encode_video

    def overtaken(**kwargs):
        video = original(**kwargs)
        TranscodeJob.objects.update(claimed_by="another", attempts=2)
        return video

    monkeypatch.setattr(transcoding, "encode_video", overtaken)
    transcoding.run_job(job_id=job.pk)

    asset.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, job.claimed_by) == (JobState.RUNNING, "another")
    assert asset.rendition_prefix == ""
    assert (stored("media"), ready_assets) == ([], [])


def test_the_lease_is_renewed_while_working(uploaded):
    _asset, job = uploaded
    TranscodeJob.objects.update(
        state=JobState.RUNNING,
        claimed_by="me",
        attempts=1,
        lease_expires_at=clock.now(),
    )
    job.refresh_from_db()
    lease = transcoding.Lease(job)

    lease.renew()

    renewed = TranscodeJob.objects.get(pk=job.pk).lease_expires_at
    assert renewed - clock.now() > timedelta(seconds=transcoding.LEASE_SECONDS - 5)
    TranscodeJob.objects.update(claimed_by="another")
    lease.renew()  # not due again yet: no query is spent
    lease.renew_at = clock.now()
    with pytest.raises(transcoding.LeaseLost):
        lease.renew()


def test_a_dead_attempts_files_are_removed(uploaded, stored):
    asset, job = uploaded
    from django.core.files.base import ContentFile

    left = f"asset/{asset.public_id}/{job.pk}-1/hls/360p/seg_00000.m4s"
    media_storage().save(left, ContentFile(b"half"))
    TranscodeJob.objects.update(
        state=JobState.RUNNING,
        attempts=1,
        claimed_by="elsewhere:1:1",
        lease_expires_at=clock.now() - timedelta(seconds=1),
    )

    transcoding.run_job(job_id=job.pk)

    asset.refresh_from_db()
    assert asset.rendition_prefix.endswith(f"{job.pk}-2")
    assert stored("media") == [f"{asset.rendition_prefix}/{name}" for name in NAMES]


def test_a_live_lease_is_respected(uploaded):
    _asset, job = uploaded
    TranscodeJob.objects.update(
        state=JobState.RUNNING,
        attempts=1,
        claimed_by="elsewhere:1:1",
        lease_expires_at=clock.now() + timedelta(seconds=30),
    )

    assert not transcoding.run_job(job_id=job.pk)


def test_a_job_that_kills_every_worker_is_given_up():
    job = TranscodeJobFactory(
        state=JobState.RUNNING,
        attempts=transcoding.MAX_ATTEMPTS,
        claimed_by="elsewhere:1:1",
        lease_expires_at=clock.now() - timedelta(seconds=1),
    )

    transcoding.run_job(job_id=job.pk)

    job.refresh_from_db()
    job.asset.refresh_from_db()
    assert (job.state, job.failure) == (JobState.FAILED, Failure.WORKER_LOST)
    assert job.asset.state == AssetState.FAILED


# --- sweeps ---


def test_the_sweep_sends_for_waiting_and_abandoned_jobs(
    monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(
        sweeps.transcode_asset, "delay_on_commit", lambda key: sent.append(key)
    )
    now = clock.now()
    later, past = now + timedelta(minutes=1), now - timedelta(minutes=1)
    waiting = TranscodeJobFactory()
    due = TranscodeJobFactory(run_after=past)
    TranscodeJobFactory(run_after=later)
    expired = TranscodeJobFactory(
        state=JobState.RUNNING, claimed_by="elsewhere:1:1", lease_expires_at=past
    )
    dead = TranscodeJobFactory(
        state=JobState.RUNNING,
        claimed_by=workers.worker_identity().rsplit(":", 1)[0] + ":1",
        lease_expires_at=later,
    )
    TranscodeJobFactory(
        state=JobState.RUNNING,
        claimed_by=workers.worker_identity(),
        lease_expires_at=later,
    )
    for state in (JobState.DONE, JobState.FAILED):
        TranscodeJobFactory(state=state)

    assert sweeps.wake_transcodes(now=now) == 4
    assert sent == [waiting.pk, due.pk, expired.pk, dead.pk]
    sent.clear()
    assert sweeps.wake_next(now=now) == 1
    assert sent == [waiting.pk]


def test_who_is_dead():
    own = workers.worker_identity()
    host, pid, _started = own.split(":")

    assert not workers.is_dead(own)
    assert workers.is_dead(f"{host}:{pid}:1")  # the id was given to another process
    assert workers.is_dead(f"{host}:99999999:1")
    assert not workers.is_dead("another-host:99999999:1")
    assert not workers.is_dead("")


def test_the_sweep_removes_scratch_of_attempts_that_no_longer_run(settings):
    live = TranscodeJobFactory(
        state=JobState.RUNNING,
        attempts=2,
        claimed_by=workers.worker_identity(),
        lease_expires_at=clock.now() + timedelta(minutes=1),
    )
    root = settings.DATA_DIR / "work" / "transcode"
    for name in (f"{live.pk}-1", f"{live.pk}-2", "999-1"):
        (root / name).mkdir(parents=True)

    sweeps.wake_transcodes(now=clock.now())

    assert [p.name for p in root.iterdir()] == [f"{live.pk}-2"]


def test_files_of_deleted_assets_go_after_a_day(uploaded, stored, frozen_now):
    asset, job = uploaded
    transcoding.run_job(job_id=job.pk)
    keep = AssetFactory()
    TranscodeJob.objects.all().delete()
    delete_asset(asset=asset, by=None)

    assert sweeps.remove_orphaned_files(now=clock.now()) == 0
    far = clock.now() + timedelta(days=4000)
    assert sweeps.remove_orphaned_files(now=far) == 2

    assert stored("media") == []
    assert stored("private") == [f"asset/{keep.public_id}/source.mp4"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_one_job_once(clip, stored, settings, monkeypatch):
    settings.MEDIA_TRANSCODE_CONCURRENCY = 4
    asset = create_asset(file=clip(), title="x", kind=AssetKind.VIDEO)
    Asset.objects.update(state=AssetState.UPLOADED, rendition_prefix="")
    Rendition.objects.all().delete()
    TranscodeJob.objects.all().delete()
    job = TranscodeJobFactory(asset=asset)
    encoded = []
    original = transcoding.encode_video
    monkeypatch.setattr(
        transcoding,
        "encode_video",
        lambda **kwargs: encoded.append(1) or original(**kwargs),
    )
    at_once(*[partial(transcoding.run_job, job_id=job.pk)] * 4)

    asset.refresh_from_db()
    job.refresh_from_db()
    assert (len(encoded), job.attempts, job.state) == (1, 1, JobState.DONE)
    assert stored("media") == [f"{asset.rendition_prefix}/{name}" for name in NAMES]
