"""Which FFmpeg runs, and how it opens a file that it must not trust."""

from functools import lru_cache
from pathlib import Path

import imageio_ffmpeg
from django.conf import settings

# Demuxers that read exactly one file. No playlist, concat, image sequence or script
# format is among them: those open other files and addresses by name.
CONTAINERS: tuple[str, ...] = (
    "mov",
    "mp4",
    "m4a",
    "3gp",
    "3g2",
    "mj2",
    "matroska",
    "webm",
    "avi",
)
CONTAINERS += ("mpegts", "mpeg", "flv", "asf")
EXTENSIONS: tuple[str, ...] = (
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".avi",
    ".wmv",
    ".flv",
)
EXTENSIONS += (".mpg", ".mpeg", ".ts", ".3gp")


@lru_cache(maxsize=4)
def _binary(configured: str) -> str:
    return configured or imageio_ffmpeg.get_ffmpeg_exe()


def ffmpeg_binary() -> str:
    """Return FFMPEG_BINARY, or the program that imageio-ffmpeg brings."""
    return _binary(settings.FFMPEG_BINARY)


def quiet_command(*, level: str = "error") -> list[str]:
    """Return the start of every command: no questions, no banner, little talk."""
    return [ffmpeg_binary(), "-nostdin", "-hide_banner", "-loglevel", level, "-y"]


def hostile_input(path: Path) -> list[str]:
    """Return the options that open an uploaded file: one local file, known formats."""
    return [
        *("-protocol_whitelist", "file"),
        *("-format_whitelist", ",".join(CONTAINERS)),
        *("-i", f"file:{path}"),
    ]


def own_input(path: Path) -> list[str]:
    """Return the options that open a file which we made ourselves."""
    return ["-protocol_whitelist", "file", "-i", f"file:{path}"]
