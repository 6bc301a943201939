"""What the templates of course pages get; Wagtail serves the pages themselves."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from cms.contexts import builds_context_of
from cms.domain.citations import citations_of
from courses.domain.differences import compare
from courses.domain.opening import Lock, missing_courses
from courses.domain.queries import (
    Outline,
    UnitLine,
    active_enrollment,
    outline_of,
    unit_of,
    unit_urls,
)
from courses.domain.reading import PageTime, pages_read, split_pages
from courses.domain.versions import newer_syllabus
from courses.enums import AudienceRole, LessonKind
from courses.models import (
    CourseIndexPage,
    CoursePage,
    Enrollment,
    LessonPage,
    Syllabus,
)
from courses.permissions import can_enroll_self
from courses.views.questions import questions_context
from lms.core import clock
from media_pipeline.domain.grants import issue_grant
from media_pipeline.domain.sources import PlayerSources, player_sources

SOURCE_LANGUAGE = "zh-hans"
GRANT_SECONDS = 6 * 3600
MAX_RATE = 2


@builds_context_of(CourseIndexPage)
def course_index_context(page: CourseIndexPage, request: HttpRequest) -> dict[str, Any]:
    """List courses in the page's language, then those that are Chinese only."""
    language = page.locale.language_code
    live = CoursePage.objects.live().visible_to(request.user).select_related("locale")
    own = list(live.filter(locale=page.locale_id).order_by("path"))
    others: list[CoursePage] = []
    if language != SOURCE_LANGUAGE:
        known = [course.translation_key for course in own]
        rest = live.filter(locale__language_code=SOURCE_LANGUAGE)
        others = list(rest.exclude(translation_key__in=known).order_by("path"))
    role = request.GET.get("role", "")
    roles = [r for r in AudienceRole if any(c.audience_role == r for c in own + others)]
    if role in roles:
        own = [course for course in own if course.audience_role == role]
        others = [course for course in others if course.audience_role == role]
    states = _states(request.user)
    return {
        "groups": [
            {
                "courses": [
                    (c, c.get_url(request), states.get(c.course_key)) for c in g
                ],
                "is_other": g is others,
            }
            for g in (own, others)
            if g
        ],
        "roles": roles,
        "role": role,
    }


def _states(user: Any) -> dict[UUID, str]:
    if not user.is_authenticated:
        return {}
    rows = Enrollment.objects.in_force().filter(learner=user)
    return dict(rows.order_by("enrolled_at").values_list("course_key", "state"))


@builds_context_of(CoursePage)
def course_context(page: CoursePage, request: HttpRequest) -> dict[str, Any]:
    language = page.locale.language_code
    enrollment = _enrollment(request.user, page.course_key)
    syllabus = _syllabus(enrollment, page.course_key)
    outline = (
        outline_of(
            syllabus=syllabus, language=language, enrollment=enrollment, request=request
        )
        if syllabus
        else None
    )
    return {
        "course": page,
        "course_key": page.course_key,
        "enrollment": enrollment,
        "outline": outline,
        "can_enroll": enrollment is None
        and outline is not None
        and can_enroll_self(request.user, page),
        "missing_courses": _missing_courses(request, syllabus),
        "is_learner": enrollment is not None,
        "newer": _newer(enrollment),
        "sign_in_url": _sign_in_url(request),
        "citations": citations_of(
            source_kind="course", source_key=page.translation_key, language=language
        ),
    }


def _enrollment(user: Any, course_key: UUID) -> Enrollment | None:
    if not user.is_authenticated:
        return None
    return active_enrollment(learner=user, course_key=course_key)


def _syllabus(enrollment: Enrollment | None, course_key: UUID) -> Syllabus | None:
    """What this person owes; for others what the course asks for today."""
    if enrollment is not None:
        return enrollment.syllabus
    return Syllabus.objects.of_course(course_key).first()


def _newer(enrollment: Enrollment | None) -> dict[str, Any] | None:
    """Return the version that the learner may move to, and whether they declined it.

    None as well where the newest version asks nothing else of them.
    """
    if enrollment is None or not enrollment.is_open:
        return None
    newest: int = enrollment.newest_version  # type: ignore[attr-defined]
    if newest <= enrollment.syllabus.version:
        return None
    newer = newer_syllabus(enrollment=enrollment)
    language = get_language() or SOURCE_LANGUAGE
    if (
        newer is None
        or compare(old=enrollment.syllabus, new=newer, language=language).is_empty
    ):
        return None
    return {
        "version": newer.version,
        "is_declined": enrollment.kept_version == newer.version,
    }


def _missing_courses(
    request: HttpRequest, syllabus: Syllabus | None
) -> list[dict[str, Any]]:
    """Return what to complete first, with where it is learned."""
    if syllabus is None:
        return []
    wanted = syllabus.content.get("prerequisites", [])
    if request.user.is_authenticated:
        locks = missing_courses(learner=request.user, syllabus=syllabus)
    else:
        locks = [Lock("prerequisite", UUID(r["key"]), r["titles"]) for r in wanted]
    urls = unit_urls(
        keys=[str(lock.key) for lock in locks],
        language=get_language() or SOURCE_LANGUAGE,
        request=request,
    )
    return [{"title": lock.title, "url": urls.get(str(lock.key), "")} for lock in locks]


def _sign_in_url(request: HttpRequest) -> str:
    return f"{reverse(settings.LOGIN_URL)}?next={request.path}"


@builds_context_of(LessonPage)
def lesson_context(page: LessonPage, request: HttpRequest) -> dict[str, Any]:
    """A learner gets the lesson; everyone else the outline and an invitation."""
    language = page.locale.language_code
    course = page.course()
    if course is None:
        return {}
    enrollment = _enrollment(request.user, course.course_key)
    syllabus = _syllabus(enrollment, course.course_key)
    is_preview = bool(getattr(request, "is_preview", False))
    context: dict[str, Any] = {
        "course": course,
        "course_key": course.course_key,
        "course_url": course.get_url(request),
        "enrollment": enrollment,
        "newer": _newer(enrollment),
        "is_open": enrollment is not None or is_preview,
        "is_preview": is_preview,
        "can_enroll": enrollment is None and can_enroll_self(request.user, course),
        "sign_in_url": _sign_in_url(request),
        "citations": citations_of(
            source_kind="lesson", source_key=page.translation_key, language=language
        ),
        "max_rate": MAX_RATE,
    }
    if enrollment is None:
        context |= questions_context(page, None, None)
    if syllabus is not None:
        outline = outline_of(
            syllabus=syllabus, language=language, enrollment=enrollment, request=request
        )
        context |= place_in(outline, page)
        if enrollment is not None:
            current = context["current"]
            context |= {
                "is_owed": current is not None,
                "lock": current.lock if current else None,
                "is_open": current is None or current.lock is None,
                # Seen once, a video may be searched as one likes.
                "allow_seek": not (
                    syllabus.content.get("in_order")
                    and current is not None
                    and not current.is_done
                ),
                "position": current.position_seconds if current else 0,
                "sources": video_sources(
                    page, session=f"page:{enrollment.public_id}", person=request.user
                ),
                "document": _document(page, enrollment, current),
            }
            if context["is_open"]:
                context |= questions_context(page, enrollment, current)
            else:
                context |= {"sources": None, "first_url": _first_url(context, request)}
    return context


def _document(
    page: LessonPage, enrollment: Enrollment, current: UnitLine | None
) -> list[tuple[list[Any], PageTime]]:
    """Return the pages of a document, each with what of it was read.

    Empty where the text is one: not divided, or divided otherwise since this learner
    joined. Then it is read from the top down, for the same time.
    """
    unit = unit_of(syllabus=enrollment.syllabus, unit_key=page.unit_key)
    count = (unit or {}).get("pages", 0)
    parts = split_pages(page.body) if count else []
    if current is None or not count or len(parts) != count:
        return []
    times = pages_read(
        enrollment=enrollment,
        unit_key=page.unit_key,
        length_ms=current.credit_seconds * 1000,
        count=count,
    )
    return list(zip(parts, times, strict=True))


def place_in(outline: Outline, page: LessonPage) -> dict[str, Any]:
    """Where the lesson stands in its course, and what comes before and after."""
    units = outline.units
    keys = [unit.key for unit in units]
    here = keys.index(page.unit_key) if page.unit_key in keys else None
    before = units[here - 1] if here else None
    current: UnitLine | None = units[here] if here is not None else None
    return {
        "outline": outline,
        "current": current,
        "number": None if here is None else here + 1,
        "previous_unit": before,
        "next_unit": outline.after(page.unit_key),
    }


def _first_url(context: dict[str, Any], request: HttpRequest) -> str:
    """Return where that is learned which comes before a locked lesson."""
    key = str(context["lock"].key)
    language = get_language() or SOURCE_LANGUAGE
    return unit_urls(keys=[key], language=language, request=request).get(key, "")


def video_sources(
    page: LessonPage, *, session: str, person: Any
) -> PlayerSources | None:
    """Return what the player of a lesson opens, with a grant for this person."""
    if page.kind != LessonKind.VIDEO or page.asset is None:
        return None
    grant = issue_grant(
        asset=page.asset,
        subject=str(person.subject_id),
        session=session,
        now=clock.now(),
        ttl_seconds=GRANT_SECONDS,
    )
    return player_sources(
        asset=page.asset, grant=grant, language=page.locale.language_code
    )
