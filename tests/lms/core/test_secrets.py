"""Generated secrets: made once, kept private, agreed on by two processes."""

import stat

import pytest

from lms.core.secrets import read_or_create_secret

pytestmark = pytest.mark.unit


def test_a_secret_is_made_once_and_kept_private(tmp_path):
    path = tmp_path / "deep" / "secret"
    assert read_or_create_secret(path, lambda: "one") == "one"
    assert read_or_create_secret(path, lambda: "two") == "one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


def test_a_process_that_comes_second_takes_the_first_ones_secret(tmp_path):
    path = tmp_path / "secret"

    def generate_while_another_wins():
        path.write_text("winner")
        return "loser"

    assert read_or_create_secret(path, generate_while_another_wins) == "winner"
