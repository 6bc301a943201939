"""The database itself keeps answers, papers and marks from being changed."""

from django.db import migrations

from lms.core.append_only import GuardAppendOnly

TABLES = (
    "exams_itemrevision",
    "exams_attemptpaper",
    "exams_attemptkey",
    "exams_attemptwriter",
    "exams_responseevent",
    "exams_attemptevent",
    "exams_mark",
)


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]
    operations = [GuardAppendOnly(table) for table in TABLES]
