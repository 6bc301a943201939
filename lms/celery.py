"""The Celery application, its queues and the periodic sweeps.

Messages are hints, rows are the truth: every task can be derived again from rows by
a sweep in the schedule below, so a lost message or a killed worker loses no work
(architecture, decision 9).
"""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

# By its name, so that CELERY_BROKER_URL stays what it was.
TRANSPORT_ALIASES["filesystem"] = "lms.core.broker:Transport"

app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

MINUTE = 60.0
DAY = 24 * 60 * MINUTE

app.conf.task_routes = {
    # Long files must not keep the sittings waiting.
    "exams.run_item_import": {"queue": "default"},
    "exams.*": {"queue": "exams"},
    "media_pipeline.*": {"queue": "media"},
    "demo.render_lesson_video": {"queue": "media"},
    "certificates.*": {"queue": "certificates"},
}
app.conf.beat_schedule = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in {
        "certificates.sweep_certificates": 2 * MINUTE,
        "certificates.publish_checkpoint": MINUTE,
        "certificates.sweep_batches": MINUTE,
        "certificates.remind_of_expiry": DAY / 4,
        "notifications.sweep_emails": MINUTE,
        "exams.close_overdue_attempts": MINUTE / 2,
        "exams.release_due_results": MINUTE,
        "exams.prepare_papers": MINUTE,
        "exams.sweep_item_imports": MINUTE,
        "exams.mark_amended_items": DAY,
        "exams.sign_item_revisions": 10 * MINUTE,
        "exams.open_missing_tasks": 5 * MINUTE,
        "exams.continue_corrections": MINUTE,
        "exams.refresh_statistics": 10 * MINUTE,
        "exams.tend_wrong_answer_books": 2 * MINUTE,
        "exams.remind_of_due_cards": 30 * MINUTE,
        "media_pipeline.sweep_transcodes": MINUTE / 2,
        "media_pipeline.remove_orphans": DAY,
        "demo.sweep_lesson_videos": MINUTE,
        "reporting.sweep_reports": MINUTE,
        "reporting.refresh_overviews": MINUTE,
        "organizations.sweep_staff_imports": MINUTE,
        "courses.settle_playback": MINUTE,
        "organizations.expire_changes": 30 * MINUTE,
        "courses.continue_moves": MINUTE,
        "courses.send_statements": MINUTE,
        "compliance.reach_newcomers": 5 * MINUTE,
        "compliance.recompute_duties": 60 * MINUTE,
        "compliance.send_reminders": 30 * MINUTE,
        "api.prune_idempotency_records": DAY,
        "accounts.clear_sessions": DAY,
    }.items()
}
