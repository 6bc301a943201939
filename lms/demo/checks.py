"""`manage.py check --deploy`: the sample accounts have a published password."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connection

from lms.accounts.models import User
from lms.demo.loaders.people import PASSWORD, sample_people


@register(Tags.database, deploy=True)
def check_no_sample_accounts(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    aliases = kwargs.get("databases") or []
    if DEFAULT_DB_ALIAS not in aliases or not _is_migrated():
        return []
    if not sample_people().filter(is_active=True).exists():
        return []
    return [
        Error(
            f"The sample accounts of the demo exist; their password, {PASSWORD}, "
            "is published.",
            hint="Use a database into which load_demo never ran.",
            id="demo.E001",
        )
    ]


def _is_migrated() -> bool:
    return User._meta.db_table in connection.introspection.table_names()  # noqa: SLF001 -- Django's public _meta
