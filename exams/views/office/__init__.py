"""What owners of exams do beside them in the editors' admin."""

from django.urls import path

from exams.views.office import corrections, policy, statistics

urlpatterns = [
    path("exams/<int:pk>/marking/", policy.edit_policy, name="policy"),
    path("exams/<int:pk>/release/", policy.release, name="release"),
    path("corrections/", corrections.index, name="corrections"),
    path("corrections/<int:pk>/", corrections.detail, name="correction"),
    path(
        "corrections/<int:pk>/approve/",
        corrections.approve,
        name="approve_correction",
    ),
    path("corrections/<int:pk>/reject/", corrections.reject, name="reject_correction"),
    path("items/<int:item_pk>/correction/", corrections.propose, name="propose"),
    path("exams/<int:pk>/statistics/", statistics.of_exam, name="exam_statistics"),
    path("exams/<int:pk>/recompute/", statistics.recompute, name="recompute"),
    path("papers/<int:pk>/statistics/", statistics.of_paper, name="paper_statistics"),
    path("items/<int:pk>/statistics/", statistics.of_item, name="item_statistics"),
]
