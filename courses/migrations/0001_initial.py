import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("media_pipeline", "0001_initial"),
        ("organizations", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("wagtailimages", "0027_image_description"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseIndexPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        blank=True,
                        help_text="One or two sentences for lists, search and shared links.",
                        verbose_name="summary",
                    ),
                ),
            ],
            options={
                "verbose_name": "course library",
                "verbose_name_plural": "course libraries",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="ModulePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        blank=True,
                        help_text="One or two sentences for lists, search and shared links.",
                        verbose_name="summary",
                    ),
                ),
            ],
            options={
                "verbose_name": "module",
                "verbose_name_plural": "modules",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="CoursePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "owner_organization_id",
                    models.BigIntegerField(
                        blank=True,
                        db_index=True,
                        help_text="Empty: the platform owns it.",
                        null=True,
                        verbose_name="owner organization",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "Everyone"),
                            ("assigned", "Those it is assigned to"),
                            ("organization", "Members of the owning organization"),
                            ("package", "Members of an industry package"),
                        ],
                        default="public",
                        max_length=20,
                        verbose_name="audience",
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        blank=True,
                        help_text="One or two sentences for lists, search and shared links.",
                        verbose_name="summary",
                    ),
                ),
                (
                    "credit_hours",
                    models.DecimalField(
                        decimal_places=1,
                        default=Decimal("0"),
                        max_digits=5,
                        verbose_name="credit hours",
                    ),
                ),
                (
                    "objectives",
                    wagtail.fields.StreamField(
                        [("point", 0)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Point", "rows": 2},
                            )
                        },
                        verbose_name="objectives",
                    ),
                ),
                (
                    "industry",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="industry"
                    ),
                ),
                (
                    "audience_role",
                    models.CharField(
                        choices=[
                            ("all", "Everyone"),
                            ("principal", "Principals in charge"),
                            ("safety_manager", "Safety managers"),
                            ("worker", "Workers"),
                            ("special_operator", "Special-operation workers"),
                        ],
                        default="all",
                        max_length=20,
                        verbose_name="written for",
                    ),
                ),
                (
                    "citations",
                    wagtail.fields.StreamField(
                        [("citation", 3)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"default": "work-safety-law", "label": "Law (slug)"},
                            ),
                            1: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "help_text": "28, 第二十八条, 134-1",
                                    "label": "Article",
                                },
                            ),
                            2: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Why it matters here", "required": False},
                            ),
                            3: (
                                "wagtail.blocks.StructBlock",
                                [[("law", 0), ("article", 1), ("why", 2)]],
                                {},
                            ),
                        },
                        verbose_name="cited articles",
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailimages.image",
                        verbose_name="cover",
                    ),
                ),
            ],
            options={
                "verbose_name": "course",
                "verbose_name_plural": "courses",
            },
            bases=("wagtailcore.page", models.Model),
        ),
        migrations.CreateModel(
            name="LessonPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        blank=True,
                        help_text="One or two sentences for lists, search and shared links.",
                        verbose_name="summary",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("video", "Video"),
                            ("document", "Reading"),
                            ("exercise", "Exercise"),
                            ("practical", "On-site training"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="planned minutes",
                    ),
                ),
                (
                    "is_voluntary",
                    models.BooleanField(
                        default=False,
                        help_text="The course is completed without it.",
                        verbose_name="voluntary",
                    ),
                ),
                (
                    "required_share",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.95"),
                        max_digits=3,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.1")),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="share of the video to be watched",
                    ),
                ),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [
                            ("heading", 0),
                            ("text", 1),
                            ("callout", 5),
                            ("figure", 9),
                            ("table", 11),
                            ("citation", 15),
                        ],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "icon": "title",
                                    "label": "Heading",
                                    "template": "cms/blocks/heading.html",
                                },
                            ),
                            1: (
                                "wagtail.blocks.RichTextBlock",
                                (),
                                {
                                    "features": [
                                        "bold",
                                        "italic",
                                        "ol",
                                        "ul",
                                        "link",
                                        "h3",
                                        "h4",
                                    ],
                                    "label": "Text",
                                },
                            ),
                            2: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("info", "Note"),
                                        ("signal", "Attention"),
                                        ("danger", "Danger"),
                                        ("success", "Good practice"),
                                    ],
                                    "label": "Kind",
                                },
                            ),
                            3: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Title", "required": False},
                            ),
                            4: ("wagtail.blocks.TextBlock", (), {"label": "Text"}),
                            5: (
                                "wagtail.blocks.StructBlock",
                                [[("tone", 2), ("title", 3), ("text", 4)]],
                                {},
                            ),
                            6: (
                                "wagtail.images.blocks.ImageChooserBlock",
                                (),
                                {"label": "Picture"},
                            ),
                            7: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "What it shows (for screen readers)"},
                            ),
                            8: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Caption", "required": False},
                            ),
                            9: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("image", 6),
                                        ("alternative_text", 7),
                                        ("caption", 8),
                                    ]
                                ],
                                {},
                            ),
                            10: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {
                                    "help_text": "One row a line, cells by |",
                                    "label": "Rows",
                                },
                            ),
                            11: (
                                "wagtail.blocks.StructBlock",
                                [[("caption", 8), ("rows", 10)]],
                                {},
                            ),
                            12: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"default": "work-safety-law", "label": "Law (slug)"},
                            ),
                            13: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "help_text": "28, 第二十八条, 134-1",
                                    "label": "Article",
                                },
                            ),
                            14: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Why it matters here", "required": False},
                            ),
                            15: (
                                "wagtail.blocks.StructBlock",
                                [[("law", 12), ("article", 13), ("why", 14)]],
                                {},
                            ),
                        },
                        verbose_name="text",
                    ),
                ),
                (
                    "transcript",
                    wagtail.fields.StreamField(
                        [("slide", 4)],
                        blank=True,
                        block_lookup={
                            0: ("wagtail.blocks.CharBlock", (), {"label": "Title"}),
                            1: ("wagtail.blocks.CharBlock", (), {"max_length": 300}),
                            2: (
                                "wagtail.blocks.ListBlock",
                                (1,),
                                {"default": [], "label": "Points"},
                            ),
                            3: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "What is said", "required": False},
                            ),
                            4: (
                                "wagtail.blocks.StructBlock",
                                [[("title", 0), ("bullets", 2), ("narration", 3)]],
                                {},
                            ),
                        },
                        verbose_name="slides and transcript",
                    ),
                ),
                (
                    "takeaways",
                    wagtail.fields.StreamField(
                        [("point", 0)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Point", "rows": 2},
                            )
                        },
                        verbose_name="takeaways",
                    ),
                ),
                (
                    "check_questions",
                    wagtail.fields.StreamField(
                        [("question", 10)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("single", "One answer"),
                                        ("multiple", "Several answers"),
                                        ("true_false", "True or false"),
                                    ],
                                    "label": "Type",
                                },
                            ),
                            1: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Question", "rows": 2},
                            ),
                            2: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Key", "max_length": 12},
                            ),
                            3: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Text", "rows": 2},
                            ),
                            4: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Why", "required": False, "rows": 2},
                            ),
                            5: (
                                "wagtail.blocks.StructBlock",
                                [[("key", 2), ("text", 3), ("why", 4)]],
                                {},
                            ),
                            6: ("wagtail.blocks.ListBlock", (5,), {"label": "Options"}),
                            7: ("wagtail.blocks.CharBlock", (), {}),
                            8: (
                                "wagtail.blocks.ListBlock",
                                (7,),
                                {"label": "Right answers"},
                            ),
                            9: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Explanation", "required": False, "rows": 2},
                            ),
                            10: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("type", 0),
                                        ("stem", 1),
                                        ("options", 6),
                                        ("answer", 8),
                                        ("explanation", 9),
                                    ]
                                ],
                                {"icon": "help", "label": "Question"},
                            ),
                        },
                        verbose_name="check yourself",
                    ),
                ),
                (
                    "exercise",
                    wagtail.fields.StreamField(
                        [
                            ("ordering", 8),
                            ("matching", 13),
                            ("scenario", 17),
                            ("hotspot", 25),
                        ],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Task", "rows": 2},
                            ),
                            1: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {
                                    "label": "Said when right",
                                    "required": False,
                                    "rows": 2,
                                },
                            ),
                            2: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {
                                    "label": "Said when wrong",
                                    "required": False,
                                    "rows": 2,
                                },
                            ),
                            3: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Key", "max_length": 12},
                            ),
                            4: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Text", "rows": 2},
                            ),
                            5: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Why", "required": False, "rows": 2},
                            ),
                            6: (
                                "wagtail.blocks.StructBlock",
                                [[("key", 3), ("text", 4), ("why", 5)]],
                                {},
                            ),
                            7: (
                                "wagtail.blocks.ListBlock",
                                (6,),
                                {"label": "Steps, in the right order", "min_num": 2},
                            ),
                            8: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("prompt", 0),
                                        ("right", 1),
                                        ("wrong", 2),
                                        ("steps", 7),
                                    ]
                                ],
                                {},
                            ),
                            9: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "This", "rows": 1},
                            ),
                            10: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "belongs to", "rows": 1},
                            ),
                            11: (
                                "wagtail.blocks.StructBlock",
                                [[("left", 9), ("right", 10)]],
                                {},
                            ),
                            12: (
                                "wagtail.blocks.ListBlock",
                                (11,),
                                {"label": "Pairs", "min_num": 2},
                            ),
                            13: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("prompt", 0),
                                        ("right", 1),
                                        ("wrong", 2),
                                        ("pairs", 12),
                                    ]
                                ],
                                {},
                            ),
                            14: (
                                "wagtail.blocks.ListBlock",
                                (6,),
                                {"label": "Options", "min_num": 2},
                            ),
                            15: ("wagtail.blocks.CharBlock", (), {}),
                            16: (
                                "wagtail.blocks.ListBlock",
                                (15,),
                                {"label": "Right answers"},
                            ),
                            17: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("prompt", 0),
                                        ("right", 1),
                                        ("wrong", 2),
                                        ("options", 14),
                                        ("answer", 16),
                                    ]
                                ],
                                {},
                            ),
                            18: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "What the plan shows", "rows": 3},
                            ),
                            19: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "What is there"},
                            ),
                            20: (
                                "wagtail.blocks.IntegerBlock",
                                (),
                                {"max_value": 100, "min_value": 0},
                            ),
                            21: (
                                "wagtail.blocks.IntegerBlock",
                                (),
                                {"max_value": 100, "min_value": 1},
                            ),
                            22: (
                                "wagtail.blocks.BooleanBlock",
                                (),
                                {"label": "Hazard", "required": False},
                            ),
                            23: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("key", 3),
                                        ("text", 19),
                                        ("x", 20),
                                        ("y", 20),
                                        ("w", 21),
                                        ("h", 21),
                                        ("is_hazard", 22),
                                        ("why", 5),
                                    ]
                                ],
                                {},
                            ),
                            24: (
                                "wagtail.blocks.ListBlock",
                                (23,),
                                {"label": "Places", "min_num": 2},
                            ),
                            25: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("prompt", 0),
                                        ("right", 1),
                                        ("wrong", 2),
                                        ("scene", 18),
                                        ("spots", 24),
                                    ]
                                ],
                                {},
                            ),
                        },
                        verbose_name="exercise",
                    ),
                ),
                (
                    "sign_off_by",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="signed off by"
                    ),
                ),
                (
                    "sign_off_place",
                    models.CharField(blank=True, max_length=200, verbose_name="place"),
                ),
                (
                    "sign_off_criteria",
                    wagtail.fields.StreamField(
                        [("point", 0)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Point", "rows": 2},
                            )
                        },
                        verbose_name="what has to be shown",
                    ),
                ),
                (
                    "sign_off_evidence",
                    wagtail.fields.StreamField(
                        [("point", 0)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Point", "rows": 2},
                            )
                        },
                        verbose_name="evidence to keep",
                    ),
                ),
                (
                    "citations",
                    wagtail.fields.StreamField(
                        [("citation", 3)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"default": "work-safety-law", "label": "Law (slug)"},
                            ),
                            1: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "help_text": "28, 第二十八条, 134-1",
                                    "label": "Article",
                                },
                            ),
                            2: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Why it matters here", "required": False},
                            ),
                            3: (
                                "wagtail.blocks.StructBlock",
                                [[("law", 0), ("article", 1), ("why", 2)]],
                                {},
                            ),
                        },
                        verbose_name="cited articles",
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        limit_choices_to={"kind": "video"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="media_pipeline.asset",
                        verbose_name="video",
                    ),
                ),
            ],
            options={
                "verbose_name": "lesson",
                "verbose_name_plural": "lessons",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="Syllabus",
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
                ("course_key", models.UUIDField(verbose_name="course")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("content", models.JSONField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField(verbose_name="published at")),
            ],
            options={
                "verbose_name": "syllabus",
                "verbose_name_plural": "syllabuses",
                "ordering": ("course_key", "-version"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("course_key", "version"),
                        name="courses_syllabus_version_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrollment",
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
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("course_key", models.UUIDField(db_index=True, verbose_name="course")),
                (
                    "organization_id",
                    models.BigIntegerField(
                        blank=True,
                        db_index=True,
                        null=True,
                        verbose_name="organization",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("active", "In progress"),
                            ("completed", "Completed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="active",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("enrolled_at", models.DateTimeField(verbose_name="enrolled at")),
                (
                    "completed_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="completed at"
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="withdrawn at"
                    ),
                ),
                (
                    "due_on",
                    models.DateField(blank=True, null=True, verbose_name="due on"),
                ),
                (
                    "enrolled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrollments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrollments",
                        to="organizations.membership",
                    ),
                ),
                (
                    "syllabus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrollments",
                        to="courses.syllabus",
                    ),
                ),
            ],
            options={
                "verbose_name": "enrollment",
                "verbose_name_plural": "enrollments",
                "ordering": ("-enrolled_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="UnitProgress",
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
                ("unit_key", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("not_started", "Not started"),
                            ("in_progress", "In progress"),
                            ("completed", "Completed"),
                        ],
                        default="in_progress",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "watched_seconds",
                    models.FloatField(default=0, verbose_name="watched"),
                ),
                (
                    "required_seconds",
                    models.FloatField(blank=True, null=True, verbose_name="required"),
                ),
                (
                    "position_seconds",
                    models.FloatField(default=0, verbose_name="playback position"),
                ),
                (
                    "credited_seconds",
                    models.FloatField(default=0, verbose_name="credited"),
                ),
                (
                    "announced_seconds",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Part of the credit that stands in the ledger.",
                    ),
                ),
                ("coverage", models.JSONField(blank=True, default=dict)),
                ("evidence", models.JSONField(blank=True, default=dict)),
                (
                    "completed_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="completed at"
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="courses.enrollment",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit progress",
                "verbose_name_plural": "unit progress",
                "ordering": ("enrollment", "pk"),
            },
        ),
        migrations.CreateModel(
            name="PlaybackInterval",
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
                ("session_id", models.BigIntegerField()),
                ("seq", models.PositiveIntegerField()),
                ("ordinal", models.PositiveSmallIntegerField()),
                ("unit_key", models.UUIDField()),
                ("start_ms", models.PositiveIntegerField()),
                ("end_ms", models.PositiveIntegerField()),
                ("rate", models.FloatField()),
                (
                    "counted_ms",
                    models.PositiveIntegerField(
                        help_text="New coverage, after the limit of wall time."
                    ),
                ),
                ("credited_ms", models.PositiveIntegerField()),
                ("is_offline", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.enrollment",
                    ),
                ),
            ],
            options={
                "verbose_name": "viewed interval",
                "verbose_name_plural": "viewed intervals",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrollment", "session_id", "seq", "ordinal"),
                        name="courses_playbackinterval_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end_ms__gt", models.F("start_ms"))),
                        name="courses_playbackinterval_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaybackSession",
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
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("unit_key", models.UUIDField()),
                ("medium", models.CharField(max_length=40)),
                ("length_ms", models.PositiveIntegerField()),
                ("required_ms", models.PositiveIntegerField()),
                ("rate_limit", models.FloatField(default=1)),
                ("position_at_opening", models.FloatField(default=0)),
                (
                    "device",
                    models.CharField(blank=True, max_length=80, verbose_name="device"),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("last_receipt_at", models.DateTimeField(verbose_name="last report")),
                ("carry_ms", models.PositiveIntegerField(default=0)),
                ("coverage_carry_ms", models.PositiveIntegerField(default=0)),
                (
                    "offline_until",
                    models.DateTimeField(verbose_name="accepts reports until"),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ended at"
                    ),
                ),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("superseded", "Continued elsewhere"),
                            ("closed", "Enrollment closed"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="playback_sessions",
                        to="courses.enrollment",
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "playback session",
                "verbose_name_plural": "playback sessions",
                "ordering": ("-opened_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("learner",),
                        name="courses_playbacksession_one_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="courses_playbacksession_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rate_limit__gte", 1), ("rate_limit__lte", 2)
                        ),
                        name="courses_playbacksession_rate_limit",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                fields=["organization_id", "course_key", "state"],
                name="courses_enrollment_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("organization_id__isnull", True),
                    ("state__in", ("invited", "active")),
                ),
                fields=("learner", "course_key"),
                name="courses_enrollment_one_open_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("organization_id__isnull", False),
                    ("state__in", ("invited", "active")),
                ),
                fields=("learner", "course_key", "organization_id"),
                name="courses_enrollment_one_open_per_organization",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["invited", "active", "completed", "withdrawn"])
                ),
                name="courses_enrollment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("completed_at__isnull", False), ("state", "completed")),
                    models.Q(
                        models.Q(("state", "completed"), _negated=True),
                        ("completed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="courses_enrollment_completed_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("membership__isnull", True),
                    ("organization_id__isnull", False),
                    _connector="OR",
                ),
                name="courses_enrollment_membership_names_organization",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitprogress",
            constraint=models.UniqueConstraint(
                fields=("enrollment", "unit_key"),
                name="courses_unitprogress_one_per_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("completed_at__isnull", False), ("state", "completed")),
                    models.Q(
                        models.Q(("state", "completed"), _negated=True),
                        ("completed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="courses_unitprogress_completed_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited_seconds__gte", 0), ("watched_seconds__gte", 0)
                ),
                name="courses_unitprogress_not_negative",
            ),
        ),
    ]
