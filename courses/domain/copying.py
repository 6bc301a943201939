"""A copy of a course: the same lessons under new keys, and nothing of its learners."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Page

from courses.domain.overview import draft_of
from courses.models import CoursePage, LessonPage, ModulePage
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

COPIED = (ModulePage, LessonPage)
TEXTS = ("title", "seo_title", "search_description")
MAX_SLUG = 200


@transaction.atomic
def copy_course(*, course: CoursePage, title: str, by: User) -> CoursePage:
    """Copy the newest drafts of a course in all its languages; return the copy.

    Everything in it is a draft with a key of its own, so no enrollment, progress or
    syllabus knows it. The languages stay translations of each other. Exams are left
    out: who has passed one in the first course could never sit it in the second.
    `title` is that of the given page; other languages keep theirs.
    """
    keys: dict[UUID, UUID] = {}
    copies = {}
    pages = CoursePage.objects.filter(translation_key=course.translation_key)
    for page in pages.select_related("locale"):
        name = title if page.pk == course.pk else page.title
        copies[page.pk] = _copy_tree(page, name, title, keys, by)
    copy = copies[course.pk]
    record(
        actor=by,
        verb=Verb.COURSE_COPIED,
        obj=copy,
        data={"from": str(course.course_key), "to": str(copy.course_key)},
    )
    return copy


def _copy_tree(
    course: CoursePage, title: str, slug_from: str, keys: dict[UUID, UUID], by: User
) -> CoursePage:
    parent = course.get_parent()
    slug = _free_slug(parent, slugify(slug_from) or f"{course.slug}-copy")
    top = _copy_page(course, parent, keys, by, title=title, slug=slug)
    made: dict[str, Page] = {course.path: top}
    below = Page.objects.descendant_of(course).order_by("path").specific()
    for page in below:
        above = made.get(page.path[: -Page.steplen])
        if isinstance(page, COPIED) and above is not None:
            made[page.path] = _copy_page(page, above, keys, by)
    return top


def _copy_page(
    page: Any, parent: Page, keys: dict[UUID, UUID], by: User, **changes: Any
) -> Any:
    draft = draft_of(page)
    fields = {
        field.name: getattr(draft, field.name)
        for field in type(page)._meta.concrete_fields  # noqa: SLF001 -- Django's model API
        if field.model is type(page) and field.name != "page_ptr"
    }
    texts = {name: getattr(draft, name) for name in TEXTS}
    values = fields | texts | {"slug": page.slug} | changes
    copy = type(page)(
        **values,
        locale=page.locale,
        live=False,
        has_unpublished_changes=True,
        owner=by,
        translation_key=keys.setdefault(page.translation_key, uuid4()),
    )
    # The parent in memory does not know the children it got a moment ago.
    Page.objects.get(pk=parent.pk).add_child(instance=copy)
    copy.save_revision(user=by, log_action=False)
    return copy


def _free_slug(parent: Page, wanted: str) -> str:
    """Return a slug that no page beside it has."""
    taken = set(Page.objects.child_of(parent).values_list("slug", flat=True))
    base, number = wanted[:MAX_SLUG], 2
    slug = base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
