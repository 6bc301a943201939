"""File storage by purpose, so that no caller asks whether S3 is in use.

As callables they may stand in `FileField(storage=…)` without freezing the
installation's choice into a migration.
"""

from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """Personal and source files: certificates, uploads. Never served by address."""
    return storages["private"]


def media_storage() -> Storage:
    """Renditions of videos, served against a grant."""
    return storages["media"]
