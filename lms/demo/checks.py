"""`manage.py check --deploy`: the sample accounts have a published password."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register

from lms.accounts.models import User

SAMPLE_SIGN_INS = tuple(
    f"{name}@example.com"
    for name in ("employee", "admin", "regulator", "editor", "reviewer", "superuser")
)


@register(Tags.database, deploy=True)
def check_no_sample_accounts(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    if not kwargs.get("databases"):
        return []
    if not User.objects.filter(email__in=SAMPLE_SIGN_INS, is_active=True).exists():
        return []
    return [
        Error(
            "The sample accounts of the demo exist; their password is published.",
            hint="Use a database into which load_demo never ran.",
            id="demo.E001",
        )
    ]
