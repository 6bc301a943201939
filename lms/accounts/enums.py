from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentityDocumentType(models.TextChoices):
    RESIDENT_ID = "resident_id", _("Resident identity card")
    HMT_RESIDENCE_PERMIT = (
        "hmt_residence_permit",
        _("Residence permit for Hong Kong, Macao and Taiwan residents"),
    )
    HM_TRAVEL_PERMIT = (
        "hm_travel_permit",
        _("Mainland travel permit for Hong Kong and Macao residents"),
    )
    TW_TRAVEL_PERMIT = (
        "tw_travel_permit",
        _("Mainland travel permit for Taiwan residents"),
    )
    FOREIGN_RESIDENT_ID = (
        "foreign_resident_id",
        _("Foreign permanent resident identity card"),
    )
    PASSPORT = "passport", _("Passport")
    OTHER = "other", _("Other document")


class Language(models.TextChoices):
    """Names of languages are written in the language itself."""

    CHINESE = "zh-hans", "简体中文"
    ENGLISH = "en", "English"


class TokenScope(models.TextChoices):
    """What a program may do with a person's token; each app appends its own."""

    READ = "read", _("Read what I may read")
    LEARN = "learn", _("Learn and sit exams as me")
    VERIFY = "verify", _("Verify certificates in bulk")
    ORGANIZATION_READ = "organization_read", _("Read training status")
    ORGANIZATION_WRITE = "organization_write", _("Import staff and assign courses")
