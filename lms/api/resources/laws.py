"""`/laws`: texts by version and day, single articles, differences."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cms.domain.articles import ArticleView, read_article
from cms.domain.diff import compare_versions, find_version
from cms.domain.law_queries import chapters_of
from cms.domain.queries import (
    article_path,
    find_law,
    held_on,
    law_path,
    parse_day,
    pick_version,
    today,
    versions_of,
)
from cms.enums import Change
from cms.models import LawVersionPage, Provision
from lms.accounts.enums import TokenScope
from lms.api.authentication import HasScope
from lms.api.resources.search import read_language

ON = OpenApiParameter("on", str, description="Day, YYYY-MM-DD; default today.")
LANG = OpenApiParameter("lang", str, enum=["zh-hans", "en"])


class VersionSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    in_force_from = serializers.DateField()
    in_force_to = serializers.DateField(allow_null=True)
    is_in_force = serializers.BooleanField(help_text="Today.")
    decree = serializers.CharField()
    source_state = serializers.CharField()
    source_note = serializers.CharField()


class ArticleSummarySerializer(serializers.Serializer):
    eid = serializers.CharField()
    number = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    heading = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField()


class ChapterSerializer(serializers.Serializer):
    number = serializers.CharField()
    heading = serializers.CharField()
    articles = ArticleSummarySerializer(many=True)


class LawSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()
    short_title = serializers.CharField()
    level = serializers.CharField()
    issuer = serializers.CharField()
    language = serializers.CharField()
    url = serializers.CharField()
    version = VersionSerializer()
    versions = VersionSerializer(many=True)
    chapters = ChapterSerializer(many=True)


class LawNameSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()


class PartSerializer(serializers.Serializer):
    eid = serializers.CharField()
    kind = serializers.CharField()
    text = serializers.CharField()


class ReferenceSerializer(serializers.Serializer):
    law = serializers.CharField()
    eid = serializers.CharField()
    number = serializers.CharField()
    heading = serializers.CharField()
    url = serializers.CharField()


class CitingSerializer(serializers.Serializer):
    type = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    why = serializers.CharField()


class ArticleCitationsSerializer(serializers.Serializer):
    cites = ReferenceSerializer(many=True)
    cited_by = CitingSerializer(many=True)


class ArticleSerializer(ArticleSummarySerializer):
    law = LawNameSerializer()
    language = serializers.CharField()
    wid = serializers.CharField(help_text="The same rule across versions.")
    annotation = serializers.CharField()
    keywords = serializers.ListField(child=serializers.CharField())
    is_unsure = serializers.BooleanField()
    parts = PartSerializer(many=True)
    version = VersionSerializer()
    citations = ArticleCitationsSerializer()


class ChangeSerializer(serializers.Serializer):
    eid = serializers.CharField()
    number = serializers.CharField()
    change = serializers.ChoiceField(choices=Change.choices)
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    from_number = serializers.CharField(help_text="Number in the older version.")


def _version_row(version: LawVersionPage) -> dict[str, Any]:
    return {
        "label": version.label,
        "in_force_from": version.in_force_from.isoformat(),
        "in_force_to": version.in_force_to.isoformat() if version.in_force_to else None,
        "is_in_force": held_on(version, today()),
        "decree": version.decree,
        "source_state": version.source_state,
        "source_note": version.source_note,
    }


def _article_row(slug: str, row: Provision) -> dict[str, Any]:
    return {
        "eid": row.eid,
        "number": row.number,
        "label": row.label,
        "heading": row.heading,
        "text": row.text,
        "url": article_path(slug, row.eid, row.language),
    }


class LawView(APIView):
    """A law in the wording of a day, chapter by chapter."""

    permission_classes = [AllowAny, HasScope]
    required_scope = TokenScope.READ

    @extend_schema(
        operation_id="read_law",
        tags=["laws"],
        parameters=[ON, LANG],
        responses=LawSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        on = parse_day(request.query_params.get("on"))
        language = read_language(request, "zh-hans")
        law = find_law(slug=slug, language=language)
        versions = versions_of(law_key=law.translation_key, language=language)
        version = pick_version(versions, on=on)
        chapters = [
            {
                "number": chapter.heading.number if chapter.heading else "",
                "heading": chapter.heading.heading if chapter.heading else "",
                "articles": [_article_row(slug, row) for row in chapter.articles],
            }
            for chapter in chapters_of(version=version)
        ]
        return Response(
            {
                "slug": law.slug,
                "title": law.title,
                "short_title": law.short_title,
                "level": law.level,
                "issuer": law.issuer,
                "language": language,
                "url": law_path(law.slug, language),
                "version": _version_row(version),
                "versions": [_version_row(one) for one in versions],
                "chapters": chapters,
            }
        )


class ArticleApiView(APIView):
    """One article with its text, version and citations both ways."""

    permission_classes = [AllowAny, HasScope]
    required_scope = TokenScope.READ

    @extend_schema(
        operation_id="read_article",
        tags=["laws"],
        parameters=[ON, LANG],
        responses=ArticleSerializer,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        view = read_article(
            law_slug=slug,
            address=number,
            language=read_language(request, "zh-hans"),
            on=parse_day(request.query_params.get("on")),
            user=request.user,
        )
        return Response(_full_article(view))


def _full_article(view: ArticleView) -> dict[str, Any]:
    article, slug = view.article, view.law.slug
    cites = [
        {
            "law": slug,
            "eid": row.eid,
            "number": row.number,
            "heading": row.heading,
            "url": article_path(slug, row.eid, row.language),
        }
        for row in view.related
    ]
    cited_by = [
        {"type": one.kind, "title": one.title, "url": one.url, "why": one.why}
        for one in view.cited_by
    ]
    return _article_row(slug, article) | {
        "law": {"slug": slug, "title": view.law.title},
        "language": article.language,
        "wid": article.wid,
        "annotation": article.annotation,
        "keywords": article.keywords,
        "is_unsure": article.is_unsure,
        "parts": [
            {"eid": part.eid, "kind": part.kind, "text": part.text}
            for part in view.parts
        ],
        "version": _version_row(view.version),
        "citations": {"cites": cites, "cited_by": cited_by},
    }


class LawDiffView(APIView):
    """What changed between two versions; unchanged articles are left out."""

    permission_classes = [AllowAny, HasScope]
    required_scope = TokenScope.READ

    @extend_schema(
        operation_id="compare_law_versions",
        tags=["laws"],
        parameters=[
            OpenApiParameter("from", str, description="Label, such as 2014."),
            OpenApiParameter("to", str, description="Label; default the newest."),
            LANG,
        ],
        responses=ChangeSerializer(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        language = read_language(request, "zh-hans")
        law = find_law(slug=slug, language=language)
        versions = versions_of(law_key=law.translation_key, language=language)
        newest = versions[0].label if versions else ""
        before = versions[1].label if len(versions) > 1 else newest
        wanted = request.query_params
        older = find_version(versions=versions, label=wanted.get("from") or before)
        newer = find_version(versions=versions, label=wanted.get("to") or newest)
        return Response(
            [
                {
                    "eid": one.eid,
                    "number": one.number,
                    "change": str(one.change),
                    "before": one.before,
                    "after": one.after,
                    "from_number": one.from_number,
                }
                for one in compare_versions(older=older, newer=newer)
            ]
        )


urlpatterns = [
    path("laws/<slug:slug>", LawView.as_view(), name="law"),
    path("laws/<slug:slug>/diff", LawDiffView.as_view(), name="law_diff"),
    path(
        "laws/<slug:slug>/articles/<str:number>",
        ArticleApiView.as_view(),
        name="law_article",
    ),
]
