"""Rules of more kinds, posts with their days, the terms and verdict of a duty."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0003_guard_ledger"),
        ("organizations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("principal", "Principal person in charge"),
                            ("safety_manager", "Safety manager"),
                            ("special_operator", "Special-operation worker"),
                            ("worker", "Worker"),
                            ("other", "Other staff"),
                        ],
                        max_length=20,
                        verbose_name="position category",
                    ),
                ),
                (
                    "is_additional",
                    models.BooleanField(
                        default=False, verbose_name="beside the main post"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                (
                    "ends_on",
                    models.DateField(blank=True, null=True, verbose_name="until"),
                ),
            ],
            options={
                "verbose_name": "post held",
                "verbose_name_plural": "posts held",
                "ordering": ("membership", "starts_on", "pk"),
            },
        ),
        migrations.AlterModelOptions(
            name="trainingrule",
            options={
                "ordering": ("category", "industry_class", "phase", "-effective_from"),
                "permissions": (
                    ("approve_trainingrule", "Can approve training rules"),
                ),
                "verbose_name": "training rule",
                "verbose_name_plural": "training rules",
            },
        ),
        migrations.RemoveConstraint(
            model_name="obligation",
            name="compliance_obligation_one_per_period",
        ),
        migrations.RemoveConstraint(
            model_name="trainingrule",
            name="compliance_trainingrule_hours",
        ),
        migrations.AddField(
            model_name="creditentry",
            name="level",
            field=models.CharField(
                choices=[
                    ("factory", "Plant (mine)"),
                    ("workshop", "Workshop (section, area, crew)"),
                    ("team", "Team"),
                ],
                max_length=10,
                null=True,
                verbose_name="level of training",
            ),
        ),
        migrations.AddField(
            model_name="obligation",
            name="category",
            field=models.CharField(
                choices=[
                    ("principal", "Principal person in charge"),
                    ("safety_manager", "Safety manager"),
                    ("special_operator", "Special-operation worker"),
                    ("worker", "Worker"),
                    ("other", "Other staff"),
                ],
                default="worker",
                max_length=20,
                verbose_name="position category",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="obligation",
            name="credited_seconds",
            field=models.PositiveIntegerField(default=0, verbose_name="credited"),
        ),
        migrations.AddField(
            model_name="obligation",
            name="judged_on",
            field=models.DateField(blank=True, null=True, verbose_name="judged on"),
        ),
        migrations.AddField(
            model_name="obligation",
            name="levels",
            field=models.JSONField(
                blank=True, default=list, verbose_name="levels of training"
            ),
        ),
        migrations.AddField(
            model_name="obligation",
            name="levels_done",
            field=models.JSONField(
                blank=True, default=list, verbose_name="levels done"
            ),
        ),
        migrations.AddField(
            model_name="obligation",
            name="met_on",
            field=models.DateField(blank=True, null=True, verbose_name="met on"),
        ),
        migrations.AddField(
            model_name="obligation",
            name="onsite_seconds",
            field=models.PositiveIntegerField(
                default=0, verbose_name="credited on site"
            ),
        ),
        migrations.AddField(
            model_name="obligation",
            name="phase",
            field=models.CharField(
                choices=[
                    ("initial", "Before taking up the post"),
                    ("annual", "Every year"),
                    ("transfer", "After a change of post"),
                    ("return", "Back after a year away"),
                ],
                default="annual",
                max_length=10,
                verbose_name="phase",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="obligation",
            name="required_onsite_seconds",
            field=models.PositiveIntegerField(
                default=0, verbose_name="required seconds on site"
            ),
        ),
        migrations.AddField(
            model_name="obligation",
            name="state",
            field=models.CharField(
                choices=[
                    ("met", "Met"),
                    ("met_late", "Met after the due date"),
                    ("open", "Still open"),
                    ("overdue", "Overdue"),
                    ("ended", "Ended with the employment"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="obligation",
            name="topic",
            field=models.CharField(
                choices=[
                    ("hours", "Credit hours"),
                    ("levels", "Levels of training on site"),
                ],
                default="hours",
                max_length=10,
                verbose_name="topic",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="due_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="Counted from the day it arises; yearly duties end with the year.",
                verbose_name="days to fulfill it",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="industry_prefixes",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Beginnings of GB/T 4754 codes, such as C; empty means all.",
                verbose_name="only these industries",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="is_repeal",
            field=models.BooleanField(
                default=False,
                help_text="From its day on nothing follows from this code any more.",
                verbose_name="repeals the rule",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="levels",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Out of factory, workshop, team.",
                verbose_name="levels of training",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="offline_share",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0"),
                help_text="Part of the hours that has to be learned on site, 0 to 1.",
                max_digits=3,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1),
                ],
                verbose_name="share on site",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="onsite_hour_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: the same as online.",
                null=True,
                verbose_name="seconds of one credit hour on site",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="proposed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="review_comment",
            field=models.TextField(blank=True, verbose_name="comment of the review"),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="reviewed_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="reviewed at"
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reviewed by",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("in_review", "In review"),
                    ("approved", "Approved"),
                    ("rejected", "Sent back"),
                ],
                default="draft",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="trainingrule",
            name="topic",
            field=models.CharField(
                choices=[
                    ("hours", "Credit hours"),
                    ("levels", "Levels of training on site"),
                ],
                default="hours",
                max_length=10,
                verbose_name="topic",
            ),
        ),
        migrations.AlterField(
            model_name="trainingrule",
            name="hours",
            field=models.DecimalField(
                decimal_places=1,
                default=Decimal("0"),
                max_digits=5,
                verbose_name="credit hours",
            ),
        ),
        migrations.AlterField(
            model_name="trainingrule",
            name="phase",
            field=models.CharField(
                choices=[
                    ("initial", "Before taking up the post"),
                    ("annual", "Every year"),
                    ("transfer", "After a change of post"),
                    ("return", "Back after a year away"),
                ],
                max_length=10,
                verbose_name="phase",
            ),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                fields=["state", "period_end"], name="compliance_obligation_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hour_seconds__gt", 0),
                    models.Q(
                        ("hours__gt", 0),
                        ("topic", "levels"),
                        ("is_repeal", True),
                        _connector="OR",
                    ),
                ),
                name="compliance_trainingrule_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("offline_share__gte", 0), ("offline_share__lte", 1)
                ),
                name="compliance_trainingrule_offline_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_by__isnull", True),
                    ("proposed_by__isnull", True),
                    models.Q(("reviewed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="compliance_trainingrule_four_eyes",
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="postings",
                to="organizations.membership",
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="position",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.position",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True), ("is_additional", False)),
                fields=("membership",),
                name="compliance_posting_one_main",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="compliance_posting_period",
            ),
        ),
    ]
