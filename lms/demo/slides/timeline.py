"""When what is shown and said. Times in seconds from the start of the video."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from lms.demo.slides.script import Script
from lms.demo.slides.speech import RATE, Spoken, split_sentences
from lms.demo.slides.typography import break_units

FPS = 5
LEAD, BETWEEN, TAIL = 0.3, 0.2, 0.5
CUE_CHARACTERS = {"zh-hans": 24, "en": 64}


@dataclass(frozen=True, slots=True)
class Shot:
    """One still picture: kind title, slide or closing; how much of it is revealed."""

    kind: str
    number: int
    shown: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    end: float
    text: str


@dataclass(slots=True)
class Timeline:
    shots: list[Shot] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    samples: bytearray = field(default_factory=bytearray)

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / RATE

    def silence(self, seconds: float) -> None:
        self.samples += b"\0\0" * int(seconds * RATE)


Speaker = Callable[[str], Spoken]


def build_timeline(script: Script, speaker: Speaker) -> Timeline:
    """Lay a lesson out: title, slides with points revealed as they are spoken, end."""
    timeline = Timeline()
    _add(timeline, script, "title", 0, 1, [script.title], speaker)
    for number, slide in enumerate(script.slides):
        sentences = split_sentences(slide.narration)
        _add(timeline, script, "slide", number, len(slide.bullets), sentences, speaker)
    if script.takeaways:
        stop = "。" if script.language == "zh-hans" else "."
        sentences = [t if t[-1:] in "。.!?！？" else t + stop for t in script.takeaways]
        _add(timeline, script, "closing", 0, len(sentences), sentences, speaker)
    return timeline


def _add(
    timeline: Timeline,
    script: Script,
    kind: str,
    number: int,
    points: int,
    sentences: list[str],
    speaker: Speaker,
) -> None:
    begins = timeline.seconds
    timeline.silence(LEAD)
    starts = []
    for sentence in sentences:
        spoken = speaker(sentence)
        starts.append(timeline.seconds)
        timeline.cues += _cues(spoken, timeline.seconds, script.language)
        timeline.samples += spoken.samples
        timeline.silence(BETWEEN)
    timeline.silence(TAIL)
    # Each part lasts a whole number of pictures, so sound and picture stay together.
    rest = -(timeline.seconds - begins) % (1 / FPS)
    timeline.silence(rest)
    reveals = _reveals(begins, timeline.seconds, starts, points)
    edges = [*reveals, timeline.seconds]
    for shown, (start, end) in enumerate(pairwise(edges), start=1):
        timeline.shots.append(Shot(kind, number, shown, end - start))


def _reveals(
    begins: float, ends: float, starts: list[float], points: int
) -> list[float]:
    """Return when each point appears: with its sentence, or evenly without one each."""
    if len(starts) == points:
        moments = starts
    else:
        # The last points need time to be read too.
        span = (ends - begins) * 0.8
        moments = [begins + span * n / max(1, points) for n in range(points)]
    rounded = [round((m - begins) * FPS) / FPS + begins for m in moments]
    return [begins, *rounded[1:]]


def _cues(spoken: Spoken, start: float, language: str) -> list[Cue]:
    """Cut a sentence into captions at its pauses; time in proportion to the length."""
    pieces = split_captions(spoken.text, CUE_CHARACTERS[language])
    total = sum(len(piece) for piece in pieces)
    cues = []
    for piece in pieces:
        end = start + spoken.seconds * len(piece) / total
        cues.append(Cue(start, end, piece.strip()))
        start = end
    return cues


def split_captions(text: str, limit: int) -> list[str]:
    """Split at commas where a sentence is longer than a caption line may be."""
    if len(text) <= limit:
        return [text]
    clauses: list[str] = []
    for unit in break_units(text):
        if clauses and clauses[-1].rstrip()[-1:] not in "，、：；,:;":
            clauses[-1] += unit
        else:
            clauses.append(unit)
    lines = [""]
    for clause in clauses:
        if lines[-1] and len(lines[-1] + clause.rstrip()) > limit:
            lines.append("")
        lines[-1] += clause
    return [line for line in lines if line.strip()]


def to_webvtt(cues: list[Cue]) -> str:
    """Write captions as WebVTT."""
    blocks = [
        f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "WEBVTT\n\n" + "\n".join(blocks)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
