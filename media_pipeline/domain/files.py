"""Renditions in the media storage: one folder per attempt, never written twice."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage

from lms.core.storage import media_storage
from media_pipeline.models import Asset, TranscodeJob

ROOT = "asset"


class LocalFile(File):
    """A file that a local storage may move instead of copying it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(path.open("rb"), name=path.name)

    def temporary_file_path(self) -> str:
        return str(self._path)


class NameTaken(RuntimeError):
    """The storage gave another name: something else writes into this folder."""


def asset_folder(asset: Asset) -> str:
    return f"{ROOT}/{asset.public_id}"


def job_folder(job: TranscodeJob) -> str:
    """Return where this attempt keeps its files.

    Deterministic, so that whoever follows a killed worker knows what to clear away.
    """
    return f"{asset_folder(job.asset)}/{job.folder}"


def store_folder(*, folder: Path, prefix: str, on_tick: Callable[[], None]) -> None:
    """Put all files under `folder` into the media storage under `prefix`.

    Playlists and what they name are found together or not at all: the caller switches
    to `prefix` only afterwards.
    """
    storage = media_storage()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = f"{prefix}/{path.relative_to(folder).as_posix()}"
        with LocalFile(path) as file:
            if storage.save(name, file) != name:
                raise NameTaken(name)
        on_tick()


def remove_folder(*, storage: Storage, prefix: str) -> None:
    """Remove all files under `prefix`; what is gone already is no error."""
    try:
        folders, files = storage.listdir(prefix)
    except FileNotFoundError:
        return
    for name in files:
        storage.delete(f"{prefix}/{name}")
    for name in folders:
        remove_folder(storage=storage, prefix=f"{prefix}/{name}")
    with contextlib.suppress(OSError):
        storage.delete(prefix)


def remove_other_folders(*, asset: Asset, keep: set[str]) -> None:
    """Remove the folders of dead and superseded attempts of one asset."""
    storage = media_storage()
    home = asset_folder(asset)
    for folder in list_folders(storage, home):
        if f"{home}/{folder}" not in keep:
            remove_folder(storage=storage, prefix=f"{home}/{folder}")


def list_folders(storage: Storage, prefix: str) -> list[str]:
    try:
        return [name for name in storage.listdir(prefix)[0] if name]
    except FileNotFoundError:
        return []


def scratch_root() -> Path:
    return Path(settings.DATA_DIR) / "work" / "transcode"


@contextlib.contextmanager
def scratch_folder(job: TranscodeJob) -> Iterator[Path]:
    """Give an attempt an empty folder on this machine's disk; gone afterwards."""
    for stale in scratch_root().glob(f"{job.pk}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = scratch_root() / job.folder
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fetch_source(*, asset: Asset, folder: Path, on_tick: Callable[[], None]) -> Path:
    """Return a local path of the source: its own, or a copy from a remote storage."""
    try:
        return Path(asset.source.path)
    except NotImplementedError:
        pass
    target = folder / "source"
    with asset.source.open("rb") as source, target.open("wb") as copy:
        for chunk in source.chunks(1024 * 1024):
            copy.write(chunk)
            on_tick()
    return target
