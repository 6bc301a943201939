"""One source to everything that is served: MP4 rungs, HLS, poster.

Each rung is encoded once, as MP4 with key frames at the same instants, and the sound
once for all; HLS and the progressive MP4 are packaged from those files by copying. So
a switch of rungs never waits for a key frame, and the MP4 costs nothing more.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media_pipeline.encoders.errors import EncodingError
from media_pipeline.encoders.ffmpeg import hostile_input, own_input, quiet_command
from media_pipeline.encoders.ladder import Rung, plan_ladder
from media_pipeline.encoders.probe import MAX_SECONDS, probe_video
from media_pipeline.encoders.process import Limits, run_confined
from media_pipeline.enums import Failure, RenditionKind

SEGMENT_SECONDS = 4
MAX_FPS = 30
THREADS = 2
SEGMENT_LENGTH = re.compile(r"^#EXTINF:([0-9.]+)", re.MULTILINE)

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """One served form; `path` is relative to the folder of all files."""

    kind: RenditionKind
    name: str
    path: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    bitrate: int | None = None


@dataclass(frozen=True, slots=True)
class EncodedVideo:
    """All that one conversion made. The length is measured, not what a header says."""

    duration_seconds: float
    width: int
    height: int
    renditions: tuple[Encoded, ...]


def encode_video(
    *, source: Path, folder: Path, on_tick: Callable[[], None] = lambda: None
) -> EncodedVideo:
    """Make all renditions of an untrusted `source` in the empty `folder`.

    Raises:
        EncodingError: with the reason in words; `folder` may hold part of the files.
    """
    source = source.resolve()
    probe = probe_video(path=source)
    on_tick()
    rungs = plan_ladder(width=probe.width, height=probe.height)
    limits = _limits(probe.duration_seconds)
    command = _encode_command(source, rungs, has_audio=probe.has_audio)
    run_confined(command, limits=limits, folder=folder, on_tick=on_tick)
    (folder / "hls").mkdir()
    command = _package_command(folder, rungs, has_audio=probe.has_audio)
    run_confined(command, limits=limits, folder=folder / "hls", on_tick=on_tick)
    top = rungs[-1]
    duration = _measured_seconds(folder / "hls" / top.name / "index.m3u8")
    command = _poster_command(folder, top, at=min(1.5, duration / 2))
    run_confined(command, limits=limits, folder=folder, on_tick=on_tick)
    for part in [*(f"{rung.name}.mp4" for rung in rungs), "sound.mp4"]:
        (folder / part).unlink(missing_ok=True)
    renditions = tuple(_describe(folder, rungs, duration))
    return EncodedVideo(duration, top.width, top.height, renditions)


def _limits(duration: float | None) -> Limits:
    """Give a conversion thirty times the video's length, and two minutes at least."""
    seconds = int(min(duration or MAX_SECONDS, MAX_SECONDS) * 30) + 120
    return Limits(wall_seconds=seconds, cpu_seconds=seconds * THREADS)


def _encode_command(source: Path, rungs: list[Rung], *, has_audio: bool) -> list[str]:
    """Decode once; every rung as silent MP4, and the sound once for all of them."""
    count = len(rungs)
    # min(): a phone's variable rate is capped, a slide show's 5 per second is kept.
    split = f"[0:v:0]fps=fps='min(source_fps,{MAX_FPS})',split={count}"
    graph = split + "".join(f"[in{n}]" for n in range(count))
    for n, rung in enumerate(rungs):
        graph += (
            f";[in{n}]scale={rung.width}:{rung.height}:flags=bicubic,"
            f"setsar=1,format=yuv420p[v{n}]"
        )
    command = [*quiet_command(), "-threads", str(THREADS)]
    command += [*hostile_input(source), "-filter_complex", graph]
    for n, rung in enumerate(rungs):
        command += ["-map", f"[v{n}]", *_picture_options(rung), *OUTPUT]
        command += [f"file:{rung.name}.mp4"]
    if has_audio:
        command += ["-map", "0:a:0", *SOUND, *OUTPUT, "file:sound.mp4"]
    return command


SOUND = ("-c:a", "aac", "-aac_coder", "fast", "-b:a", "96k", "-ac", "2", "-ar", "44100")
OUTPUT: tuple[str, ...] = (
    "-map_metadata",
    "-1",
    "-map_chapters",
    "-1",
    "-t",
    str(MAX_SECONDS),
)
OUTPUT += ("-fflags", "+bitexact", "-f", "mp4")


def _picture_options(rung: Rung) -> list[str]:
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23"),
        *("-profile:v", "main", "-threads", str(THREADS)),
        *("-maxrate", str(rung.max_bitrate), "-bufsize", str(rung.max_bitrate * 2)),
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"),
        *("-g", str(MAX_FPS * SEGMENT_SECONDS), "-sc_threshold", "0"),
    ]


def _package_command(folder: Path, rungs: list[Rung], *, has_audio: bool) -> list[str]:
    """Copy the streams into HLS, and those of the top rung into the MP4."""
    command = quiet_command()
    for rung in rungs:
        command += own_input(folder / f"{rung.name}.mp4")
    sound = ["-map", f"{len(rungs)}:a:0"] if has_audio else []
    command += own_input(folder / "sound.mp4") if has_audio else []
    streams = []
    for n, rung in enumerate(rungs):
        command += ["-map", f"{n}:v:0", *sound]
        audio = f"a:{n}," if has_audio else ""
        streams.append(f"v:{n},{audio}name:{rung.name}")
        (folder / "hls" / rung.name).mkdir()
    command += [
        *("-c", "copy", "-f", "hls", "-hls_time", str(SEGMENT_SECONDS)),
        *("-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
        *("-hls_flags", "independent_segments"),
        *("-hls_fmp4_init_filename", "init.mp4"),
        *("-hls_segment_filename", "%v/seg_%05d.m4s"),
        *("-master_pl_name", "master.m3u8", "-var_stream_map", " ".join(streams)),
        "%v/index.m3u8",
    ]
    command += ["-map", f"{len(rungs) - 1}:v:0", *sound, "-c", "copy", *OUTPUT]
    return [*command, "-movflags", "+faststart", "file:../video.mp4"]


def _poster_command(folder: Path, top: Rung, *, at: float) -> list[str]:
    return [
        *quiet_command(),
        *("-ss", f"{at:.3f}"),
        *own_input(folder / f"{top.name}.mp4"),
        *("-frames:v", "1", "-q:v", "3", "-map_metadata", "-1"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "image2"),
        *("-update", "1", "file:poster.jpg"),
    ]


def _measured_seconds(playlist: Path) -> float:
    total = sum(float(s) for s in SEGMENT_LENGTH.findall(playlist.read_text()))
    if total <= 0:
        raise EncodingError(Failure.UNREADABLE, "the result has no length")
    return round(total, 3)


def _describe(folder: Path, rungs: list[Rung], duration: float) -> list[Encoded]:
    def size(path: str) -> int:
        target = folder / path
        files = target.rglob("*") if target.is_dir() else [target]
        return sum(file.stat().st_size for file in files if file.is_file())

    top = rungs[-1]
    found = [
        Encoded(
            RenditionKind.HLS, "master", "hls/master.m3u8", size("hls/master.m3u8")
        ),
        Encoded(
            RenditionKind.MP4, "video", "video.mp4", size("video.mp4"),
            top.width, top.height, round(size("video.mp4") * 8 / duration),
        ),
        Encoded(
            RenditionKind.POSTER, "poster", "poster.jpg", size("poster.jpg"),
            top.width, top.height,
        ),
    ]  # fmt: skip
    for rung in rungs:
        total = size(f"hls/{rung.name}")
        found.append(
            Encoded(
                RenditionKind.HLS, rung.name, f"hls/{rung.name}/index.m3u8", total,
                rung.width, rung.height, round(total * 8 / duration),
            )
        )  # fmt: skip
    return found
