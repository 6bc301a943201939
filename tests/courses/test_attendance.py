"""On site: a changing code, a list that somebody answers for, credit for presence."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from courses.domain.attendance import (
    CODE_SECONDS,
    close_training,
    code_at,
    plan_training,
    sign_in,
    sign_in_by_list,
    sign_out,
    sign_out_by_list,
)
from courses.domain.sessions import open_session
from courses.enums import OnSiteState, UnitState
from courses.errors import OnSiteNotPermitted, OnSiteRefused
from courses.models import (
    Attendance,
    OnSiteTraining,
    PlaybackSession,
    Syllabus,
    UnitProgress,
)
from lms.compliance.models import CreditEntry
from lms.core.clock import SHANGHAI
from tests.factories.courses import NOW, make_enrollment, make_published_course
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def at(minutes):
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def course():
    return make_published_course(kinds=("video", "practical"))


@pytest.fixture
def admin():
    return AdministratorFactory()


def worker(course, admin):
    membership = MembershipFactory(organization=admin.organization)
    return make_enrollment(
        course=course, learner=membership.user, membership=membership
    )


def planned(course, admin, *, starts=0, ends=60):
    unit = make_units(course)[1]
    return plan_training(
        organization=admin.organization,
        course_key=course.translation_key,
        unit_key=unit["key"],
        place="焊接车间",
        led_by="周师傅",
        starts_at=at(starts),
        ends_at=at(ends),
        by=admin.user,
    )


def make_units(course):
    return Syllabus.objects.of_course(course.translation_key).first().units


def signed_in(training, enrollment, minutes):
    code = code_at(training=training, now=at(minutes))
    return sign_in(
        training=training, learner=enrollment.learner, code=code, now=at(minutes)
    )


def signed_out(training, enrollment, minutes):
    code = code_at(training=training, now=at(minutes))
    return sign_out(
        training=training, learner=enrollment.learner, code=code, now=at(minutes)
    )


def test_who_was_there_is_credited_with_the_lesson(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin)
    signed_in(training, enrollment, -5)
    row = signed_out(training, enrollment, 60)
    assert (row.signed_in_by, row.signed_out_by) == ("code", "code")
    assert row.credited_seconds == 120  # what the lesson earns at most
    progress = UnitProgress.objects.get(unit_key=training.unit_key)
    assert progress.state == UnitState.COMPLETED
    entry = CreditEntry.objects.get()
    assert (entry.source, entry.seconds) == ("sign_off", 120)
    assert entry.evidence["training"] == str(training.public_id)
    assert entry.evidence["led_by"] == "周师傅"


def test_who_leaves_early_earns_nothing(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin)
    signed_in(training, enrollment, -5)
    row = signed_out(training, enrollment, 1)
    assert row.credited_seconds == 0
    assert not CreditEntry.objects.exists()


def test_time_before_the_beginning_and_after_the_end_is_no_training(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin, ends=1.9)
    signed_in(training, enrollment, -20)
    row = signed_out(training, enrollment, 300)
    assert row.credited_seconds == 114


def test_signing_twice_is_signing_once(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin)
    first = signed_in(training, enrollment, 0)
    assert signed_in(training, enrollment, 5).signed_in_at == first.signed_in_at
    first = signed_out(training, enrollment, 30)
    assert signed_out(training, enrollment, 40).signed_out_at == first.signed_out_at
    assert CreditEntry.objects.count() == 1


def test_a_photograph_of_the_code_is_soon_of_no_use(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin)
    code = code_at(training=training, now=at(0))
    late = at(0) + timedelta(seconds=2 * CODE_SECONDS)
    with pytest.raises(OnSiteRefused) as refused:
        sign_in(training=training, learner=enrollment.learner, code=code, now=late)
    assert refused.value.code == "code_stale"
    other = planned(course, admin)
    assert code_at(training=other, now=at(0)) != code


@pytest.mark.parametrize("minutes", [-31, 61])
def test_signing_in_is_open_around_the_training_only(course, admin, minutes):
    enrollment, training = worker(course, admin), planned(course, admin)
    with pytest.raises(OnSiteRefused) as refused:
        signed_in(training, enrollment, minutes)
    assert refused.value.code == "not_open"


def test_people_of_another_enterprise_do_not_get_in(course, admin):
    training = planned(course, admin)
    stranger = worker(course, AdministratorFactory())
    with pytest.raises(OnSiteRefused) as refused:
        signed_in(training, stranger, 0)
    assert refused.value.code == "not_enrolled"
    with pytest.raises(OnSiteRefused):
        sign_in_by_list(
            training=training, enrollment=stranger, by=admin.user, now=at(0)
        )


def test_the_list_serves_who_has_no_telephone_and_names_who_ticked(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin)
    sign_in_by_list(training=training, enrollment=enrollment, by=admin.user, now=at(0))
    row = sign_out_by_list(
        training=training, enrollment=enrollment, by=admin.user, now=at(30)
    )
    assert (row.signed_in_by, row.vouched_by) == ("list", admin.user)
    assert CreditEntry.objects.get().evidence["by"] == str(admin.user.subject_id)


def test_nobody_ticks_themselves_or_people_of_others(course, admin):
    training = planned(course, admin)
    own = MembershipFactory(organization=admin.organization, user=admin.user)
    mine = make_enrollment(course=course, learner=admin.user, membership=own)
    enrollment = worker(course, admin)
    for by, target in (
        (admin.user, mine),
        (AdministratorFactory().user, enrollment),
        (enrollment.learner, enrollment),
    ):
        with pytest.raises(OnSiteNotPermitted):
            sign_in_by_list(training=training, enrollment=target, by=by, now=at(0))
    assert not Attendance.objects.exists()


def test_on_site_and_online_at_once_do_not_earn_twice(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin)
    video = make_units(course)[0]["key"]
    open_session(enrollment=enrollment, unit_key=video, now=at(-10))
    signed_in(training, enrollment, 0)
    assert not PlaybackSession.objects.active().exists()
    with pytest.raises(OnSiteRefused) as refused:
        open_session(enrollment=enrollment, unit_key=video, now=at(1))
    assert refused.value.code == "on_site"
    other = planned(course, admin)
    with pytest.raises(OnSiteRefused):
        signed_in(other, enrollment, 5)
    signed_out(training, enrollment, 30)
    open_session(enrollment=enrollment, unit_key=video, now=at(31))


def test_a_closed_list_lets_nobody_out_and_frees_them(course, admin):
    enrollment, training = worker(course, admin), planned(course, admin)
    signed_in(training, enrollment, 0)
    for _repeat in range(2):
        close_training(training=training, by=admin.user, now=at(90))
    assert training.state == OnSiteState.CLOSED
    with pytest.raises(OnSiteRefused):
        signed_out(training, enrollment, 91)
    video = make_units(course)[0]["key"]
    open_session(enrollment=enrollment, unit_key=video, now=at(92))
    assert not CreditEntry.objects.exists()


def test_only_practical_lessons_are_held_on_site(course, admin):
    video = make_units(course)[0]["key"]
    values = {
        "organization": admin.organization,
        "course_key": course.translation_key,
        "place": "x",
        "led_by": "y",
        "starts_at": at(0),
        "by": admin.user,
    }
    with pytest.raises(OnSiteRefused) as refused:
        plan_training(unit_key=video, ends_at=at(5), **values)
    assert refused.value.code == "not_practical"
    practical = make_units(course)[1]["key"]
    with pytest.raises(OnSiteRefused) as refused:
        plan_training(unit_key=practical, ends_at=at(0), **values)
    assert refused.value.code == "ends_before_it_begins"


# --- pages ------------------------------------------------------------------------


def form_data(course, admin, **changes):
    start = at(0).astimezone(SHANGHAI)
    return {
        "organization": admin.organization.pk,
        "lesson": f"{course.translation_key}:{make_units(course)[1]['key']}",
        "place": "焊接车间",
        "led_by": "周师傅",
        "day": start.date().isoformat(),
        "begins": "10:00",
        "ends": "11:00",
    } | changes


def test_an_administrator_plans_shows_the_code_and_closes(
    client, course, admin, frozen_now
):
    frozen_now.move_to(NOW)
    enrollment = worker(course, admin)
    client.force_login(admin.user)
    assert client.get("/onsite/").status_code == 200
    answer = client.post("/onsite/", form_data(course, admin))
    training = OnSiteTraining.objects.get()
    assert answer.url == f"/onsite/{training.public_id}/"
    page = client.get(answer.url)
    assert "<svg" in page.content.decode()
    fragment = client.get(f"{answer.url}code/").json()
    assert fragment["url"] == sign_address(training, NOW)
    client.post(answer.url, {"do": "in", "enrollment": str(enrollment.public_id)})
    assert Attendance.objects.get().signed_in_by == "list"
    frozen_now.tick(3600)
    client.post(answer.url, {"do": "out", "enrollment": str(enrollment.public_id)})
    client.post(answer.url, {"do": "close"})
    training.refresh_from_db()
    assert training.state == OnSiteState.CLOSED
    assert CreditEntry.objects.count() == 1


def sign_address(training, now):
    code = code_at(training=training, now=now)
    path = reverse("courses:sign_on_site", args=[training.public_id, code])
    return f"http://testserver{path}"


def test_bad_times_are_shown_at_their_field(client, course, admin):
    client.force_login(admin.user)
    answer = client.post("/onsite/", form_data(course, admin, ends="09:00"))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["ends"]
    assert not OnSiteTraining.objects.exists()


def test_a_worker_scans_signs_in_and_out(client, course, admin, frozen_now):
    frozen_now.move_to(NOW)
    enrollment, training = worker(course, admin), planned(course, admin)
    client.force_login(enrollment.learner)
    page = client.get(sign_address(training, NOW))
    assert "焊接车间" in page.content.decode()
    assert not Attendance.objects.exists()  # looking is not signing
    client.post(sign_address(training, NOW), {"do": "in"})
    assert Attendance.objects.get().signed_in_by == "code"
    frozen_now.tick(3600)
    client.post(sign_address(training, at(60)), {"do": "out"})
    assert Attendance.objects.get().signed_out_by == "code"


def test_an_old_code_says_what_to_do(client, course, admin, frozen_now):
    frozen_now.move_to(at(5))
    enrollment, training = worker(course, admin), planned(course, admin)
    client.force_login(enrollment.learner)
    with translation.override("en"):
        address = sign_address(training, at(0))
    page = client.post(address, {"do": "in"}, follow=True)
    assert not Attendance.objects.exists()
    assert "code on the wall again" in page.content.decode()


def test_lists_of_others_do_not_exist(client, course, admin):
    training, enrollment = planned(course, admin), worker(course, admin)
    page = f"/onsite/{training.public_id}/"
    for person in (AdministratorFactory().user, enrollment.learner):
        client.force_login(person)
        assert client.get(page).status_code == 404
        assert client.get(f"{page}code/").status_code == 404
        answer = client.post(
            page, {"do": "in", "enrollment": str(enrollment.public_id)}
        )
        assert answer.status_code == 404
    client.logout()
    assert client.get(page).status_code == 302


def test_who_administers_nothing_plans_nothing(client, course, admin):
    client.force_login(worker(course, admin).learner)
    assert client.get("/onsite/").status_code == 404
    assert client.post("/onsite/", form_data(course, admin)).status_code == 404
