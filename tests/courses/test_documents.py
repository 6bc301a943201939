"""Documents page by page: each page has to be in sight for its share of the time."""

from datetime import timedelta

import pytest
from django.test import Client

from courses.domain.playback import record_intervals
from courses.domain.publishing import publish_course
from courses.domain.reading import page_times, pages_read, split_pages
from courses.domain.sessions import open_session
from courses.models import Syllabus
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_course,
    make_enrollment,
    make_lesson,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
BODY = [
    {"type": "text", "value": "<p>开头</p>"},
    {"type": "heading", "value": "一、危险源"},
    {"type": "text", "value": "<p>第一页的内容</p>"},
    {"type": "heading", "value": "二、防护"},
    {"type": "text", "value": "<p>第二页的内容</p>"},
    {"type": "heading", "value": "三、应急"},
    {"type": "text", "value": "<p>第三页的内容</p>"},
]


@pytest.fixture
def enrollment():
    course = make_course(presence_minutes=0)
    make_lesson(course, kind="document", minutes=2, is_paged=True, body=BODY)
    publish_course(course=course, now=NOW)
    return make_enrollment(course=course)


def begin(enrollment):
    key = enrollment.syllabus.units[0]["key"]
    return open_session(enrollment=enrollment, unit_key=key, now=NOW)


def report(session, intervals, *, after, seq, **options):
    return record_intervals(
        public_id=session.public_id,
        seq=seq,
        intervals=intervals,
        rate=1.0,
        now=NOW + timedelta(seconds=after),
        **options,
    )


def seconds(receipt):
    return [page.seconds for page in receipt.pages]


def test_each_heading_begins_a_page_and_the_opening_belongs_to_the_first(enrollment):
    lesson = lessons_of_course(enrollment)[0]
    pages = split_pages(lesson.body)
    assert [[block.block_type for block in page] for page in pages] == [
        ["text", "heading", "text"],
        ["heading", "text"],
        ["heading", "text"],
    ]
    [unit] = enrollment.syllabus.units
    assert (unit["pages"], "to_the_end" in unit) == (3, False)


def test_the_last_page_alone_finishes_nothing(enrollment):
    session = begin(enrollment)
    receipt = report(session, [[80, 120]], after=40, seq=1, scroll=1.0)
    assert seconds(receipt) == [0, 0, 40]
    # However long it lies open, and whatever is claimed of it.
    receipt = report(session, [[80, 120]], after=400, seq=2, scroll=1.0)
    assert (seconds(receipt), receipt.is_completed) == ([0, 0, 40], False)


def test_pages_are_read_in_any_order_each_for_its_time(enrollment):
    session = begin(enrollment)
    report(session, [[80, 120]], after=40, seq=1)
    report(session, [[0, 20]], after=60, seq=2)
    receipt = report(session, [[40, 80]], after=100, seq=3)
    assert (seconds(receipt), receipt.is_completed) == ([20, 40, 40], False)
    receipt = report(session, [[20, 39.9]], after=120, seq=4)
    # A tenth is rounding.
    assert (seconds(receipt), receipt.is_completed) == ([39.9, 40, 40], True)


def test_turning_pages_quickly_is_not_reading(enrollment):
    session = begin(enrollment)
    receipt = report(session, [[0, 40], [40, 80], [80, 120]], after=6, seq=1)
    assert seconds(receipt) == [6, 0, 0]


def test_what_was_read_is_known_page_by_page_to_the_second(enrollment):
    session = begin(enrollment)
    report(session, [[40, 55]], after=15, seq=1)
    [unit] = enrollment.syllabus.units
    found = pages_read(
        enrollment=enrollment, unit_key=unit["key"], length_ms=120_000, count=3
    )
    assert [(page.number, page.seconds, page.is_read) for page in found] == [
        (1, 0, False),
        (2, 15, False),
        (3, 0, False),
    ]


def test_shares_that_do_not_come_out_even_add_up():
    found = page_times(covered=[(0, 100_000)], length_ms=100_000, count=3)
    assert sum(page.needed for page in found) == 100
    assert all(page.is_read for page in found)


def test_a_text_of_one_page_is_read_down_to_its_end():
    course = make_course()
    lesson = make_lesson(course, kind="document", is_paged=True, body=BODY[:3])
    publish_course(course=course, now=NOW)
    [unit] = Syllabus.objects.get(course_key=lesson.course().course_key).units
    assert unit["to_the_end"]
    assert "pages" not in unit


def test_the_page_shows_pages_and_falls_back_when_the_text_was_divided_anew(
    enrollment, client
):
    client.force_login(enrollment.learner)
    lesson = lessons_of_course(enrollment)[0]
    html = client.get(lesson.url).content.decode()
    assert html.count("data-document-page ") == 3
    assert 'data-needed="40.0"' in html
    lesson.body = BODY[:5]
    lesson.save_revision().publish()
    html = client.get(lesson.url).content.decode()
    assert "data-document-page" not in html
    assert "第二页的内容" in html


def lessons_of_course(enrollment):
    from courses.models import CoursePage

    course = CoursePage.objects.get(translation_key=enrollment.course_key)
    return lessons_of(course)


@pytest.mark.e2e
@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_phone_turns_pages_by_button_and_key_and_each_gets_its_time(live_server):
    from tests.browser import chromium

    course = make_course(presence_minutes=0)
    make_lesson(course, kind="document", minutes=1, is_paged=True, body=BODY)
    publish_course(course=course, now=NOW)
    enrollment = make_enrollment(course=course)
    session = Client()
    session.force_login(enrollment.learner)
    cookie = {"name": "sessionid", "value": session.cookies["sessionid"].value}
    url = lessons_of_course(enrollment)[0].url
    with chromium() as browser:
        phone = browser.new_context(viewport={"width": 390, "height": 844})
        phone.set_default_timeout(30_000)
        phone.add_cookies([cookie | {"url": live_server.url}])
        page = phone.new_page()
        page.goto(f"{live_server.url}{url}")
        shown = "[data-document-page]:not([hidden])"
        page.wait_for_selector("[data-document-bar]:not([hidden])")
        assert page.locator(shown).inner_text().count("第一页的内容") == 1
        assert page.locator("[data-document-step='-1']").is_disabled()
        page.wait_for_timeout(2_500)
        page.locator("[data-document-step='1']").click()
        assert "第二页的内容" in page.locator(shown).inner_text()
        # The page that was turned to has the focus: keys go on from there.
        page.keyboard.press("ArrowRight")
        assert "第三页的内容" in page.locator(shown).inner_text()
        current = page.locator("[data-document-go][aria-current=page]")
        assert current.get_attribute("data-document-go") == "2"
        assert page.locator("[data-document-status]").inner_text() == (
            "第 3 页，共 3 页"
        )
        # What was in sight on the first page has reached the server.
        page.wait_for_function(
            "() => document.querySelector('[data-watch-bar]').value > 1"
        )
        [unit] = enrollment.syllabus.units
        found = pages_read(
            enrollment=enrollment, unit_key=unit["key"], length_ms=60_000, count=3
        )
        assert 0 < found[0].seconds <= 10
        assert found[1].seconds < 5
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
