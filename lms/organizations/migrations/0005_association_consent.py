"""Enterprises are asked before an association counts them as members.

Those who belong to one already keep what their people learn from; they may leave.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("invited", "Waiting for the enterprise"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0004_console_part_two"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="associationmember",
            name="organizations_association_member_once",
        ),
        migrations.AddField(
            model_name="associationmember",
            name="answered_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="answered at"
            ),
        ),
        migrations.AddField(
            model_name="associationmember",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="answered by",
            ),
        ),
        # First with the default of the rows that are there, then with that of new ones.
        migrations.AddField(
            model_name="associationmember",
            name="state",
            field=models.CharField(
                choices=STATES,
                default="accepted",
                max_length=10,
                verbose_name="answer",
            ),
        ),
        migrations.AlterField(
            model_name="associationmember",
            name="state",
            field=models.CharField(
                choices=STATES,
                default="invited",
                max_length=10,
                verbose_name="answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="associationmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    ("state__in", ["invited", "accepted"]),
                ),
                fields=("association", "enterprise"),
                name="organizations_association_member_once",
            ),
        ),
    ]
