"""What kind of video a file is, found by decoding its first picture.

imageio-ffmpeg brings no ffprobe, so FFmpeg's report is read. Only the lines of the
*output* decide about the picture: they describe what was decoded (after rotation),
while the input's lines repeat what a hostile header claims.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from media_pipeline.encoders.errors import EncodingError
from media_pipeline.encoders.ffmpeg import hostile_input, quiet_command
from media_pipeline.encoders.process import GIGABYTE, Limits, run_confined
from media_pipeline.enums import Failure

PROBE_LIMITS = Limits(
    wall_seconds=60, cpu_seconds=30, memory_bytes=2 * GIGABYTE, file_bytes=1024**2
)
MAX_SIDE = 4320
MAX_SECONDS = 6 * 3600

DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?),", re.MULTILINE)
AUDIO = re.compile(r"^  Stream #0:\d+\S*: Audio: (?!none)", re.MULTILINE)
PICTURE = re.compile(
    r"^  Stream #0:0\S*: Video: .*?, (\d{2,5})x(\d{2,5})(?: \[SAR (\d+):(\d+)|,|$)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Probe:
    """Facts of a video: displayed size in pixels, length in seconds as claimed."""

    width: int
    height: int
    duration_seconds: float | None
    has_audio: bool


def probe_video(*, path: Path) -> Probe:
    """Decode the first picture of an untrusted file and return the file's facts.

    Raises:
        EncodingError: UNREADABLE, NO_VIDEO or TOO_LARGE.
    """
    command = [
        *quiet_command(level="info"),
        *hostile_input(path.resolve()),
        *("-map", "0:v:0", "-frames:v", "1", "-f", "null", "-"),
    ]
    try:
        report = run_confined(command, limits=PROBE_LIMITS, folder=path.parent)
    except EncodingError as error:
        raise _refusal(error) from error
    return parse_report(report)


def _refusal(error: EncodingError) -> EncodingError:
    if error.failure == Failure.RESOURCES:
        return EncodingError(Failure.TOO_LARGE, error.detail)
    if "matches no streams" in error.detail:
        return EncodingError(Failure.NO_VIDEO, error.detail)
    return EncodingError(Failure.UNREADABLE, error.detail)


def parse_report(report: str) -> Probe:
    """Read FFmpeg's report of one decoded picture.

    Raises:
        EncodingError: UNREADABLE without a picture, TOO_LARGE beyond the limits.
    """
    claimed, _, produced = report.partition("\nOutput #0")
    picture = PICTURE.search(produced)
    if picture is None:
        raise EncodingError(Failure.UNREADABLE, "no picture was decoded")
    width, height = int(picture[1]), int(picture[2])
    if picture[3] and int(picture[4]):
        width = max(2, round(width * int(picture[3]) / int(picture[4])))
    length = DURATION.search(claimed)
    seconds = (
        int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3])
        if length
        else None
    )
    if max(width, height) > MAX_SIDE or (seconds or 0) > MAX_SECONDS:
        raise EncodingError(
            Failure.TOO_LARGE, f"{width}x{height}, {seconds or 0:.0f} s"
        )
    return Probe(width, height, seconds, AUDIO.search(claimed) is not None)
