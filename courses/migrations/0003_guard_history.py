"""What was owed and what was seen stays as it was written."""

from django.db import migrations

from lms.core.append_only import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_course_index")]

    operations = [
        GuardAppendOnly("courses_syllabus"),
        GuardAppendOnly("courses_playbackinterval"),
    ]
