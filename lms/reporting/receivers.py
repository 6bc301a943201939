"""Figures follow what the packages below have done, before anybody looks."""

from typing import Any

from django.dispatch import receiver

from lms.organizations.signals import staff_imported
from lms.reporting.tasks import refresh_overview


@receiver(staff_imported, dispatch_uid="reporting.count_after_import")
def count_after_import(sender: Any, *, organization_id: int, **kwargs: Any) -> None:
    """Let the worker count at once: whoever looks first must not wait for it."""
    # celery-types does not know Celery's Django task yet.
    refresh_overview.delay_on_commit(organization_id)  # type: ignore[attr-defined]
