"""The course library stands in both languages from the first day."""

import uuid

from django.db import migrations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TEXTS = {
    "zh-hans": ("课程", "按岗位选课，看完、练完、考过，拿证书。"),
    "en": (
        "Courses",
        "Learn for your post: watch, practice, pass, get the certificate.",
    ),
}


def next_step(path):
    """Return the path step (four digits, base 36) after that of a sibling."""
    number = int(path[-4:], 36) + 1 if path else 1
    step = ""
    while number:
        number, rest = divmod(number, 36)
        step = DIGITS[rest] + step
    return step.rjust(4, "0")


def add_index(apps, schema_editor):
    content_types = apps.get_model("contenttypes", "ContentType").objects
    index_type, _ = content_types.get_or_create(
        app_label="courses", model="courseindexpage"
    )
    pages = apps.get_model("wagtailcore", "Page").objects
    key = uuid.uuid4()
    homes = pages.filter(
        depth=2, content_type__app_label="cms", content_type__model="homepage"
    )
    for home in homes.select_related("locale"):
        title, summary = TEXTS[home.locale.language_code]
        siblings = pages.filter(path__startswith=home.path, depth=home.depth + 1)
        last = siblings.order_by("-path").values_list("path", flat=True).first()
        apps.get_model("courses", "CourseIndexPage").objects.create(
            path=home.path + next_step(last),
            depth=home.depth + 1,
            numchild=0,
            url_path=f"{home.url_path}courses/",
            content_type=index_type,
            locale=home.locale,
            translation_key=key,
            slug="courses",
            title=title,
            draft_title=title,
            summary=summary,
            show_in_menus=True,
            live=True,
        )
        pages.filter(pk=home.pk).update(numchild=home.numchild + 1)


def remove_index(apps, schema_editor):
    """Remove the course library; courses that were added below go with it."""
    pages = apps.get_model("wagtailcore", "Page").objects
    homes = pages.filter(depth=2, content_type__app_label="cms")
    for home in homes:
        for path in list(
            pages.filter(
                path__startswith=home.path,
                content_type__app_label="courses",
                content_type__model="courseindexpage",
            ).values_list("path", flat=True)
        ):
            pages.filter(path__startswith=path).delete()
        left = pages.filter(path__startswith=home.path, depth=home.depth + 1)
        pages.filter(pk=home.pk).update(numchild=left.count())


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial"), ("cms", "0002_page_tree")]

    operations = [migrations.RunPython(add_index, remove_index)]
