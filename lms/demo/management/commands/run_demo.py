"""`manage.py run_demo`: prepare everything, then serve the site with a worker."""

import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from lms.demo.loaders.media import sample_videos_ready
from lms.demo.loaders.people import PASSWORD

SIGN_INS = (
    ("employee@example.com", "员工 employee: /learn/"),
    ("admin@example.com", "企业管理员 enterprise administrator: /enterprise/"),
    ("regulator@example.com", "监管人员 regulator: /regulator/"),
    ("editor@example.com", "编辑 editor: /admin/"),
    ("reviewer@example.com", "审核 reviewer: /admin/"),
    ("examiner@example.com", "阅卷、监考 examiner: /marking/"),
    ("superuser@example.com", "系统管理员 superuser: /admin/"),
)
VIDEO_PATIENCE_SECONDS = 240
STOP_PATIENCE_SECONDS = 5


class Command(BaseCommand):
    help = "Prepare the demo (a second start takes seconds) and serve it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.port = os.environ.get("PORT", "8000")
        self.children: list[subprocess.Popen[bytes]] = []
        signal.signal(signal.SIGTERM, self._interrupt)
        try:
            self.prepare()
            self.serve()
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        finally:
            self.stop()

    def prepare(self) -> None:
        self.say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        self.collect_static()
        # The marker is a short cut only: loading again would change nothing.
        marker = settings.DATA_DIR / "demo-loaded"
        version = content_version()
        if not marker.exists() or marker.read_text() != version:
            self.say("Loading the sample content (only the first time) …")
            call_command("load_demo", stdout=self.stdout)
            marker.write_text(version)

    def collect_static(self) -> None:
        marker = settings.DATA_DIR / "static-collected"
        version = static_version()
        if marker.exists() and marker.read_text() == version:
            return
        self.say("Collecting static files …")
        call_command("collectstatic", verbosity=0, interactive=False)
        marker.write_text(version)

    def serve(self) -> None:
        bin_dir = Path(sys.executable).parent
        # One process serves every queue here; production splits them (docs).
        self.start(
            [
                str(bin_dir / "celery"),
                "--quiet",
                *("-A", "lms", "worker", "--beat", "--concurrency", "2"),
                *("--queues", "default,exams,certificates,media"),
                *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            ]
        )
        self.wait_for_videos()
        self.start(
            [
                str(bin_dir / "gunicorn"),
                *("lms.wsgi", "--bind", f"127.0.0.1:{self.port}", "--preload"),
                *("--workers", "2", "--threads", "4", "--graceful-timeout", "3"),
                *("--log-level", "warning"),
            ]
        )
        self.wait_until_ready()
        self.announce()
        while all(child.poll() is None for child in self.children):
            time.sleep(0.5)
        raise CommandError("The web server or the worker has stopped; see above.")

    def wait_for_videos(self) -> None:
        if sample_videos_ready():
            return
        self.say("Making the sample course's videos …")
        deadline = time.monotonic() + VIDEO_PATIENCE_SECONDS
        while not sample_videos_ready():
            if time.monotonic() > deadline or self.children[0].poll() is not None:
                self.say("The videos are late; their lessons say so until then.")
                return
            time.sleep(0.5)

    def wait_until_ready(self) -> None:
        address = f"http://127.0.0.1:{self.port}/health/ready"
        for _attempt in range(240):
            if self.children[-1].poll() is not None:
                raise CommandError(
                    f"The web server did not start. Is port {self.port} in use? "
                    "Choose another: make demo PORT=8001"
                )
            try:
                urllib.request.urlopen(address, timeout=2)
            except (URLError, OSError):
                time.sleep(0.25)
            else:
                return
        raise CommandError("The web server does not answer.")

    def announce(self) -> None:
        site = f"http://127.0.0.1:{self.port}"
        lines = [
            "",
            f"安学 Anxue   {site}/   English: {site}/en/   API: {site}/api/v1/docs/",
            f"密码 password: {PASSWORD}",
            *(f"  {address:<24} {where}" for address, where in SIGN_INS),
            f"邮件 mails: {settings.DATA_DIR}/mail",
            "Ctrl-C 停止 stops both the web server and the worker.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def start(self, command: list[str]) -> None:
        environment = {"EMAIL_URL": f"filemail:///{settings.DATA_DIR}/mail"}
        environment |= os.environ | {"DJANGO_SETTINGS_MODULE": "lms.settings"}
        self.children.append(
            subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)  # noqa: S603 -- fixed
        )

    def stop(self) -> None:
        """End the children: politely, then the worker's cold shutdown, then force."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for sign, patience in (
            (signal.SIGTERM, STOP_PATIENCE_SECONDS),
            (signal.SIGQUIT, 2),
            (signal.SIGKILL, 2),
        ):
            running = [child for child in self.children if child.poll() is None]
            for child in running:
                child.send_signal(sign)
            deadline = time.monotonic() + patience
            while running and time.monotonic() < deadline:
                running = [child for child in running if child.poll() is None]
                time.sleep(0.1)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    @staticmethod
    def _interrupt(*args: object) -> None:
        raise KeyboardInterrupt


def content_version() -> str:
    """Return a fingerprint of the sample content and of the code that loads it."""
    demo = Path(__file__).resolve().parents[2]
    files = sorted([*demo.glob("content/**/*.*"), *demo.glob("loaders/*.py")])
    return _fingerprint(files)


def static_version() -> str:
    """Return a fingerprint of the project's own static files and the lock files."""
    base = settings.BASE_DIR
    files = [base / "requirements.txt", base / "package-lock.json"]
    for app in apps.get_app_configs():
        if Path(app.path).parent in (base, base / "lms"):
            files += sorted(Path(app.path).glob("static/**/*.*"))
    return _fingerprint(files)


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(settings.BASE_DIR)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
