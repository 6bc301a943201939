"""Part-time employees are named on staff lists; they owe what all others owe."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0005_association_consent")]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="kind",
            field=models.CharField(
                choices=[
                    ("employee", "Own employee"),
                    ("part_time", "Part-time employee"),
                    ("dispatched", "Dispatched worker"),
                    ("intern", "Intern"),
                    ("contractor", "Contractor's worker"),
                ],
                default="employee",
                max_length=12,
                verbose_name="kind",
            ),
        )
    ]
