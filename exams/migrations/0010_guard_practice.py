"""What a learner answered in practice is history, too."""

from django.db import migrations

from lms.core.append_only import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("exams", "0009_practice")]
    operations = [GuardAppendOnly("exams_practiceanswer")]
