from django.urls import path

from courses.views import actions, onsite, preview, questions, versions

app_name = "courses"
urlpatterns = [
    path("learn/courses/", actions.my_courses, name="mine"),
    path("learn/courses/<uuid:course_key>/", actions.enrolled_course, name="enrolled"),
    path("learn/courses/<uuid:course_key>/enroll/", actions.enroll, name="enroll"),
    path("learn/courses/<uuid:course_key>/changes/", versions.changes, name="changes"),
    path("learn/lessons/<uuid:unit_key>/", actions.owed_lesson, name="lesson"),
    path("learn/lessons/<uuid:unit_key>/finish/", actions.finish, name="finish"),
    path(
        "learn/lessons/<uuid:unit_key>/questions/<slug:ref>/",
        questions.answer,
        name="answer",
    ),
    path(
        "learn/lessons/<uuid:unit_key>/questions/<slug:ref>/restart/",
        questions.restart,
        name="restart",
    ),
    path(
        "learn/try/<int:page_id>/questions/<slug:ref>/",
        preview.try_answer,
        name="try_answer",
    ),
    path("learn/preview/<int:page_id>/", preview.preview, name="preview"),
    path(
        "learn/preview/<int:page_id>/handouts/<uuid:public_id>/",
        preview.preview_handout,
        name="preview_handout",
    ),
    path(
        "learn/lessons/<uuid:unit_key>/handouts/<uuid:public_id>/",
        questions.handout,
        name="handout",
    ),
    path("onsite/", onsite.trainings, name="on_site_trainings"),
    path("onsite/<uuid:public_id>/", onsite.training, name="on_site"),
    path("onsite/<uuid:public_id>/code/", onsite.code, name="on_site_code"),
    path(
        "learn/onsite/<uuid:public_id>/<str:value>/", onsite.sign, name="sign_on_site"
    ),
]
