"""The embedded broker: what a worker finds there is whole."""

from pathlib import Path

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from lms.celery import app
from lms.core import broker

pytestmark = pytest.mark.unit


@pytest.fixture
def channel(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    options["control_folder"] = str(tmp_path / "control")
    with Connection("filesystem://", transport_options=options) as connection:
        assert isinstance(connection.transport, broker.Transport)
        yield connection.channel()


def test_messages_come_out_as_they_went_in(channel, tmp_path):
    channel._put("certificates", {"body": "张伟"})
    channel._put("exams", {"body": "2"})
    assert channel._get("certificates") == {"body": "张伟"}
    assert channel._get("exams") == {"body": "2"}
    assert not list(tmp_path.glob("*.msg*"))


def test_a_message_is_not_seen_before_it_is_whole(channel, monkeypatch):
    seen = []
    write = Path.write_bytes

    def slowly(path, data):
        write(path, b"")
        seen.append(channel._size("certificates"))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", slowly)
    channel._put("certificates", {"body": "1"})
    assert seen == [0]
    assert channel._size("certificates") == 1


def test_a_full_disk_is_said_and_leaves_no_message(channel, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ChannelError):
        channel._put("certificates", {"body": "1"})
    assert channel._size("certificates") == 0


def test_the_application_uses_it():
    with app.connection_for_write("filesystem://") as connection:
        assert isinstance(connection.transport, broker.Transport)
