"""Files of an asset against a grant, its state, and posters."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views import View
from django.views.decorators.http import require_safe

from lms.core import clock
from lms.core.errors import DomainError
from media_pipeline.domain.delivery import ServedFile, find_file
from media_pipeline.domain.grants import read_grant
from media_pipeline.domain.sources import player_sources
from media_pipeline.models import Asset
from media_pipeline.views.answers import answer_with


class GrantedView(View):
    """Answers only while the grant in the address holds.

    A person who opened the address sees the site's error page, a player gets a
    problem document with a stable code.
    """

    http_method_names = ["get", "head"]

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except DomainError as error:
            if "text/html" in request.headers.get("Accept", ""):
                raise
            return problem(error)


def problem(error: DomainError) -> JsonResponse:
    """Return an RFC 9457 answer, which nobody may keep."""
    body = {"type": "about:blank", "title": error.code, "status": error.status}
    body |= {"code": error.code, "detail": str(error.message)}
    return JsonResponse(
        body,
        status=error.status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )


class FileView(GrantedView):
    def get(
        self, request: HttpRequest, grant: str, asset: UUID, name: str
    ) -> HttpResponseBase:
        read_grant(token=grant, asset_id=asset, now=clock.now())
        return answer_with(request, find_file(asset_id=asset, name=name))


class StatusView(GrantedView):
    """Tells a waiting player whether the video is there, and from where."""

    def get(self, request: HttpRequest, grant: str, asset: UUID) -> HttpResponseBase:
        read_grant(token=grant, asset_id=asset, now=clock.now())
        found = get_object_or_404(Asset, public_id=asset)
        sources = player_sources(
            asset=found, grant=grant, language=get_language() or "zh-hans"
        )
        body = {
            "state": sources.state,
            "duration": sources.duration,
            "hls": sources.hls_url,
            "mp4": sources.mp4_url,
            "poster": sources.poster_url,
            "captions": [
                {
                    "language": track.language,
                    "label": track.label,
                    "url": track.url,
                    "default": track.is_default,
                }
                for track in sources.captions
            ],
        }
        return JsonResponse(body, headers={"Cache-Control": "no-store"})


@require_safe
def serve_poster(request: HttpRequest, asset: UUID) -> HttpResponseBase:
    """Serve the poster of an asset to whom may see it, without a grant."""
    found = get_object_or_404(
        Asset.objects.visible_to(request.user).exclude(rendition_prefix=""),
        public_id=asset,
    )
    key = f"{found.rendition_prefix}/poster.jpg"
    return answer_with(request, ServedFile(key, "image/jpeg", is_proxied=False))
