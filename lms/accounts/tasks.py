from celery import shared_task


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Remove the sessions that have expired: nothing else ever does."""
    from django.core.management import call_command  # noqa: PLC0415 -- task body

    call_command("clearsessions")
