"""What courses are called, and where pages are, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from wagtail.models import Page

from courses.models import CoursePage, Syllabus
from lms.organizations.models import Organization


@dataclass(frozen=True)
class PageTitle:
    """A page in one language; `url` is empty when it is not live."""

    key: UUID
    title: str
    url: str = ""


def page_titles(*, keys: Iterable[UUID], language: str) -> dict[UUID, PageTitle]:
    """Return translation key → title and address, whatever the number of pages.

    A live page goes before one that is not, the reader's language before Chinese.
    """
    ranking = {settings.LANGUAGE_CODE: 1, language: 2}
    found: dict[UUID, tuple[int, PageTitle]] = {}
    pages = Page.objects.filter(translation_key__in=set(keys)).select_related("locale")
    for page in pages:
        rank = ranking.get(page.locale.language_code, 0) + (10 if page.live else 0)
        if page.translation_key in found and found[page.translation_key][0] >= rank:
            continue
        url = (page.get_url() or "") if page.live else ""
        found[page.translation_key] = (
            rank,
            PageTitle(page.translation_key, page.title, url),
        )
    return {key: title for key, (_rank, title) in found.items()}


def course_titles(*, keys: Iterable[UUID], language: str) -> dict[UUID, PageTitle]:
    """Return course key → title; the syllabus names courses whose page is gone."""
    wanted = set(keys)
    found = page_titles(keys=wanted, language=language)
    missing = wanted - found.keys()
    if missing:
        for syllabus in Syllabus.objects.filter(course_key__in=missing):
            title = PageTitle(syllabus.course_key, syllabus.title(language))
            found.setdefault(syllabus.course_key, title)
    return found


def assignable_courses(*, organization: Organization, language: str) -> list[PageTitle]:
    """Return the courses an enterprise may assign, by title."""
    pages = CoursePage.objects.assignable_by(organization.pk)
    keys = set(pages.values_list("translation_key", flat=True))
    titles = page_titles(keys=keys, language=language).values()
    return sorted(titles, key=lambda page: page.title)
