"""The verifier in a real browser: visited once, then without a network."""

import io
import subprocess

import imageio_ffmpeg
import pytest
from PIL import Image

from certificates.domain.qr_codes import make_code, qr_text
from certificates.domain.tokens import build_token
from lms.core import signing
from lms.core.signing import signing_key
from tests.browser import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def paste(page, token):
    page.fill("#code", f"https://anxue.example.com/verify/#t={token}")
    page.click("#offline form button[type=submit]")


def test_codes_are_judged_without_a_network_after_one_visit(
    live_server, certificate, settings, tmp_path
):
    genuine = certificate.facts["token"]
    file = tmp_path / "home.pem"
    file.write_bytes(signing.generate_pem(common_name="home"))
    settings.SIGNING_KEY_FILE = str(file)
    forged = build_token(payload=certificate.facts, key=signing_key())
    settings.SIGNING_KEY_FILE = ""
    ended = build_token(
        payload=certificate.facts | {"valid_until": "2020-01-01"}, key=signing_key()
    )
    with chromium() as browser:
        context = browser.new_context(locale="en")
        page = context.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{live_server.url}/en/verify/offline/")
        page.wait_for_selector("[data-ready]", state="visible")
        context.set_offline(True)
        page.reload()
        paste(page, genuine)
        page.wait_for_selector("[data-state=signed]", state="visible")
        assert "张*" in page.inner_text("[data-claims]")
        paste(page, forged)
        page.wait_for_selector("[data-state=forged]", state="visible")
        assert not page.is_visible("[data-claims]")
        paste(page, ended)
        page.wait_for_selector("[data-state=expired]", state="visible")
        assert problems == []
        context.close()


def film(path, text):
    """Make the film that a camera would see: the printed code on a gray desk."""
    picture = Image.new("RGB", (960, 720), (120, 120, 120))
    code = io.BytesIO()
    make_code(text).save(code, kind="png", scale=6, border=4)
    printed = Image.open(code).convert("RGB").resize((640, 640))
    picture.paste(printed, (160, 40))
    still = path.with_suffix(".png")
    picture.save(still)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-loop", "1"]
    command += ["-i", str(still), "-t", "2", "-r", "10", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, str(path)], check=True)


@pytest.mark.parametrize(
    ("change", "state"), [(None, "signed"), ("forged", "forged")], ids=str
)
def test_the_camera_reads_the_code_without_a_network(
    live_server, certificate, settings, tmp_path, change, state
):
    facts = certificate.facts
    if change:
        file = tmp_path / "home.pem"
        file.write_bytes(signing.generate_pem(common_name="home"))
        settings.SIGNING_KEY_FILE = str(file)
        facts = facts | {"token": build_token(payload=facts, key=signing_key())}
        settings.SIGNING_KEY_FILE = ""
    film(tmp_path / "camera.y4m", qr_text(facts))
    with chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path}/camera.y4m",
    ) as browser:
        context = browser.new_context(locale="en", permissions=["camera"])
        page = context.new_page()
        page.goto(f"{live_server.url}/en/verify/offline/")
        page.wait_for_selector("[data-ready]", state="visible")
        context.set_offline(True)
        page.reload()
        page.click("[data-scan]")
        page.wait_for_selector(f"[data-state={state}]", state="visible")
        claims = page.locator("[data-claims]")
        assert claims.is_visible() == (state == "signed")
        if state == "signed":
            assert certificate.number in claims.inner_text()
        # The camera is let go as soon as a code was read.
        assert not page.evaluate("document.querySelector('video').srcObject.active")
        context.close()
