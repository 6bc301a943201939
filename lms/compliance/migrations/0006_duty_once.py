"""A duty of one kind is owed once a period, whatever rule it follows from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0005_levels_of_training")]

    operations = [
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.UniqueConstraint(
                fields=("membership", "phase", "topic", "category", "period_start"),
                name="compliance_obligation_one_per_period",
            ),
        ),
    ]
