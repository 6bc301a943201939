"""The embedded broker: a message appears whole or not at all."""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes beside, then renames.

    kombu creates the file under its final name and writes afterwards: a worker that
    looks in between takes an empty message away, and dies of it.
    """

    # The stubs of two base classes name the second argument differently.
    def _put(  # type: ignore[override]
        self, queue: str, payload: Any, **kwargs: Any
    ) -> None:
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        final = Path(self.data_folder_out) / name
        # No queue's name ends so: nobody takes it before it is whole.
        draft = final.with_name(f"{name}.draft")
        try:
            draft.write_bytes(dumps(payload).encode())
            draft.replace(final)
        except OSError as error:
            raise ChannelError(f"Cannot add {name!r} to the queue") from error


class Transport(filesystem.Transport):
    Channel = Channel
