from celery import shared_task


@shared_task(name="reporting.run_report")
def run_report(report_id: int) -> None:
    from lms.reporting.domain.reports import run_report as run  # noqa: PLC0415 -- task body

    run(report_id=report_id)


@shared_task(name="reporting.sweep_reports")
def sweep_reports() -> None:
    from lms.core.clock import now  # noqa: PLC0415 -- task body
    from lms.reporting.domain import reports  # noqa: PLC0415 -- task body

    reports.wake_reports()
    reports.remove_expired(now=now())


@shared_task(name="reporting.refresh_overviews")
def refresh_overviews() -> None:
    from lms.core.clock import now  # noqa: PLC0415 -- task body
    from lms.reporting.domain import kept_counts  # noqa: PLC0415 -- task body

    kept_counts.refresh_figures(now=now())


@shared_task(name="reporting.refresh_overview")
def refresh_overview(organization_id: int) -> None:
    from lms.core.clock import now  # noqa: PLC0415 -- task body
    from lms.reporting.domain import kept_counts  # noqa: PLC0415 -- task body

    kept_counts.refresh_organization(organization_id=organization_id, now=now())
