"""Captions: WebVTT that is checked before it is kept, and read as a transcript."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from media_pipeline.errors import UploadRefused
from media_pipeline.models import Asset, CaptionTrack

MAX_CHARACTERS = 1_000_000
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
TIMING = re.compile(
    r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d\.\d{3}) +--> +"
    r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d\.\d{3})(?: .*)?"
)


@dataclass(frozen=True, slots=True)
class CaptionInput:
    """Captions to keep: BCP 47 language, the name readers choose by, WebVTT text."""

    language: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption; seconds from the start."""

    start: float
    end: float
    text: str


def _seconds(hours: str | None, minutes: str, rest: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)


def parse_webvtt(text: str) -> list[Cue]:
    """Read WebVTT (W3C) strictly and return its cues.

    Raises:
        UploadRefused: code captions_invalid, naming the line.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(text) > MAX_CHARACTERS or "\0" in text:
        raise _invalid(1)
    if lines[0] != "WEBVTT" and not lines[0].startswith(("WEBVTT ", "WEBVTT\t")):
        raise _invalid(1)
    cues: list[Cue] = []
    number = 0
    while number < len(lines):
        if "-->" not in lines[number]:
            number += 1
            continue
        cue, number = _read_cue(lines, number)
        cues.append(cue)
    return cues


def _read_cue(lines: list[str], number: int) -> tuple[Cue, int]:
    match = TIMING.fullmatch(lines[number].rstrip())
    if match is None:
        raise _invalid(number + 1)
    start, end = _seconds(*match.groups()[:3]), _seconds(*match.groups()[3:6])
    if end <= start:
        raise _invalid(number + 1)
    words = []
    while number + 1 < len(lines) and lines[number + 1].strip():
        number += 1
        words.append(lines[number].strip())
    return Cue(start, end, "\n".join(words)), number + 1


def _invalid(line: int) -> UploadRefused:
    return UploadRefused(
        "captions_invalid",
        _("These captions are not valid WebVTT: see line %(line)s.") % {"line": line},
        line=line,
    )


def set_captions(*, asset: Asset, captions: Iterable[CaptionInput]) -> None:
    """Keep captions by language, replacing those of the same languages.

    Unchanged text changes nothing. Old files go after the commit.

    Raises:
        UploadRefused: codes captions_invalid and captions_language.
    """
    for given in captions:
        parse_webvtt(given.text)
        if not LANGUAGE.fullmatch(given.language):
            raise UploadRefused(
                "captions_language", _("The language of the captions is not valid.")
            )
        _set_one(asset, given)


@transaction.atomic
def _set_one(asset: Asset, given: CaptionInput) -> None:
    content = given.text.encode()
    name = f"{given.language}-{hashlib.sha256(content).hexdigest()[:12]}.vtt"
    track = CaptionTrack.objects.filter(asset=asset, language=given.language).first()
    old = (track.file.name or "") if track else ""
    if track and old.endswith(f"/{name}") and track.label == given.label:
        return
    track = track or CaptionTrack(asset=asset, language=given.language)
    track.label = given.label
    if not old.endswith(f"/{name}"):
        track.file.save(name, ContentFile(content), save=False)
    track.save()
    storage = track.file.storage
    if old and old != track.file.name:
        transaction.on_commit(lambda: storage.delete(old))


def transcript(*, asset: Asset, language: str) -> list[Cue]:
    """Return the cues of the captions in a language, [] where there are none."""
    track = CaptionTrack.objects.filter(asset=asset, language=language).first()
    if track is None:
        return []
    with track.file.open("rb") as file:
        return parse_webvtt(file.read().decode())
