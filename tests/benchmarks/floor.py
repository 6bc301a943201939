"""The project behind its own middleware, with one bare view more: the floor.

`DJANGO_SETTINGS_MODULE=tests.benchmarks.floor` serves it.
"""

import os

from lms.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.floor_urls"
STATICFILES_STORAGE_FOR_BENCH = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES["staticfiles"] = {"BACKEND": STATICFILES_STORAGE_FOR_BENCH}  # noqa: F405
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.floor"
