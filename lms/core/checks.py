"""`manage.py check --deploy`: what would be unsafe in production."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_secrets_are_given(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Generated secrets live in one node's data directory: not fit for production."""
    given = {
        "SECRET_KEY": settings.SECRET_KEY_IS_GIVEN,
        "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS_ARE_GIVEN,
        "SIGNING_KEY_FILE": bool(
            settings.SIGNING_KEY_FILE or settings.SIGNING_PKCS11_MODULE
        ),
    }
    return [
        Error(
            f"{name} is not set; a generated one would be used.",
            hint="Set it in the environment, the same on every node.",
            id="core.E010",
        )
        for name, is_given in given.items()
        if not is_given
    ]


@register(Tags.security, deploy=True)
def check_public_address(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Links in mails and QR codes carry SITE_URL: it must be the real, secure one."""
    found: list[CheckMessage] = []
    if not settings.HTTPS:
        found.append(
            Error(
                "SITE_URL does not begin with https://.",
                hint="QR codes on certificates carry it for years.",
                id="core.E011",
            )
        )
    if not settings.LMS_REQUIRE_STAFF_MFA:
        found.append(
            Error(
                "Staff may sign in without a second factor.",
                hint="Remove LMS_REQUIRE_STAFF_MFA=off.",
                id="core.E012",
            )
        )
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        found.append(
            Error("EMAIL_URL is not set: mails are only printed.", id="core.E013")
        )
    return found


@register(Tags.security, deploy=True)
def check_services(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The embedded defaults serve one machine; say so, but do not refuse them."""
    embedded = {
        "DATABASE_URL": settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
        "REDIS_URL": not settings.REDIS_URL,
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL.startswith("filesystem"),
        "S3_BUCKET": not settings.S3_BUCKET,
    }
    names = [name for name, is_embedded in embedded.items() if is_embedded]
    if not names:
        return []
    return [
        Warning(
            f"Embedded defaults are in use, good for one machine: {', '.join(names)}.",
            id="core.W014",
        )
    ]
