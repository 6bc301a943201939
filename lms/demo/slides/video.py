"""A script to a source video, as a teacher would upload it."""

import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from lms.demo.slides.drawing import draw_closing, draw_slide, draw_title
from lms.demo.slides.script import Script
from lms.demo.slides.speech import RATE, speak
from lms.demo.slides.timeline import FPS, Shot, Timeline, build_timeline, to_webvtt
from media_pipeline.encoders.ffmpeg import own_input, quiet_command
from media_pipeline.encoders.process import Limits, run_confined

LIMITS = Limits(wall_seconds=600, cpu_seconds=1200)


@dataclass(frozen=True, slots=True)
class RenderedLesson:
    path: Path
    captions: str
    seconds: float


def render_lesson(
    *, script: Script, folder: Path, on_tick: Callable[[], None] = lambda: None
) -> RenderedLesson:
    """Draw, speak and encode a lesson in the empty `folder`."""
    timeline = build_timeline(
        script, lambda text: speak(text, language=script.language)
    )
    _write_sound(folder / "narration.wav", timeline)
    _write_pictures(folder, script, timeline.shots)
    command = [
        *quiet_command(),
        *("-protocol_whitelist", "file", "-f", "concat", "-safe", "0"),
        *("-i", "file:shots.txt"),
        *own_input(folder / "narration.wav"),
        *("-map", "0:v", "-map", "1:a", "-vf", f"fps={FPS},format=yuv420p"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "16"),
        *("-tune", "stillimage", "-threads", "1"),
        *("-c:a", "aac", "-aac_coder", "fast", "-b:a", "96k", "-ac", "1"),
        *("-t", f"{timeline.seconds:.3f}", "-map_metadata", "-1"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *("-movflags", "+faststart", "-f", "mp4", "file:lesson.mp4"),
    ]
    run_confined(command, limits=LIMITS, folder=folder, on_tick=on_tick)
    return RenderedLesson(
        folder / "lesson.mp4", to_webvtt(timeline.cues), timeline.seconds
    )


def _write_sound(path: Path, timeline: Timeline) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(timeline.samples))


def _write_pictures(folder: Path, script: Script, shots: list[Shot]) -> None:
    lines = []
    for number, shot in enumerate(shots):
        name = f"shot-{number:03}.png"
        draw_shot(script, shot).save(folder / name, compress_level=1)
        lines.append(f"file '{name}'\nduration {shot.seconds:.3f}\n")
    # The concat format needs the last picture again to keep its duration.
    lines.append(f"file '{name}'\n")
    (folder / "shots.txt").write_text("".join(lines))


def draw_shot(script: Script, shot: Shot) -> Image.Image:
    """Draw the picture of one shot."""
    if shot.kind == "title":
        return draw_title(script)
    if shot.kind == "closing":
        return draw_closing(script, shot.shown)
    return draw_slide(script, shot.number, shot.shown)
