"""What a player needs to know about an asset."""

from dataclasses import dataclass, field

from django.urls import reverse

from media_pipeline.enums import AssetState
from media_pipeline.models import Asset


@dataclass(frozen=True, slots=True)
class CaptionSource:
    """One caption track as a player lists it."""

    language: str
    label: str
    url: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class PlayerSources:
    """Addresses under one grant. Empty addresses: not ready, ask `status_url` again."""

    state: AssetState
    status_url: str
    duration: float | None = None
    hls_url: str = ""
    mp4_url: str = ""
    poster_url: str = ""
    captions: list[CaptionSource] = field(default_factory=list)


def player_sources(
    *, asset: Asset, grant: str, language: str = "zh-hans"
) -> PlayerSources:
    """Return the addresses of an asset's files under `grant`; one query.

    The captions of `language` are the default ones; without them the first are.
    """

    def address(path: str) -> str:
        return reverse("media_pipeline:file", args=[grant, asset.public_id, path])

    state = AssetState(asset.state)
    status_url = reverse("media_pipeline:status", args=[grant, asset.public_id])
    if state != AssetState.READY or not asset.rendition_prefix:
        return PlayerSources(state=state, status_url=status_url)
    tracks = list(asset.captions.all())
    wanted = [t.pk for t in tracks if t.language.lower() == language.lower()]
    default = (wanted or [t.pk for t in tracks] or [0])[0]
    return PlayerSources(
        state=state,
        status_url=status_url,
        duration=asset.duration_seconds,
        hls_url=address("hls/master.m3u8"),
        mp4_url=address("video.mp4"),
        poster_url=address("poster.jpg"),
        captions=[
            CaptionSource(
                track.language,
                track.label,
                address(f"captions/{track.language}.vtt"),
                track.pk == default,
            )
            for track in tracks
        ],
    )


def poster_url(*, asset: Asset) -> str:
    """Return the address of an asset's poster for lists, "" where there is none.

    It needs no grant; who may not see the asset gets a 404 from it.
    """
    if not asset.rendition_prefix:
        return ""
    version = asset.rendition_prefix.rpartition("/")[2]
    return f"{reverse('media_pipeline:poster', args=[asset.public_id])}?v={version}"
