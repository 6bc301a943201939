"""The wrong-answer book and the favorites as lists."""

from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.generic import View

from exams.domain.book_lines import favorite_lines, line_of, with_reading
from exams.domain.favorites import find_favorable, set_favorite, shown_favorites
from exams.domain.memory import MASTERY_DAYS
from exams.domain.wrong_answers import cards_in_book, let_go, put_back
from exams.enums import CardState
from exams.models import WrongAnswerCard
from exams.views.practice import language_of_reader
from lms.accounts.requests import signed_in
from lms.core.clock import now, shanghai_date

PAGE_SIZE = 20


@method_decorator(never_cache, name="dispatch")
class WrongAnswersView(LoginRequiredMixin, View):
    """The book: what is to be repeated, what is mastered, what is no longer asked."""

    def get(self, request: HttpRequest) -> HttpResponse:
        state = request.GET.get("state", CardState.LEARNING)
        if state not in CardState.values:
            raise Http404
        today = shanghai_date(now())
        cards = cards_in_book(user=signed_in(request), state=state, on=today)
        page = Paginator(cards, PAGE_SIZE).get_page(request.GET.get("page"))
        due = 0
        if state == CardState.LEARNING:
            due = cards.filter(due_on__lte=today).count()
        context = {
            "state": state,
            "states": CardState.choices,
            "page_obj": page,
            "lines": with_reading(
                [line_of(card, card.revision) for card in page],
                user=signed_in(request),
                language=language_of_reader(),
            ),
            "due_count": due,
            "today": today,
            "mastery_days": MASTERY_DAYS,
        }
        return render(request, "exams/practice/wrong_answers.html", context)


class WrongAnswerView(LoginRequiredMixin, View):
    """Let a card go, or put it back."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        mine = WrongAnswerCard.objects.visible_to(request.user)
        card = get_object_or_404(mine, public_id=public_id)
        is_back = request.POST.get("action") == "put_back"
        (put_back if is_back else let_go)(card=card, now=now())
        return redirect(_next(request, reverse("exams:wrong_answers")))


class FavoritesView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = shown_favorites(user=signed_in(request), on=shanghai_date(now()))
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        lines = with_reading(
            favorite_lines(list(page)),
            user=signed_in(request),
            language=language_of_reader(),
        )
        return render(
            request,
            "exams/practice/favorites.html",
            {"page_obj": page, "lines": lines},
        )


class FavoriteView(LoginRequiredMixin, View):
    """Mark an item, or take the mark away."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        learner = signed_in(request)
        item = find_favorable(learner=learner, public_id=str(public_id), now=now())
        set_favorite(
            learner=learner,
            item=item,
            is_favorite=request.POST.get("favorite") == "yes",
            now=now(),
        )
        return redirect(_next(request, reverse("exams:favorites")))


def _next(request: HttpRequest, otherwise: str) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else otherwise
