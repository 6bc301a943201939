"""Assets for tests: the valid minimum, without running FFmpeg."""

import hashlib
from functools import lru_cache

import factory
from django.core.files.base import ContentFile

from lms.core.storage import media_storage
from media_pipeline.enums import AssetKind, AssetState, RenditionKind
from media_pipeline.models import Asset, CaptionTrack, Rendition, TranscodeJob

WEBVTT = "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\n安全第一\n"


class AssetFactory(factory.django.DjangoModelFactory):
    """An uploaded video that waits for its conversion; its file is a few bytes."""

    class Meta:
        model = Asset

    kind = AssetKind.VIDEO
    title = factory.Sequence(lambda n: f"视频{n}")
    state = AssetState.UPLOADED
    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    source = factory.LazyFunction(lambda: ContentFile(b"not a video", "clip.mp4"))


class TranscodeJobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TranscodeJob

    asset = factory.SubFactory(AssetFactory)


def make_ready(asset: Asset, *, files: dict[str, bytes] | None = None) -> Asset:
    """Give an asset renditions of a few bytes, as if it had been converted."""
    prefix = f"asset/{asset.public_id}/1-1"
    contents = {
        "hls/master.m3u8": b"#EXTM3U\n360p/index.m3u8\n",
        "hls/360p/index.m3u8": b"#EXTM3U\ninit.mp4\nseg_00000.m4s\n",
        "hls/360p/init.mp4": b"init",
        "hls/360p/seg_00000.m4s": b"segment",
        "video.mp4": bytes(range(256)) * 4,
        "poster.jpg": b"\xff\xd8\xff poster",
    }
    for name, content in (contents | (files or {})).items():
        media_storage().save(f"{prefix}/{name}", ContentFile(content))
    Rendition.objects.create(
        asset=asset,
        kind=RenditionKind.MP4,
        name="video",
        file=f"{prefix}/video.mp4",
        content_type="video/mp4",
    )
    track = CaptionTrack(asset=asset, language="zh-hans", label="中文")
    track.file.save("zh-hans-test.vtt", ContentFile(WEBVTT.encode()))
    asset.state = AssetState.READY
    asset.rendition_prefix = prefix
    asset.duration_seconds = 2.0
    asset.save()
    return asset


@lru_cache(maxsize=8)
def clip_bytes(
    *, seconds: int = 2, size: str = "640x360", sound: bool = True, picture: bool = True
) -> bytes:
    """Return a small real MP4, made by FFmpeg's own test sources."""
    import subprocess
    import tempfile
    from pathlib import Path

    from media_pipeline.encoders.ffmpeg import ffmpeg_binary

    command = [ffmpeg_binary(), "-v", "error", "-y"]
    if picture:
        command += ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=10:d={seconds}"]
    if sound:
        command += ["-f", "lavfi", "-i", f"sine=duration={seconds}"]
    command += ["-pix_fmt", "yuv420p"] if picture else []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        subprocess.run([*command, str(path)], check=True)
        return path.read_bytes()
