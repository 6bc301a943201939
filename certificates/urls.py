from django.urls import path

from certificates.views import credentials, holder, verification

app_name = "certificates"

urlpatterns = [
    path("verify/", verification.VerifyView.as_view(), name="verify"),
    path("verify/file/", verification.VerifyFileView.as_view(), name="verify_file"),
    path("verify/offline/", credentials.offline, name="offline"),
    path("verify/offline/sw.js", credentials.offline_worker, name="offline_worker"),
    path(
        "verify/offline/app.webmanifest",
        credentials.offline_manifest,
        name="offline_manifest",
    ),
    path("verify/<str:number>/", verification.verdict, name="verdict"),
    path("learn/certificates/", holder.index, name="index"),
    path("learn/certificates/photo/", holder.photo, name="photo"),
    path("learn/certificates/photo/mine.jpg", holder.photo_file, name="photo_file"),
    path(
        "learn/certificates/<str:number>/photo.jpg",
        holder.shown_photo,
        name="shown_photo",
    ),
    path("learn/certificates/<str:number>/", holder.detail, name="detail"),
    path("learn/certificates/<str:number>/certificate.pdf", holder.pdf, name="pdf"),
    path("learn/certificates/<str:number>/certificate.png", holder.png, name="png"),
    path("learn/certificates/<str:number>/badge.jwt", credentials.badge, name="badge"),
]
