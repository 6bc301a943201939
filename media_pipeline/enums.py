from django.db import models
from django.utils.translation import gettext_lazy as _


class AssetKind(models.TextChoices):
    VIDEO = "video", _("Video")
    DOCUMENT = "document", _("Document")
    IMAGE = "image", _("Picture")


class AssetState(models.TextChoices):
    """What a reader gets: only READY plays."""

    ANNOUNCED = "announced", _("File still to come")
    UPLOADED = "uploaded", _("Waiting for conversion")
    PROCESSING = "processing", _("Being converted")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class RenditionKind(models.TextChoices):
    HLS = "hls", "HLS"
    MP4 = "mp4", "MP4"
    POSTER = "poster", _("Poster")


class Failure(models.TextChoices):
    """Why a conversion failed, in words for the person who uploaded the file."""

    UNREADABLE = "unreadable", _("The file is damaged or is no video we can read.")
    NO_VIDEO = "no_video", _("The file has no picture, only sound or data.")
    TOO_LARGE = (
        "too_large",
        _("The picture is too large or the video too long. Shorten it or scale it."),
    )
    TIMEOUT = "timeout", _("The conversion took too long and was stopped.")
    RESOURCES = (
        "resources",
        _("The conversion needed more memory or disk space than it may have."),
    )
    ENCODER = "encoder", _("The converter stopped with an error.")
    STORAGE = "storage", _("The file storage did not answer or a file is missing.")
    WORKER_LOST = (
        "worker_lost",
        _("The conversion was interrupted several times. Try again later."),
    )
