"""The unique constraint of the intervals leads with the enrollment: one index less."""

import django.db.models.deletion
from django.db import migrations, models

from lms.core.append_only import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0007_playback_log"),
    ]

    operations = [
        migrations.AlterField(
            model_name="playbackinterval",
            name="enrollment",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="courses.enrollment",
            ),
        ),
        # SQLite has built the table anew.
        GuardAppendOnly("courses_playbackinterval"),
    ]
