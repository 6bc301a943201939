"""Settings of the test suite: the real ones, with files and keys of its own."""

import atexit
import os
import shutil
import tempfile

# Before the import: the real settings make folders and keys where this points.
os.environ["LMS_DATA_DIR"] = tempfile.mkdtemp(prefix="anxue-test-")
os.environ.setdefault("SECRET_KEY", "test-only")
os.environ.setdefault("EMAIL_URL", "memorymail://")

from lms.settings import *  # noqa: F403
from lms.settings import CACHES, DATABASES, STORAGES

# Whatever the environment says; what holds staff is tested by switching it on.
LMS_REQUIRE_STAFF_MFA = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, so that threads and a real worker see the same database.
    test_name = os.environ.get("LMS_TEST_DB")
    DATABASES["default"]["TEST"] = {
        "NAME": test_name or os.path.join(os.environ["LMS_DATA_DIR"], "test.sqlite3")
    }
WHITENOISE_AUTOREFRESH = True
# The files of a run go with it.
atexit.register(shutil.rmtree, os.environ["LMS_DATA_DIR"], ignore_errors=True)
