"""Narration: sentences, how they are read aloud, and how long that takes."""

import re
import shutil
import subprocess
import wave
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from lms.core.text import chinese_number

RATE = 22050
SENTENCE = re.compile(
    r"[^。！？!?；;.]+(?:\.\d[^。！？!?；;.]*)*[。！？!?；;.]*[”’』」）)]*"
)
VOICES = {"zh-hans": ("cmn", "250"), "en": ("en-us", "165")}
# Characters a second that a calm speaker says, where no voice is installed.
PACE = {"zh-hans": 4.0, "en": 14.0}
ESPEAK_SECONDS = 30
NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
# Service numbers are said digit by digit, with 幺 for one.
SERVICE_NUMBERS = {"110", "119", "120", "122", "12345", "12350", "12369"}
DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence as 16-bit mono samples at 22.05 kHz."""

    text: str
    samples: bytes

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / RATE


def split_sentences(text: str) -> list[str]:
    """Split at sentence ends; decimals and closing quotation marks stay whole."""
    return [s.strip() for s in SENTENCE.findall(text) if s.strip()]


def read_aloud(text: str, language: str) -> str:
    """Return the text as it is said: eSpeak reads Arabic digits in English."""
    if language != "zh-hans":
        return text
    return NUMBER.sub(_say_number, text)


def _say_number(match: re.Match[str]) -> str:
    digits = match.group()
    percent = digits.endswith("%")
    whole, _, fraction = digits.rstrip("%").partition(".")
    if whole in SERVICE_NUMBERS:
        return "".join("幺" if d == "1" else DIGITS[d] for d in whole)
    if len(whole) > 4 or (len(whole) > 1 and whole.startswith("0")):
        said = "".join(DIGITS[d] for d in whole)
    else:
        said = chinese_number(int(whole)) if int(whole) else "零"
    if fraction:
        said += "点" + "".join(DIGITS[d] for d in fraction)
    return f"百分之{said}" if percent else said


@lru_cache(maxsize=1)
def espeak_binary() -> str:
    """Return eSpeak NG's path, "" where it is not installed."""
    return shutil.which("espeak-ng") or ""


def speak(text: str, *, language: str) -> Spoken:
    """Say one sentence; silence of the length it takes to read without a voice."""
    if not espeak_binary():
        seconds = max(1.2, len(text) / PACE[language])
        return Spoken(text, b"\0\0" * int(seconds * RATE))
    voice, rate = VOICES[language]
    done = subprocess.run(  # noqa: S603 -- fixed program, text through stdin
        [espeak_binary(), "-v", voice, "-s", rate, "-b", "1", "--stdin", "--stdout"],
        input=read_aloud(text, language).encode(),
        capture_output=True,
        timeout=ESPEAK_SECONDS,
        check=True,
    )
    return Spoken(text, _samples(done.stdout))


def _samples(data: bytes) -> bytes:
    """Return the samples of a WAV stream, without the silence at its end."""
    with wave.open(BytesIO(data)) as file:
        # A stream's header can't know its length: read what is there.
        samples = file.readframes(len(data))
    samples = samples[: len(samples) // 2 * 2]
    kept = len(samples.rstrip(b"\0"))
    return samples[: kept + kept % 2]
