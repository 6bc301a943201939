from celery import shared_task


@shared_task(name="compliance.reach_newcomers")
def reach_newcomers() -> None:
    from lms.compliance.domain import assignments, plans  # noqa: PLC0415 -- task body
    from lms.core import clock  # noqa: PLC0415 -- task body

    now = clock.now()
    plans.run_plans(now=now)
    assignments.reach_newcomers(now=now)


@shared_task(name="compliance.recompute_duties")
def recompute_duties(membership_ids: list[int] | None = None) -> None:
    from lms.compliance.domain import duties  # noqa: PLC0415 -- task body
    from lms.core import clock  # noqa: PLC0415 -- task body

    today = clock.shanghai_date(clock.now())
    duties.recompute_duties(on=today, membership_ids=membership_ids)


@shared_task(name="compliance.send_reminders")
def send_reminders() -> None:
    from lms.compliance.domain import deadlines  # noqa: PLC0415 -- task body
    from lms.core import clock  # noqa: PLC0415 -- task body

    deadlines.send_due_messages(now=clock.now())
