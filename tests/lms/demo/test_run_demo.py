"""A second start of the demo prepares nothing anew that has not changed."""

import pytest
from django.conf import settings

from lms.demo.management.commands.run_demo import content_version, static_version

pytestmark = pytest.mark.unit


def test_versions_are_stable_and_ignore_what_was_collected():
    before = static_version(), content_version()
    vendor = settings.DATA_DIR / "static" / "vendor" / "hls.js"
    vendor.mkdir(parents=True)
    assert (static_version(), content_version()) == before


def test_a_changed_style_sheet_is_collected_anew(tmp_path, monkeypatch):
    before = static_version()
    monkeypatch.setattr(
        "lms.demo.management.commands.run_demo.Path.read_bytes", lambda file: b"new"
    )
    assert static_version() != before
