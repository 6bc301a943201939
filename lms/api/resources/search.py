"""`GET /search`: articles, policies, cases, courses and questions in one ranking."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cms.domain.query_words import has_han
from cms.domain.search import SearchHit, search
from cms.enums import EntryType
from lms.accounts.enums import TokenScope
from lms.api.authentication import HasScope
from lms.core.errors import Invalid

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
LANGUAGES = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}


class SearchHitSerializer(serializers.Serializer):
    type = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(help_text="Path on this site.")
    snippet = serializers.CharField(
        help_text="HTML: the text is escaped, found words stand in <mark>."
    )
    score = serializers.FloatField()
    law = serializers.CharField(help_text="Slug of the law; empty for other types.")
    eid = serializers.CharField()
    number = serializers.CharField()


class SearchResultsSerializer(serializers.Serializer):
    results = SearchHitSerializer(many=True)
    total = serializers.IntegerField()


def read_language(request: Request, default: str) -> str:
    """Return the content language asked for by `?lang=`."""
    given = request.query_params.get("lang", "").lower()
    if not given:
        return default
    if given not in LANGUAGES:
        raise Invalid("invalid_language", _("“lang” has to be zh-hans or en."))
    return LANGUAGES[given]


def _read_limit(text: str | None) -> int:
    if text is None or text == "":
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdecimal()) or not int(text[:6]) >= 1:
        raise Invalid("invalid_limit", _("“limit” has to be a number from 1 to 100."))
    return min(int(text[:6]), MAX_LIMIT)


def _as_row(hit: SearchHit) -> dict[str, Any]:
    names = ["type", "title", "url", "snippet", "score", "law", "eid", "number"]
    return {name: getattr(hit, name) for name in names}


class SearchView(APIView):
    """What a visitor or the signed-in person may see, best first."""

    permission_classes = [AllowAny, HasScope]
    required_scope = TokenScope.READ

    @extend_schema(
        operation_id="search",
        tags=["search"],
        parameters=[
            OpenApiParameter("q", str, description="Words, a question or 28条."),
            OpenApiParameter("type", str, enum=EntryType.values),
            OpenApiParameter("limit", int, description="1 to 100, default 20."),
            OpenApiParameter("lang", str, enum=["zh-hans", "en"]),
        ],
        responses=SearchResultsSerializer,
    )
    def get(self, request: Request) -> Response:
        q = request.query_params.get("q", "")
        kind = request.query_params.get("type", "")
        if kind and kind not in EntryType.values:
            raise Invalid(
                "invalid_type",
                _("“type” has to be one of: %(types)s.")
                % {"types": ", ".join(EntryType.values)},
            )
        is_latin = any(c.isascii() and c.isalpha() for c in q) and not has_han(q)
        found = search(
            q=q,
            types=[kind] if kind else None,
            language=read_language(request, "en" if is_latin else "zh-hans"),
            user=request.user,
            limit=_read_limit(request.query_params.get("limit")),
        )
        rows = [_as_row(hit) for hit in found.results]
        return Response({"results": rows, "total": found.total})


urlpatterns = [path("search", SearchView.as_view(), name="search")]
