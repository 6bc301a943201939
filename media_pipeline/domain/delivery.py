"""Which stored file an address means. The name is matched, never joined to a path."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from media_pipeline.encoders.renditions import TYPES
from media_pipeline.errors import RenditionMissing
from media_pipeline.models import Asset, CaptionTrack

SERVED = re.compile(
    r"hls/master\.m3u8"
    r"|hls/\d{2,4}p/(?:index\.m3u8|init(?:_\d)?\.mp4|seg_\d{5}\.m4s)"
    r"|video\.mp4|poster\.jpg",
    re.ASCII,
)
CAPTIONS = re.compile(r"captions/([A-Za-z0-9-]{2,12})\.vtt", re.ASCII)
# Small text that a browser must get from our own origin (tracks, playlists whose
# relative addresses carry the grant); everything else may come from the bucket.
PROXIED = (".m3u8", ".vtt")


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file in the media storage and how to answer with it."""

    key: str
    content_type: str
    is_proxied: bool


def find_file(*, asset_id: UUID, name: str) -> ServedFile:
    """Return the stored file behind a name below the grant; one query.

    Raises:
        RenditionMissing: the name is none of ours, or the asset has no such file.
    """
    captions = CAPTIONS.fullmatch(name)
    if captions:
        tracks = CaptionTrack.objects.filter(
            asset__public_id=asset_id, language=captions[1]
        )
        key = tracks.values_list("file", flat=True).first()
    elif SERVED.fullmatch(name):
        assets = Asset.objects.filter(public_id=asset_id).exclude(rendition_prefix="")
        prefix = assets.values_list("rendition_prefix", flat=True).first()
        key = f"{prefix}/{name}" if prefix else None
    else:
        key = None
    if key is None:
        raise missing()
    suffix = f".{name.rpartition('.')[2]}"
    return ServedFile(key, TYPES[suffix], suffix in PROXIED)


def missing() -> RenditionMissing:
    return RenditionMissing(
        "rendition_missing", _("There is no such video file. Reload the lesson.")
    )
