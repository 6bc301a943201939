"""`/wrong-answers` and `/favorites`: what one got wrong, and what one keeps."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exams.domain.book_lines import Line, favorite_lines, line_of, with_reading
from exams.domain.favorites import find_favorable, set_favorite, shown_favorites
from exams.domain.wrong_answers import cards_in_book, let_go, put_back
from exams.enums import CardState
from exams.models import WrongAnswerCard
from lms.accounts.enums import TokenScope
from lms.accounts.requests import signed_in
from lms.api.idempotency import idempotent
from lms.api.pagination import CursorPagination
from lms.api.resources.attempts import SuggestionSerializer
from lms.core.clock import now, shanghai_date

PAGES = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
STATE = OpenApiParameter("state", str, enum=CardState.values)


class BookLineSerializer(serializers.Serializer):
    item = serializers.UUIDField(source="row.item.public_id")
    type = serializers.CharField(source="row.item.type")
    topic = serializers.CharField(source="row.item.topic.name", default="")
    stem = serializers.CharField()
    material = serializers.CharField()
    right = serializers.ListField(child=serializers.CharField())
    explanation = serializers.CharField()
    suggestions = SuggestionSerializer(
        many=True, help_text="Where to read on: articles, a lesson, a case."
    )


class WrongAnswerSerializer(BookLineSerializer):
    id = serializers.UUIDField(source="row.public_id")
    state = serializers.ChoiceField(source="row.state", choices=CardState.choices)
    given = serializers.ListField(
        source="row.wrong_given", child=serializers.CharField()
    )
    wrong_count = serializers.IntegerField(source="row.wrong_count")
    due_on = serializers.DateField(source="row.due_on")


class PageSerializer(serializers.Serializer):
    """One cursor page."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class WrongAnswerPageSerializer(PageSerializer):
    results = WrongAnswerSerializer(many=True)


class FavoritePageSerializer(PageSerializer):
    results = BookLineSerializer(many=True)


class CardActionSerializer(serializers.Serializer):
    action = serializers.ChoiceField(choices=["let_go", "put_back"])


class CardSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(choices=CardState.choices)
    due_on = serializers.DateField()


class WantedCardsSerializer(serializers.Serializer):
    state = serializers.ChoiceField(
        choices=CardState.choices, required=False, default=CardState.LEARNING
    )


class LearnerView(APIView):
    """Base: what one got wrong is nobody else's business, not even an employer's."""

    required_scope = TokenScope.LEARN

    def page_of(
        self,
        rows: QuerySet,
        serializer: type[serializers.Serializer],
        lines: Callable[[list[Any]], list[Line]],
    ) -> Response:
        """Answer one cursor page of lines, each with where to read on."""
        paginator = CursorPagination()
        page = paginator.paginate_queryset(rows, self.request, view=self) or []
        shown = with_reading(
            lines(page),
            user=signed_in(self.request),
            language=get_language() or "zh-hans",
        )
        return paginator.get_paginated_response(serializer(shown, many=True).data)


class WrongAnswersView(LearnerView):
    @extend_schema(
        operation_id="wrong_answers",
        parameters=[STATE, *PAGES],
        responses=WrongAnswerPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """List the wrong-answer book, newest first, in cursor pages."""
        wanted = WantedCardsSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        rows = cards_in_book(
            user=signed_in(request),
            state=wanted.validated_data["state"],
            on=shanghai_date(now()),
        )
        return self.page_of(
            rows,
            WrongAnswerSerializer,
            lambda cards: [line_of(card, card.revision) for card in cards],
        )


class WrongAnswerView(LearnerView):
    @extend_schema(
        operation_id="wrong_answers_act",
        request=CardActionSerializer,
        responses=CardSerializer,
    )
    @idempotent
    def post(self, request: Request, public_id: UUID) -> Response:
        """Let an item go because one knows it, or take it up again."""
        wanted = CardActionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        mine = WrongAnswerCard.objects.visible_to(request.user)
        card = get_object_or_404(mine, public_id=public_id)
        is_back = wanted.validated_data["action"] == "put_back"
        card = (put_back if is_back else let_go)(card=card, now=now())
        return Response(CardSerializer(card).data)


class FavoritesView(LearnerView):
    @extend_schema(
        operation_id="favorites", parameters=PAGES, responses=FavoritePageSerializer
    )
    def get(self, request: Request) -> Response:
        """List the favorites that are still open to practice, in cursor pages."""
        rows = shown_favorites(user=signed_in(request), on=shanghai_date(now()))
        return self.page_of(rows, BookLineSerializer, favorite_lines)


class FavoriteView(LearnerView):
    @extend_schema(operation_id="favorites_add", request=None, responses={204: None})
    def put(self, request: Request, item: UUID) -> Response:
        """Keep an item: one that is open to practice, or that one got wrong."""
        return self._set(request, item, is_favorite=True)

    @extend_schema(operation_id="favorites_remove", request=None, responses={204: None})
    def delete(self, request: Request, item: UUID) -> Response:
        """Keep an item no longer. Repeating is harmless."""
        return self._set(request, item, is_favorite=False)

    def _set(self, request: Request, item: UUID, *, is_favorite: bool) -> Response:
        learner, moment = signed_in(request), now()
        set_favorite(
            learner=learner,
            item=find_favorable(learner=learner, public_id=str(item), now=moment),
            is_favorite=is_favorite,
            now=moment,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("wrong-answers", WrongAnswersView.as_view(), name="wrong_answers"),
    path(
        "wrong-answers/<uuid:public_id>",
        WrongAnswerView.as_view(),
        name="wrong_answer",
    ),
    path("favorites", FavoritesView.as_view(), name="favorites"),
    path("favorites/<uuid:item>", FavoriteView.as_view(), name="favorite"),
]
