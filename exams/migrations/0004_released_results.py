"""Results that could be read until now were released when they were computed."""

from django.db import migrations
from django.db.models import F


def note_release(apps, schema_editor):
    results = apps.get_model("exams", "Result").objects
    results.filter(attempt__state="finalized", released_at__isnull=True).update(
        released_at=F("computed_at")
    )


class Migration(migrations.Migration):
    dependencies = [("exams", "0003_release_and_rules")]
    operations = [migrations.RunPython(note_release, migrations.RunPython.noop)]
