"""Photographs of holders: cut to size once, named by their hash, kept while named."""

import hashlib
import io
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from certificates.domain.images import open_picture, read_promised
from certificates.errors import IssueRefused, PictureRefused
from certificates.models import BatchRow, Certificate, HolderPhoto
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

NO_PHOTO = "no_photo"
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
# The proportions of a one-inch photograph (25 by 35 mm), at 500 dots an inch.
WIDTH, HEIGHT = 500, 700
SMALLEST = (200, 280)


@transaction.atomic
def choose_photo(*, holder: User, data: bytes) -> HolderPhoto:
    """Take a JPEG or PNG as the person's photo from now on; certificates keep theirs.

    It is turned upright, cut in the middle to 5 by 7 and stored anew as JPEG without
    what else was in the file (place, time, camera).

    Raises:
        PictureRefused: `too_large`, `too_small` or `not_a_picture`.
    """
    clean = _clean(data)
    sha256 = hashlib.sha256(clean).hexdigest()
    # Two uploads of one person wait for each other: only one photo is current.
    User.objects.select_for_update().get(pk=holder.pk)
    photos = HolderPhoto.objects.filter(holder=holder)
    photos.filter(is_current=True).exclude(sha256=sha256).update(is_current=False)
    photo, is_new = HolderPhoto.objects.get_or_create(
        holder=holder, sha256=sha256, defaults={"is_current": True}
    )
    if is_new:
        photo.file.save(f"{sha256}.jpg", ContentFile(clean), save=True)
    elif not photo.is_current:
        photo.is_current = True
        photo.save(update_fields=["is_current", "updated_at"])
    _remove_unnamed(holder)
    _note(holder, "chosen")
    return photo


@transaction.atomic
def remove_photo(*, holder: User) -> None:
    """Take the photo back; later certificates are issued without it, or wait for one.

    The file goes unless a certificate names it.
    """
    HolderPhoto.objects.filter(holder=holder).update(is_current=False)
    _remove_unnamed(holder)
    _note(holder, "removed")


def _note(holder: User, what: str) -> None:
    record(
        actor=holder,
        verb=Verb.CERTIFICATE_PHOTO_CHANGED,
        object_type="accounts.user",
        object_id=str(holder.subject_id),
        data={"photo": what},
    )


def _remove_unnamed(holder: User) -> None:
    named = Certificate.objects.filter(holder=holder).exclude(photo_sha256="")
    left = HolderPhoto.objects.filter(holder=holder, is_current=False).exclude(
        sha256__in=named.values("photo_sha256")
    )
    for photo in left:
        name, storage = str(photo.file.name), photo.file.storage
        photo.delete()
        transaction.on_commit(partial(storage.delete, name))


def current_photo(*, holder: User) -> HolderPhoto | None:
    """Return the photo that the next certificate of the person takes."""
    return HolderPhoto.objects.filter(holder=holder, is_current=True).first()


def wants_photo(layout: dict[str, Any]) -> bool:
    """Tell whether a layout has a place for the holder's photo."""
    return bool(layout.get("photo"))


def rows_that_wait(*, holder: User) -> QuerySet[BatchRow]:
    """Return the rows of batches that refused the person for want of a photo."""
    is_theirs = Q(holder=holder) | Q(enrollment__learner=holder)
    return BatchRow.objects.filter(is_theirs, code=NO_PHOTO, certificate=None)


def photos_of(holders: Iterable[User]) -> dict[int, str]:
    """Return the hash of the current photo by key of the person, in one query."""
    rows = HolderPhoto.objects.filter(
        holder_id__in={holder.pk for holder in holders}, is_current=True
    )
    return dict(rows.values_list("holder_id", "sha256"))


def no_photo() -> IssueRefused:
    """Return the refusal of a template with a photo for a person without one."""
    return IssueRefused(
        NO_PHOTO, _("The certificate shows a photo, and the person has none here.")
    )


def photo_bytes(sha256: str) -> bytes:
    """Return the JPEG of a hash.

    Raises:
        PictureRefused: `missing` or `changed`.
    """
    return read_promised(HolderPhoto.objects.filter(sha256=sha256).first(), sha256)


def _clean(data: bytes) -> bytes:
    from PIL import ImageOps  # noqa: PLC0415 -- slow import

    image = open_picture(data, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)
    upright = image.convert("RGB")
    if upright.width < SMALLEST[0] or upright.height < SMALLEST[1]:
        raise PictureRefused(
            "too_small", _("The photo has to be at least 200 by 280 pixels.")
        )
    photo = ImageOps.fit(upright, (WIDTH, HEIGHT))
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=88)
    return out.getvalue()
