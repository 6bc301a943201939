from django.urls import path

from media_pipeline.views import delivery

app_name = "media_pipeline"
urlpatterns = [
    path("posters/<uuid:asset>.jpg", delivery.serve_poster, name="poster"),
    path(
        "<str:grant>/<uuid:asset>/status", delivery.StatusView.as_view(), name="status"
    ),
    path(
        "<str:grant>/<uuid:asset>/<path:name>",
        delivery.FileView.as_view(),
        name="file",
    ),
]
