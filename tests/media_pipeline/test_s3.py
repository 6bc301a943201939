"""The same story on an S3 server over HTTP: upload, convert, play."""

import re
import urllib.request
from uuid import uuid4

import pytest

from lms.core import clock
from lms.core.storage import media_storage, private_storage
from media_pipeline.domain import transcoding
from media_pipeline.domain.assets import create_asset, delete_asset, request_transcode
from media_pipeline.domain.captions import CaptionInput
from media_pipeline.domain.files import list_folders, remove_folder
from media_pipeline.domain.grants import issue_grant
from media_pipeline.domain.sources import player_sources
from media_pipeline.enums import AssetKind
from media_pipeline.models import Asset, TranscodeJob
from tests.factories.media_pipeline import WEBVTT

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def bucket(use_storage, monkeypatch):
    moto = pytest.importorskip("moto.server", reason="pip install moto[server]")
    import boto3

    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    # The server keeps its buckets in memory of this process, beyond its own end.
    name = f"anxue-{uuid4().hex[:12]}"
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s"}
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)
    client.create_bucket(Bucket=name)
    use_storage(
        {
            alias: {
                "BACKEND": "storages.backends.s3.S3Storage",
                "OPTIONS": {
                    "bucket_name": name,
                    "location": alias,
                    "endpoint_url": endpoint,
                    "access_key": "k",
                    "secret_key": "s",
                    "region_name": "us-east-1",
                    "file_overwrite": False,
                    "querystring_auth": True,
                    "querystring_expire": 3600,
                },
            }
            for alias in ("private", "media")
        }
    )
    yield lambda: sorted(
        o["Key"] for o in client.list_objects_v2(Bucket=name).get("Contents", [])
    )
    server.stop()


def test_upload_convert_and_play_through_a_bucket(bucket, clip, client):
    asset = create_asset(
        file=clip(),
        title="x",
        kind=AssetKind.VIDEO,
        captions=[CaptionInput("zh-hans", "中文", WEBVTT)],
    )
    job = TranscodeJob.objects.get()
    assert transcoding.run_job(job_id=job.pk)
    asset.refresh_from_db()

    keys = bucket()
    assert f"private/asset/{asset.public_id}/source.mp4" in keys
    assert f"media/{asset.rendition_prefix}/hls/master.m3u8" in keys

    grant = issue_grant(
        asset=asset, subject="a", session="b", now=clock.now(), ttl_seconds=60
    )
    sources = player_sources(asset=asset, grant=grant)
    # Playlists and captions come from our own address: what they name stays relative.
    master = client.get(sources.hls_url)
    assert master.status_code == 200
    assert b"360p/index.m3u8" in b"".join(master.streaming_content)
    base = sources.hls_url.rpartition("/")[0]
    playlist = client.get(f"{base}/360p/index.m3u8")
    segments = re.findall(rb"^[^#\n].*$", b"".join(playlist.streaming_content), re.M)
    captions = client.get(sources.captions[0].url)
    assert b"".join(captions.streaming_content).startswith(b"WEBVTT")
    # Everything large is a redirect to a signed address that really delivers.
    for address in (f"{base}/360p/{segments[0].decode()}", sources.mp4_url):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "Signature" in answer["Location"]
        assert answer["Cache-Control"] == "private, max-age=300"
        ranged = urllib.request.Request(
            answer["Location"], headers={"Range": "bytes=0-15"}
        )
        with urllib.request.urlopen(ranged, timeout=10) as response:
            assert response.status == 206
            assert len(response.read()) == 16


def test_superseded_and_deleted_files_leave_the_bucket(bucket, clip):
    asset = create_asset(file=clip(), title="x", kind=AssetKind.VIDEO)
    transcoding.run_job(job_id=TranscodeJob.objects.get().pk)
    again = request_transcode(asset=asset)
    transcoding.run_job(job_id=again.pk)
    asset.refresh_from_db()

    home = f"asset/{asset.public_id}"
    assert list_folders(media_storage(), home) == [f"{again.pk}-1"]
    TranscodeJob.objects.all().delete()
    delete_asset(asset=Asset.objects.get(), by=None)
    for storage in (media_storage(), private_storage()):
        remove_folder(storage=storage, prefix=home)
    assert bucket() == []
