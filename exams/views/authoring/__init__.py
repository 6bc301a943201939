"""The item editor in the editors' admin: addresses below `items/`, all our own."""

from django.urls import path

from exams.views.authoring import bulk, editing, history, listing, previews, reviews

urlpatterns = [
    path("", listing.index, name="index"),
    path("add/", editing.add, name="add"),
    path("upload/", editing.upload, name="upload"),
    path("bulk/", bulk.act, name="bulk"),
    path("draft/<str:type_name>/", previews.draft, name="draft"),
    path("edit/<int:pk>/", editing.edit, name="edit"),
    path("preview/<int:pk>/", previews.saved, name="preview"),
    path("review/<int:pk>/<str:step>/", reviews.take, name="review"),
    path("parts/<int:pk>/move/", editing.move_part, name="move_part"),
    path("revisions/<int:pk>/", history.index, name="revisions"),
    path("revisions/<int:pk>/<int:number>/", history.detail, name="revision"),
    path("revisions/<int:pk>/<int:number>/restore/", history.restore, name="restore"),
]
