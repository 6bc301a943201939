"""WSGI entry point: `gunicorn lms.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

application = get_wsgi_application()
# What was loaded stays: no collection walks it again, and forked workers share it.
gc.collect()
gc.freeze()
