"""What authors do with a whole course: look at it, preview it, reorder it, copy it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Locale

from courses.domain.copying import copy_course
from courses.domain.overview import overview_of
from courses.domain.publishing import publish_course
from courses.models import (
    ActivityAnswer,
    CoursePage,
    Enrollment,
    HandoutDownload,
    LessonPage,
    ModulePage,
    PlaybackSession,
    Syllabus,
    UnitProgress,
)
from lms.core.enums import Audience
from tests.courses.test_answering import BRANCHING, QUESTION
from tests.courses.test_move_on import make_handout
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_course,
    make_enrollment,
    make_lesson,
    make_published_course,
    module_of,
)
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]


@pytest.fixture
def editor(client):
    person = SuperuserFactory()
    client.force_login(person)
    return person


def draft_lesson(course, **fields):
    module = module_of(course)
    values = {"title": "草稿课", "kind": "document", "minutes": 3, "slug": "draft"}
    return module.add_child(
        instance=LessonPage(**values | fields, locale=course.locale, live=False)
    )


def nothing_is_kept():
    models = (ActivityAnswer, Enrollment, PlaybackSession, UnitProgress)
    return not any(model.objects.exists() for model in models)


def test_an_author_previews_drafts_and_leaves_no_evidence(client, editor):
    course = make_published_course(kinds=("video",))
    draft = draft_lesson(
        course, check_questions=[{"type": "question", "value": QUESTION}]
    )
    outline = client.get(reverse("courses:preview", args=[course.pk])).text
    assert "草稿课" in outline
    url = reverse("courses:preview", args=[draft.pk])
    assert f'href="{url}"' in outline
    page = client.get(url).text
    assert QUESTION["stem"] in page
    assert QUESTION["explanation"] not in page
    assert "data-lesson=" not in page
    answer = client.post(
        reverse("courses:try_answer", args=[draft.pk, "q1"]),
        {"value": "A"},
        headers={"HX-Request": "true"},
    )
    assert "question__feedback" in answer.text
    video = client.get(reverse("courses:preview", args=[lessons_of(course)[0].pk])).text
    assert "<anxue-player" in video
    assert f'href="{url}" rel="next"' in video
    last = reverse("courses:preview", args=[course.pk])
    assert f'<a class="pager__link pager__link--next" href="{last}"' in page
    assert nothing_is_kept()


def test_a_story_is_tried_out_step_by_step_without_being_kept(client, editor):
    course = make_published_course()
    lesson = draft_lesson(course, exercise=[{"type": "branching", "value": BRANCHING}])
    url = reverse("courses:try_answer", args=[lesson.pk, "e1"])
    headers = {"HX-Request": "true"}
    first = client.post(url, {"value": "A", "step": 0}, headers=headers).text
    second = client.post(url, {"value": "B", "step": 0}, headers=headers).text
    shown = first if "救援到了。" in first else second
    assert "救援人员问氧含量。" in shown
    assert 'name="before"' in shown
    assert nothing_is_kept()


@pytest.mark.parametrize("route", ["preview", "try_answer"])
def test_nobody_else_previews(client, route):
    course = make_published_course()
    lesson = draft_lesson(course)
    client.force_login(UserFactory())
    if route == "preview":
        answer = client.get(reverse("courses:preview", args=[lesson.pk]))
    else:
        url = reverse("courses:try_answer", args=[lesson.pk, "q1"])
        answer = client.post(url, {"value": "A"})
    assert answer.status_code == 404


def test_a_copy_has_new_keys_and_nothing_of_the_learners(editor):
    course = make_published_course(kinds=("video", "document"))
    english = make_course(language="en", translation_key=course.translation_key)
    make_enrollment(course=course)
    draft_lesson(course)
    copy = copy_course(course=course, title="副本", by=editor)
    originals = {
        page.translation_key for page in course.get_descendants(inclusive=True)
    }
    copied = list(copy.get_descendants(inclusive=True))
    assert [page.title for page in copied] == [
        "副本",
        "第一章",
        "第1课",
        "第2课",
        "草稿课",
    ]
    assert not originals & {page.translation_key for page in copied}
    assert not any(page.live for page in copied)
    # The languages of the copy are translations of each other.
    both = CoursePage.objects.filter(translation_key=copy.translation_key)
    assert {page.locale.language_code for page in both} == {"zh-hans", "en"}
    assert english.translation_key != copy.translation_key
    assert not Enrollment.objects.filter(course_key=copy.course_key).exists()
    assert publish_course(course=copy, now=NOW) is None
    assert Syllabus.objects.count() == 1
    again = copy_course(course=course, title="副本", by=editor)
    assert again.slug != copy.slug


def test_the_overview_names_what_is_missing(client, editor):
    course = make_course()
    make_lesson(course, kind="video", asset=None, title="没有录像")
    draft_lesson(course)
    overview = overview_of(course=course)
    assert [unit.problems for unit in overview.units] != [[], []]
    assert overview.minutes == 5
    assert len(overview.units[1].problems) == 2
    page = client.get(reverse("course_overview", args=[course.pk]))
    assert page.status_code == 200
    assert "草稿课" in page.text


def test_lessons_and_modules_are_moved_up_and_down(client, editor):
    course = make_published_course(kinds=("document", "document"))
    locale = Locale.objects.get(language_code="zh-hans")
    CoursePage.objects.get(pk=course.pk).add_child(
        instance=ModulePage(slug="second", title="第二章", locale=locale, live=True)
    )
    first, second = lessons_of(course)
    url = reverse("course_reorder", args=[course.pk])
    client.post(url, {"page": second.pk, "way": "up"})
    assert [page.pk for page in lessons_of(course)] == [second.pk, first.pk]
    client.post(url, {"page": second.pk, "way": "up"})
    assert [page.pk for page in lessons_of(course)] == [second.pk, first.pk]
    assert client.post(url, {"page": course.pk, "way": "up"}).status_code == 404


def test_copying_asks_for_a_title(client, editor):
    course = make_published_course()
    url = reverse("course_copy", args=[course.pk])
    assert course.title in client.get(url).text
    refused = client.post(url, {"title": "  "})
    assert 'aria-invalid="true"' in refused.text
    client.post(url, {"title": "新课程"})
    assert CoursePage.objects.filter(title="新课程").exists()


@pytest.mark.parametrize(
    "name", ["course_overview", "course_reorder", "course_copy", "course_move_all"]
)
def test_who_may_not_edit_gets_nothing(client, name):
    course = make_published_course()
    client.force_login(UserFactory())
    method = client.get if name in {"course_overview", "course_copy"} else client.post
    answer = method(reverse(name, args=[course.pk]))
    assert answer.status_code in {302, 404}
    if answer.status_code == 302:
        assert answer["Location"].startswith("/account/login/")
    assert CoursePage.objects.count() == 1


def test_hand_outs_are_uploaded_in_the_admin(client, editor):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from courses.models import Handout

    url = reverse("wagtailsnippets_courses_handout:add")
    assert client.get(url).status_code == 200
    file = SimpleUploadedFile("手册.pdf", b"%PDF-1.7 x")
    answer = client.post(url, {"title": "手册", "file": file})
    row = Handout.objects.get()
    assert answer.status_code == 302
    assert (row.file_name, row.size, row.uploaded_by) == ("手册.pdf", 10, editor)
    bad = SimpleUploadedFile("x.exe", b"MZ")
    refused = client.post(url, {"title": "坏", "file": bad})
    assert "pdf" in refused.text
    assert Handout.objects.count() == 1
    edit = reverse("wagtailsnippets_courses_handout:edit", args=[row.pk])
    assert editor.get_full_name() in client.get(edit).text
    listed = client.get(reverse("wagtailsnippets_courses_handout:list")).text
    assert editor.get_full_name() in listed
    other = SimpleUploadedFile("b.pdf", b"%PDF-2 other")
    client.post(edit, {"title": "新名", "file": other})
    row.refresh_from_db()
    assert (row.title, row.size) == ("新名", 10)
    chooser = client.get(reverse("wagtailsnippetchoosers_courses_handout:choose"))
    assert "新名" in chooser.json()["html"]
    page = client.get(
        reverse("wagtailadmin_pages:edit", args=[make_lesson(make_course()).pk])
    )
    assert page.status_code == 200


def test_an_organization_s_hand_out_stays_in_its_own_courses(client, editor):
    owner = OrganizationFactory()
    handout = make_handout()
    handout.owner_organization_id = owner.pk
    handout.save()
    chosen = [{"type": "handout", "value": handout.pk}]
    own = make_course(owner_organization_id=owner.pk)
    foreign = make_course(slug="foreign")

    lesson = make_lesson(own, kind="document", handouts=chosen)
    with pytest.raises(ValidationError) as refused:
        make_lesson(foreign, kind="document", handouts=chosen)

    assert list(refused.value.message_dict) == ["handouts"]
    assert publish_course(course=own, now=NOW).units[0]["handouts"]
    # Another tenant's administrator neither chooses it nor takes it.
    client.force_login(AdministratorFactory().user)
    url = reverse("courses:preview_handout", args=[lesson.pk, handout.public_id])
    assert client.get(url).status_code == 404


def test_what_became_somebody_else_s_is_no_longer_given():
    """Whatever a lesson still names: a syllabus holds what its course may give."""
    handout = make_handout()
    course = make_course()
    make_lesson(
        course, kind="document", handouts=[{"type": "handout", "value": handout.pk}]
    )
    handout.owner_organization_id = OrganizationFactory().pk
    handout.save()

    syllabus = publish_course(course=course, now=NOW)

    assert "handouts" not in syllabus.units[0]


def test_an_author_takes_the_hand_outs_of_a_draft(client, editor):
    handout, other = make_handout(), make_handout("b.txt", b"hello")
    course = make_course()
    lesson = make_lesson(
        course, kind="document", handouts=[{"type": "handout", "value": handout.pk}]
    )

    page = client.get(reverse("courses:preview", args=[lesson.pk])).text
    url = reverse("courses:preview_handout", args=[lesson.pk, handout.public_id])
    answer = client.get(url)

    assert url in page
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 test"
    assert not HandoutDownload.objects.exists()
    foreign = reverse("courses:preview_handout", args=[lesson.pk, other.public_id])
    assert client.get(foreign).status_code == 404
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404


def test_learner_of_another_tenant_gets_no_hand_out(client):
    """The course of one enterprise, its own learner, and one of another enterprise."""
    owner = OrganizationFactory()
    handout = make_handout()
    handout.owner_organization_id = owner.pk
    handout.save()
    course = make_course(owner_organization_id=owner.pk, audience=Audience.ORGANIZATION)
    make_lesson(
        course, kind="document", handouts=[{"type": "handout", "value": handout.pk}]
    )
    publish_course(course=course, now=NOW)
    enrollment = make_enrollment(course=course)
    unit = enrollment.syllabus.units[0]["key"]
    url = reverse("courses:handout", args=[unit, handout.public_id])

    statuses = {}
    people = {
        "own": enrollment.learner,
        "other": MembershipFactory().user,
        "administrator of another": AdministratorFactory().user,
    }
    for name, user in people.items():
        client.force_login(user)
        statuses[name] = client.get(url).status_code
    client.logout()
    statuses["visitor"] = client.get(url).status_code

    assert statuses == {
        "own": 200,
        "other": 404,
        "administrator of another": 404,
        "visitor": 302,
    }


def test_the_owner_of_a_course_is_chosen_by_name(client, editor):
    owner = OrganizationFactory(name="江海化工协会")
    course = make_course(owner_organization_id=owner.pk)

    page = client.get(reverse("wagtailadmin_pages:edit", args=[course.pk])).text

    assert f'<option value="{owner.pk}" selected>江海化工协会</option>' in page
