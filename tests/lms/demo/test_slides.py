"""Lesson slides: typography, speech, timing, and a real video at the end."""

import hashlib
import json
import wave
from io import BytesIO

import pytest
from PIL import Image

from lms.demo import lesson_videos
from lms.demo.slides import drawing, speech, timeline
from lms.demo.slides.script import Script, Slide, read_script
from lms.demo.slides.typography import break_units, wrap
from lms.demo.slides.video import render_lesson
from media_pipeline.domain.captions import parse_webvtt
from media_pipeline.encoders.probe import probe_video

pytestmark = pytest.mark.unit

SCRIPT = Script(
    slug="lesson",
    language="zh-hans",
    course="十分钟安全入门",
    title="看见隐患，马上报告",
    slides=(Slide("什么是隐患", ("人", "物", "管理"), "隐患是事故。它会发生。"),),
    takeaways=("看见就报告",),
    basis="《安全生产法》第59条",
)


def by_character(text):
    return len(text) * 10


# --- line breaking ---


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("安全生产", 100, ["安全生产"]),
        ("安全第一预防为主", 50, ["安全第一", "预防为主"]),
        ("发现隐患，立即报告", 50, ["发现隐患，", "立即报告"]),
        ("拨打12350举报", 60, ["拨打", "12350", "举报"]),
        ("Look around before you start", 160, ["Look around", "before you start"]),
        ("", 50, []),
    ],
)
def test_lines_are_broken_and_balanced(text, width, expected):
    assert wrap(text, width=width, measure=by_character) == expected


@pytest.mark.parametrize("width", range(20, 200, 10))
def test_no_line_begins_or_ends_with_the_wrong_punctuation(width):
    text = "发现“直接危及人身安全”的紧急情况（火灾、爆炸等），有权停止作业；先撤离！"

    lines = wrap(text, width=width, measure=by_character)

    assert "".join(lines) == text
    assert not [line for line in lines if line[0] in "，。、；：！？”）》"]
    assert not [line for line in lines if line[-1] in "“（《"]


def test_words_numbers_and_brackets_stay_whole():
    assert break_units("《法》第28.5条, OK!") == [
        "《法》",
        "第",
        "28.5",
        "条,",
        " ",
        "OK!",
    ]


# --- speech ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("共24学时", "共二十四学时"),
        ("拨打12350", "拨打幺二三五零"),
        ("火警119", "火警幺幺九"),
        ("不低于0.5米", "不低于零点五米"),
        ("占20%", "占百分之二十"),
        ("2021年", "二千零二十一年"),
        ("编号000123", "编号零零零一二三"),
        ("没有数字", "没有数字"),
    ],
)
def test_numbers_are_said_in_chinese(text, said):
    assert speech.read_aloud(text, "zh-hans") == said


def test_english_is_said_as_it_is_written():
    assert speech.read_aloud("Call 12350", "en") == "Call 12350"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("安全第一。预防为主！好吗？", ["安全第一。", "预防为主！", "好吗？"]),
        ("他说：“停！”然后走了。", ["他说：“停！”", "然后走了。"]),
        ("Stop. Leave 0.5 m free.", ["Stop.", "Leave 0.5 m free."]),
        ("没有句号", ["没有句号"]),
    ],
)
def test_sentences_are_split_at_their_ends(text, sentences):
    assert speech.split_sentences(text) == sentences


def test_without_a_voice_the_narration_is_silence_of_reading_length(monkeypatch):
    monkeypatch.setattr(speech, "espeak_binary", lambda: "")

    spoken = speech.speak("一二三四五六七八", language="zh-hans")

    assert spoken.seconds == pytest.approx(2.0, abs=0.01)
    assert set(spoken.samples) == {0}


@pytest.mark.skipif(not speech.espeak_binary(), reason="apt install espeak-ng")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_installed_voice_speaks_and_repeats_itself_exactly(language):
    first = speech.speak("安全第一 safety first", language=language)

    assert first.seconds > 0.8
    assert any(first.samples)
    assert speech.speak("安全第一 safety first", language=language) == first


def test_a_wav_stream_without_length_is_read_to_its_end():
    stream = BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.RATE)
        file.writeframes(b"\x01\x02" * 100 + b"\0\0" * 50)

    assert speech._samples(stream.getvalue()) == b"\x01\x02" * 100


# --- timing ---


def two_seconds(text):
    return speech.Spoken(text, b"\x01\x00" * speech.RATE * 2)


def test_points_appear_while_they_are_spoken_and_nothing_overlaps():
    made = timeline.build_timeline(SCRIPT, two_seconds)

    assert [(s.kind, s.shown) for s in made.shots] == [
        ("title", 1),
        ("slide", 1),
        ("slide", 2),
        ("slide", 3),
        ("closing", 1),
    ]
    assert sum(s.seconds for s in made.shots) == pytest.approx(made.seconds, abs=0.01)
    assert all(s.seconds >= 1 / timeline.FPS for s in made.shots)
    ends = [cue.end for cue in made.cues]
    assert all(a <= b.start + 1e-6 for a, b in zip(ends, made.cues[1:], strict=False))


def test_captions_follow_the_narration_word_for_word():
    made = timeline.build_timeline(SCRIPT, two_seconds)

    cues = parse_webvtt(timeline.to_webvtt(made.cues))

    assert [c.text for c in cues] == [
        "看见隐患，马上报告",
        "隐患是事故。",
        "它会发生。",
        "看见就报告。",
    ]
    assert cues[0].start == pytest.approx(timeline.LEAD, abs=0.002)


def test_long_sentences_become_several_captions_cut_at_commas():
    text = "发现危及人身安全的紧急情况，可以停止作业，也可以在采取应急措施后撤离。"

    pieces = timeline.split_captions(text, 24)

    assert "".join(pieces) == text
    assert pieces == [
        "发现危及人身安全的紧急情况，可以停止作业，",
        "也可以在采取应急措施后撤离。",
    ]


# --- pictures ---


def text_of(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


def test_pictures_use_the_products_colors_and_show_progress():
    first = drawing.draw_slide(SCRIPT, 0, 1)
    title = drawing.draw_title(SCRIPT)

    assert (first.size, title.size) == ((1280, 720), (1280, 720))
    assert first.getpixel((10, 10)) == (0xFB, 0xFA, 0xF7)
    assert title.getpixel((10, 10)) == (0x0B, 0x4A, 0x8F)
    assert first.getpixel((200, 678)) == pytest.approx((0x0B, 0x4A, 0x8F), abs=2)
    assert first.getpixel((1000, 678)) == pytest.approx((0xDE, 0xDA, 0xD1), abs=2)


def test_each_revealed_point_changes_the_picture_and_drawing_is_deterministic():
    pictures = [text_of(drawing.draw_slide(SCRIPT, 0, n)) for n in (1, 2, 3, 3)]

    assert len(set(pictures)) == 3
    assert pictures[2] == pictures[3]


def sample_and_course_scripts():
    return [*lesson_videos.sample_scripts(), *lesson_videos.course_scripts()]


@pytest.mark.parametrize(
    "script", sample_and_course_scripts(), ids=lambda script: script.reference
)
def test_no_slide_of_the_content_runs_over_its_edges(script, monkeypatch):
    drawn = []

    def keep(canvas, x, y, text, style, anchor="lm"):
        width = drawing.font(style.weight, style.size).getlength(text) / drawing.SCALE
        if anchor == "lm":
            drawn.append((text, x + width, y))

    monkeypatch.setattr(drawing.Canvas, "text", keep)
    monkeypatch.setattr(drawing.Canvas, "finish", lambda canvas: Image.new("1", (1, 1)))
    drawing.draw_title(script)
    for number, slide in enumerate(script.slides):
        drawing.draw_slide(script, number, len(slide.bullets))
    drawing.draw_closing(script, len(script.takeaways))

    limit = drawing.WIDTH - drawing.MARGIN + 8
    assert [d for d in drawn if d[1] > limit or d[2] > 660] == []


# --- the whole ---


@pytest.mark.slow
def test_a_lesson_becomes_a_real_video_the_same_each_time(tmp_path):
    made = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        made.append(render_lesson(script=SCRIPT, folder=folder))

    probe = probe_video(path=made[0].path)
    assert (probe.width, probe.height, probe.has_audio) == (1280, 720, True)
    assert probe.duration_seconds == pytest.approx(made[0].seconds, abs=0.25)
    assert parse_webvtt(made[0].captions)[-1].end <= made[0].seconds
    assert made[0].path.read_bytes() == made[1].path.read_bytes()


def test_the_basis_is_read_from_the_citations():
    lesson = {
        "title": "x",
        "slides": [{"title": "t", "bullets": ["b"], "narration": "n。"}],
        "refs": [{"law": "work-safety-law", "article": n} for n in range(1, 9)]
        + [{"law": "other", "article": 99}],
    }

    script = read_script(slug="s", language="zh-hans", course="c", lesson=lesson)

    assert script.basis == "《安全生产法》第1、2、3、4、5、6条等"
    assert json.dumps(script.takeaways) == "[]"
