"""What FFmpeg is given, what it may do, and what comes out."""

import http.server
import re
import threading
from pathlib import Path

import pytest

from media_pipeline.encoders.errors import EncodingError
from media_pipeline.encoders.ffmpeg import ffmpeg_binary, quiet_command
from media_pipeline.encoders.ladder import plan_ladder
from media_pipeline.encoders.probe import Probe, parse_report, probe_video
from media_pipeline.encoders.process import Limits, run_confined
from media_pipeline.encoders.renditions import encode_video
from media_pipeline.enums import Failure, RenditionKind
from tests.factories.media_pipeline import clip_bytes

pytestmark = pytest.mark.unit

GENEROUS = Limits(wall_seconds=30, cpu_seconds=30)


@pytest.fixture
def path(tmp_path):
    def write(content, name="clip.mp4"):
        target = tmp_path / name
        target.write_bytes(content)
        return target

    return write


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1920, 1080), [("360p", 640, 360), ("720p", 1280, 720)]),
        ((1280, 720), [("360p", 640, 360), ("720p", 1280, 720)]),
        ((720, 1280), [("360p", 360, 640), ("720p", 720, 1280)]),
        ((854, 480), [("360p", 640, 360), ("480p", 854, 480)]),
        ((640, 360), [("360p", 640, 360)]),
        ((320, 240), [("240p", 320, 240)]),
        ((321, 241), [("241p", 320, 240)]),
    ],
)
def test_ladder_never_upscales_and_keeps_even_sizes(size, expected):
    rungs = plan_ladder(width=size[0], height=size[1])

    assert [(r.name, r.width, r.height) for r in rungs] == expected


def test_probe_reads_a_real_clip(path):
    probe = probe_video(path=path(clip_bytes()))

    assert probe == Probe(640, 360, 2.0, has_audio=True)


def test_probe_of_a_silent_clip(path):
    assert not probe_video(path=path(clip_bytes(sound=False))).has_audio


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"", Failure.UNREADABLE),
        (b"just some text, renamed", Failure.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, Failure.UNREADABLE),
        (clip_bytes()[:3000], Failure.UNREADABLE),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", Failure.UNREADABLE),
    ],
    ids=["empty", "text", "picture", "cut-off", "concat script"],
)
def test_what_is_no_video_is_refused(path, content, failure):
    with pytest.raises(EncodingError) as caught:
        probe_video(path=path(content))

    assert (caught.value.failure, caught.value.is_final) == (failure, True)


def test_sound_without_picture_is_named_as_such(path):
    with pytest.raises(EncodingError) as caught:
        probe_video(path=path(clip_bytes(picture=False)))

    assert caught.value.failure == Failure.NO_VIDEO


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.mkv"])
def test_a_playlist_neither_reads_local_files_nor_asks_the_network(path, name):
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    playlist = (
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n"
        "#EXTINF:5,\nfile:///etc/passwd\n"
        f"#EXTINF:5,\nhttp://127.0.0.1:{server.server_port}/stolen.ts\n#EXT-X-ENDLIST\n"
    )

    with pytest.raises(EncodingError) as caught:
        probe_video(path=path(playlist.encode(), name))
    server.shutdown()

    assert caught.value.failure == Failure.UNREADABLE
    assert asked == []
    assert "root:" not in caught.value.detail


def test_report_of_a_rotated_video_gives_the_displayed_size():
    report = (
        "Input #0, mov, from 'x':\n  Duration: 00:01:02.50, start: 0\n"
        "  Stream #0:0[0x1]: Video: h264 (avc1), yuv420p, 1280x720, 25 fps\n"
        "Stream mapping:\nOutput #0, null, to 'pipe:':\n"
        "  Stream #0:0: Video: wrapped_avframe, yuv420p, 720x1280 [SAR 1:1], 25 fps\n"
    )

    assert parse_report(report) == Probe(720, 1280, 62.5, has_audio=False)


def test_metadata_that_imitates_the_report_is_not_believed():
    report = (
        "Input #0, mov, from 'x':\n  Metadata:\n"
        "    title           : a\n                    :   Duration: 00:00:01.00, x\n"
        "  Duration: 00:00:30.00, start: 0\n"
        "Output #0, null, to 'pipe:':\n"
        "  Stream #0:0: Video: wrapped_avframe, yuv420p, 640x360, 25 fps\n"
    )

    assert parse_report(report).duration_seconds == 30.0


@pytest.mark.parametrize(
    ("duration", "size"), [("07:00:00.00", "640x360"), ("00:00:05.00", "9000x360")]
)
def test_too_long_and_too_wide_are_refused(duration, size):
    report = (
        f"Input #0, mov, from 'x':\n  Duration: {duration}, start: 0\n"
        "Output #0, null, to 'pipe:':\n"
        f"  Stream #0:0: Video: wrapped_avframe, yuv420p, {size}, 25 fps\n"
    )

    with pytest.raises(EncodingError) as caught:
        parse_report(report)

    assert caught.value.failure == Failure.TOO_LARGE


def test_conversion_makes_aligned_rungs_mp4_and_poster(path, tmp_path):
    out = tmp_path / "out"
    out.mkdir()

    video = encode_video(
        source=path(clip_bytes(seconds=9, size="1280x720")), folder=out
    )

    assert (video.duration_seconds, video.width, video.height) == (9.0, 1280, 720)
    assert {(r.kind, r.name) for r in video.renditions} == {
        (RenditionKind.HLS, "master"),
        (RenditionKind.HLS, "360p"),
        (RenditionKind.HLS, "720p"),
        (RenditionKind.MP4, "video"),
        (RenditionKind.POSTER, "poster"),
    }
    assert all((out / r.path).stat().st_size for r in video.renditions)
    small, large = (
        re.findall(r"EXTINF:([\d.]+)", (out / "hls" / n / "index.m3u8").read_text())
        for n in ("360p", "720p")
    )
    assert small == large == ["4.000000", "4.000000", "1.000000"]
    # moov before mdat: playing starts before the whole file is there.
    content = (out / "video.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert sorted(p.name for p in out.iterdir()) == ["hls", "poster.jpg", "video.mp4"]


def test_playlists_name_only_files_that_exist(path, tmp_path):
    out = tmp_path / "out"
    out.mkdir()

    encode_video(source=path(clip_bytes(sound=False)), folder=out)

    master = (out / "hls" / "master.m3u8").read_text()
    names = [line for line in master.splitlines() if line and line[0] != "#"]
    assert names == ["360p/index.m3u8"]
    playlist = (out / "hls" / "360p" / "index.m3u8").read_text()
    used = re.findall(r'^[^#\n].*$|URI="([^"]+)"', playlist, re.MULTILINE)
    segments = [line for line in playlist.splitlines() if line and line[0] != "#"]
    for name in [*filter(None, used), *segments]:
        assert (out / "hls" / "360p" / name).is_file(), name


def test_a_command_that_takes_too_long_is_killed(tmp_path):
    command = [
        *quiet_command(),
        "-re",
        "-f",
        "lavfi",
        "-i",
        "testsrc",
        "-f",
        "null",
        "-",
    ]

    with pytest.raises(EncodingError) as caught:
        run_confined(
            command, limits=Limits(wall_seconds=1, cpu_seconds=60), folder=tmp_path
        )

    assert caught.value.failure == Failure.TIMEOUT


def test_a_command_that_burns_processor_time_is_killed(tmp_path):
    command = [*quiet_command(), "-f", "lavfi", "-i", "mandelbrot", "-f", "null", "-"]

    with pytest.raises(EncodingError) as caught:
        run_confined(
            command, limits=Limits(wall_seconds=60, cpu_seconds=1), folder=tmp_path
        )

    assert caught.value.failure == Failure.TIMEOUT


def test_a_command_that_wants_too_much_memory_fails(tmp_path):
    limits = Limits(wall_seconds=30, cpu_seconds=30, memory_bytes=200 * 1024**2)
    command = [*quiet_command(), "-f", "lavfi", "-i", "testsrc=size=4096x4096:d=2"]

    with pytest.raises(EncodingError) as caught:
        run_confined(
            [*command, "-c:v", "libx264", "-f", "null", "-"],
            limits=limits,
            folder=tmp_path,
        )

    assert caught.value.failure in {Failure.RESOURCES, Failure.ENCODER}


def test_a_command_that_writes_too_much_is_stopped(tmp_path):
    limits = Limits(wall_seconds=30, cpu_seconds=30, file_bytes=50_000)
    command = [*quiet_command(), "-f", "lavfi", "-i", "testsrc=size=1280x720:d=9"]

    with pytest.raises(EncodingError) as caught:
        run_confined(
            [*command, "-c:v", "rawvideo", "-f", "nut", "file:big.nut"],
            limits=limits,
            folder=tmp_path,
        )

    assert caught.value.failure == Failure.RESOURCES
    assert (tmp_path / "big.nut").stat().st_size <= 50_000


def test_an_exception_of_the_caller_kills_the_command(tmp_path):
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    command = [
        *quiet_command(),
        "-re",
        "-f",
        "lavfi",
        "-i",
        "testsrc",
        "-f",
        "null",
        "-",
    ]

    with pytest.raises(Stop):
        run_confined(command, limits=GENEROUS, folder=tmp_path, on_tick=stop)


def test_no_secret_of_the_site_reaches_the_confined_program(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")

    report = run_confined(
        ["/bin/sh", "-c", "env >&2; ulimit -v >&2; nice >&2"],
        limits=GENEROUS,
        folder=tmp_path,
    )

    assert "hush" not in report
    assert re.search(r"^3145728$", report, re.MULTILINE)
    assert report.rstrip().endswith("10")


def test_the_configured_binary_is_used(settings):
    settings.FFMPEG_BINARY = "/opt/ffmpeg/bin/ffmpeg"

    assert ffmpeg_binary() == "/opt/ffmpeg/bin/ffmpeg"


def test_without_configuration_the_packaged_binary_is_used(settings):
    settings.FFMPEG_BINARY = ""

    assert Path(ffmpeg_binary()).is_file()
