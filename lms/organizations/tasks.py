from celery import shared_task


@shared_task(name="organizations.run_staff_import")
def run_staff_import(import_id: int) -> None:
    from lms.organizations.domain.staff_import.importing import run_import  # noqa: PLC0415 -- task body

    run_import(import_id=import_id)


@shared_task(name="organizations.sweep_staff_imports")
def sweep_staff_imports() -> None:
    from lms.organizations.domain.staff_import.importing import wake_imports  # noqa: PLC0415 -- task body

    wake_imports()


@shared_task(name="organizations.expire_changes")
def expire_changes() -> None:
    from lms.core.clock import now  # noqa: PLC0415 -- task body
    from lms.organizations.domain import approvals  # noqa: PLC0415 -- task body

    approvals.expire_changes(now=now())
