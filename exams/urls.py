from django.urls import path

from exams.views import (
    appeals,
    intro,
    invigilation,
    marking,
    practice,
    result,
    sitting,
    wrong_answers,
)

app_name = "exams"

urlpatterns = [
    path(
        "exams/invigilation/",
        invigilation.ExamListView.as_view(),
        name="invigilation",
    ),
    path(
        "exams/<uuid:public_id>/invigilation/",
        invigilation.LiveView.as_view(),
        name="live",
    ),
    path(
        "exams/<uuid:public_id>/extra-time/",
        invigilation.ExtraTimeView.as_view(),
        name="extra_time",
    ),
    path(
        "exams/<uuid:public_id>/alike-papers/",
        invigilation.LikenessView.as_view(),
        name="likeness",
    ),
    path(
        "attempts/<uuid:public_id>/replay/",
        invigilation.ReplayView.as_view(),
        name="replay",
    ),
    path("exams/<uuid:public_id>/", intro.ExamIntroView.as_view(), name="intro"),
    path("attempts/<uuid:public_id>/", sitting.SittingView.as_view(), name="attempt"),
    path(
        "attempts/<uuid:public_id>/result/",
        result.ResultView.as_view(),
        name="result",
    ),
    path(
        "attempts/<uuid:public_id>/appeal/",
        appeals.AppealView.as_view(),
        name="appeal",
    ),
    path(
        "appeals/<uuid:public_id>/withdraw/",
        appeals.WithdrawView.as_view(),
        name="appeal_withdraw",
    ),
    path(
        "marking/appeals/<uuid:public_id>/",
        appeals.AnswerView.as_view(),
        name="appeal_answer",
    ),
    path("marking/", marking.QueueView.as_view(), name="marking"),
    path(
        "marking/exams/<uuid:public_id>/next/",
        marking.NextView.as_view(),
        name="marking_next",
    ),
    path(
        "marking/<uuid:public_id>/",
        marking.ScriptView.as_view(),
        name="marking_script",
    ),
    path(
        "marking/<uuid:public_id>/put-back/",
        marking.PutBackView.as_view(),
        name="marking_put_back",
    ),
    path("learn/practice/", practice.PracticeView.as_view(), name="practice"),
    path("learn/practice/start/", practice.StartView.as_view(), name="practice_start"),
    path(
        "learn/practice/<uuid:public_id>/",
        practice.SessionView.as_view(),
        name="practice_session",
    ),
    path(
        "learn/wrong-answers/",
        wrong_answers.WrongAnswersView.as_view(),
        name="wrong_answers",
    ),
    path(
        "learn/wrong-answers/<uuid:public_id>/",
        wrong_answers.WrongAnswerView.as_view(),
        name="wrong_answer",
    ),
    path("learn/favorites/", wrong_answers.FavoritesView.as_view(), name="favorites"),
    path(
        "learn/favorites/<uuid:public_id>/",
        wrong_answers.FavoriteView.as_view(),
        name="favorite",
    ),
]
