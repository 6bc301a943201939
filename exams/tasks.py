from celery import shared_task


@shared_task(name="exams.close_overdue_attempts")
def close_overdue_attempts() -> None:
    from exams.domain import sweeps  # noqa: PLC0415 -- task body
    from lms.core.clock import now  # noqa: PLC0415 -- task body

    sweeps.close_overdue_attempts(now=now())


@shared_task(name="exams.release_due_results")
def release_due_results() -> None:
    from exams.domain.release import release_due  # noqa: PLC0415 -- task body
    from lms.core.clock import now  # noqa: PLC0415 -- task body

    release_due(now=now())


@shared_task(name="exams.prepare_papers")
def prepare_papers() -> None:
    from exams.domain import prepared  # noqa: PLC0415 -- task body
    from lms.core.clock import now  # noqa: PLC0415 -- task body

    prepared.prepare_papers(now=now())


@shared_task(name="exams.mark_amended_items")
def mark_amended_items() -> None:
    from exams.domain import amendments  # noqa: PLC0415 -- task body
    from lms.core.clock import now, shanghai_date  # noqa: PLC0415 -- task body

    amendments.mark_amended_items(on=shanghai_date(now()), now=now())


@shared_task(name="exams.sign_item_revisions")
def sign_item_revisions() -> None:
    from exams.domain.signatures import sign_revisions  # noqa: PLC0415 -- task body

    sign_revisions()


@shared_task(name="exams.run_item_import")
def run_item_import(import_id: int) -> None:
    from exams.domain.exchange.importing import run_import  # noqa: PLC0415 -- task body

    run_import(import_id=import_id)


@shared_task(name="exams.sweep_item_imports")
def sweep_item_imports() -> None:
    from exams.domain.exchange.importing import wake_imports  # noqa: PLC0415 -- task body

    wake_imports()


@shared_task(name="exams.open_missing_tasks")
def open_missing_tasks() -> None:
    from exams.domain import marking  # noqa: PLC0415 -- task body

    marking.open_missing_tasks()


@shared_task(name="exams.continue_corrections")
def continue_corrections() -> None:
    """Try key corrections that were proposed, apply those that were approved."""
    from exams.domain import corrections  # noqa: PLC0415 -- task body
    from lms.core.clock import now  # noqa: PLC0415 -- task body

    corrections.continue_corrections(now=now())


@shared_task(name="exams.compute_statistics")
def compute_statistics(exam_id: int) -> None:
    from exams.domain import statistics  # noqa: PLC0415 -- task body
    from exams.models import Exam  # noqa: PLC0415 -- task body
    from lms.core.clock import now  # noqa: PLC0415 -- task body

    exam = Exam.objects.get(pk=exam_id)
    statistics.compute_statistics(exam=exam, now=now())


@shared_task(name="exams.refresh_statistics")
def refresh_statistics() -> None:
    from exams.domain import statistics  # noqa: PLC0415 -- task body

    for exam in statistics.outdated_exams():
        compute_statistics.delay(exam.pk)


@shared_task(name="exams.tend_wrong_answer_books")
def tend_wrong_answer_books() -> None:
    from exams.domain import wrong_answers  # noqa: PLC0415 -- task body
    from lms.core import clock  # noqa: PLC0415 -- task body

    moment = clock.now()
    wrong_answers.fill_books(now=moment)
    wrong_answers.retire_cards(on=clock.shanghai_date(moment))


@shared_task(name="exams.remind_of_due_cards")
def remind_of_due_cards() -> None:
    from exams.domain import reminders  # noqa: PLC0415 -- task body
    from lms.core.clock import now  # noqa: PLC0415 -- task body

    reminders.remind_of_due_cards(now=now())
