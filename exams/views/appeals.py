"""Appeals: the candidate's form, the examiner's answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from exams.domain.appeals import (
    answer_appeal,
    appeal_until,
    make_appeal,
    open_appeal_of,
    withdraw_appeal,
)
from exams.domain.item_media import attach_players
from exams.domain.review import ItemReview, examined_items, review_attempt
from exams.enums import AppealState
from exams.errors import AppealRefused
from exams.marking_forms import AppealAnswerForm, AppealForm
from exams.models import Appeal, Attempt
from exams.views.marking import DeskView
from lms.accounts.requests import signed_in
from lms.core.clock import now

RELATED = (
    *("exam__marking_policy", "enrollment__syllabus", "paper", "key", "result"),
    "candidate",
)


class AppealView(LoginRequiredMixin, View):
    """The candidate asks for another look at a released result."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        attempt = self._attempt(public_id)
        form = AppealForm(
            items=self._items(attempt),
            initial={"position": request.GET.get("question")},
        )
        return self._render(request, attempt, form)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        attempt = self._attempt(public_id)
        form = AppealForm(request.POST, items=self._items(attempt))
        if not form.is_valid():
            return self._render(request, attempt, form, status=422)
        try:
            make_appeal(
                attempt=attempt,
                by=signed_in(request),
                position=form.cleaned_data["position"],
                reason=form.cleaned_data["reason"],
                now=now(),
            )
        except AppealRefused as refusal:
            form.add_error(None, refusal.message)
            return self._render(request, attempt, form, status=refusal.status)
        messages.success(request, _("Your appeal was sent. You get a message."))
        return redirect("exams:result", attempt.public_id)

    def _attempt(self, public_id: UUID) -> Attempt:
        mine = Attempt.objects.of_candidate(self.request.user)
        finished = mine.filter(result__released_at__isnull=False)
        return get_object_or_404(finished.select_related(*RELATED), public_id=public_id)

    def _items(self, attempt: Attempt) -> list[ItemReview]:
        review = review_attempt(
            attempt=attempt,
            user=signed_in(self.request),
            language=get_language() or "zh-hans",
        )
        return review.items

    def _render(
        self, request: HttpRequest, attempt: Attempt, form: Any, status: int = 200
    ) -> HttpResponse:
        context = {
            "attempt": attempt,
            "exam": attempt.exam,
            "form": form,
            "until": appeal_until(attempt),
            "is_open": open_appeal_of(attempt) is not None,
        }
        return render(request, "exams/appeal.html", context, status=status)


class WithdrawView(LoginRequiredMixin, View):
    """The candidate takes an appeal back."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        mine = Appeal.objects.filter(attempt__candidate=signed_in(request))
        appeal = get_object_or_404(mine.select_related("attempt"), public_id=public_id)
        try:
            withdraw_appeal(appeal=appeal, by=signed_in(request), now=now())
        except AppealRefused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.info(request, _("Your appeal was taken back."))
        return redirect("exams:result", appeal.attempt.public_id)


class AnswerView(DeskView):
    """The examiner reads the appeal beside the answer and the key, and answers."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        appeal = self._appeal(public_id)
        items = self._items(appeal)
        form = AppealAnswerForm(items=items)
        return self._render(request, appeal, items, form)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        appeal = self._appeal(public_id)
        items = self._items(appeal)
        form = AppealAnswerForm(request.POST, items=items)
        if not form.is_valid():
            return self._render(request, appeal, items, form, status=422)
        try:
            answer_appeal(
                appeal=appeal,
                by=signed_in(request),
                answer=form.cleaned_data["answer"],
                position=form.cleaned_data["position"],
                raw=form.cleaned_data["raw"],
                now=now(),
            )
        except AppealRefused as refusal:
            form.add_error(None, refusal.message)
            return self._render(request, appeal, items, form, status=refusal.status)
        messages.success(request, _("The candidate was told."))
        return redirect("exams:marking")

    def _appeal(self, public_id: UUID) -> Appeal:
        mine = Appeal.objects.for_examiner(self.request.user)
        related = [f"attempt__{name}" for name in RELATED]
        return get_object_or_404(mine.select_related(*related), public_id=public_id)

    def _items(self, appeal: Appeal) -> list[ItemReview]:
        items = examined_items(attempt=appeal.attempt)
        if appeal.position is None:
            return items
        return [item for item in items if item.position == appeal.position]

    def _render(
        self,
        request: HttpRequest,
        appeal: Appeal,
        items: list[ItemReview],
        form: Any,
        status: int = 200,
    ) -> HttpResponse:
        views = [item.view for item in items]
        subject = signed_in(request).subject_id
        attach_players(views=views, subject=subject, now=now())
        context = {
            "appeal": appeal,
            "exam": appeal.attempt.exam,
            "items": items,
            "views": views,
            "form": form,
            "is_open": appeal.state == AppealState.OPEN,
        }
        return render(request, "exams/marking/appeal.html", context, status=status)
