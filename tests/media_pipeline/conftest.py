"""Storage of its own for each test, and real clips."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lms.core.storage import media_storage, private_storage
from media_pipeline.models import Asset, CaptionTrack
from tests.factories.media_pipeline import clip_bytes


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path, use_storage):
    """Files of one test are nobody else's."""
    settings.DATA_DIR = tmp_path / "data"
    local = "django.core.files.storage.FileSystemStorage"
    use_storage(
        {
            alias: {"BACKEND": local, "OPTIONS": {"location": str(tmp_path / alias)}}
            for alias in ("private", "media")
        }
    )


@pytest.fixture
def use_storage(settings, monkeypatch):
    """Point the storage aliases, and the fields that were given them, elsewhere."""

    def use(aliases):
        settings.STORAGES = settings.STORAGES | aliases
        for model, name, storage in (
            (Asset, "source", private_storage()),
            (CaptionTrack, "file", media_storage()),
        ):
            monkeypatch.setattr(model._meta.get_field(name), "storage", storage)

    return use


@pytest.fixture
def clip():
    """Make an upload of a real two-second clip."""

    def make(name="clip.mp4", **options):
        return SimpleUploadedFile(name, clip_bytes(**options))

    return make


@pytest.fixture
def stored(tmp_path):
    """List the names of all files in the media storage."""

    def names(folder="media"):
        root = tmp_path / folder
        return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())

    return names
