"""Composition root of Anxue; the Celery app is loaded with Django."""

from lms.celery import app as celery_app

__all__ = ["celery_app"]
