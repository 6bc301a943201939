"""Pictures, sounds and videos of questions, from the form to the page of the exam."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exams.domain.attempts import start_attempt
from exams.domain.exchange.exporting import export_bank
from exams.domain.item_media import attach_players
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.models import AttemptPaper
from media_pipeline.enums import AssetKind, AssetState
from tests.exams.authoring import body, only_item, rows
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    content_for,
    make_fixed_paper,
    make_item,
)
from tests.factories.media_pipeline import AssetFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def bank():
    return ItemBankFactory()


@pytest.fixture
def video():
    return AssetFactory(
        kind=AssetKind.VIDEO,
        state=AssetState.READY,
        sha256="a" * 64,
        rendition_prefix="asset/x/r1",
        title="叉车倒车",
    )


@pytest.fixture
def content(video):
    media = [
        {"src": "/media/item-pictures/a.png", "alt": "配电箱"},
        {"kind": "audio", "src": "/media/item-pictures/b.mp3", "alt": "警报声"},
        {"kind": "video", "asset": str(video.public_id), "alt": "叉车倒车"},
    ]
    return content_for("true_false", media=media)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_form_keeps_all_three(bank, video):
    lines = rows(
        "media",
        {"source": "/media/item-pictures/a.png", "alt": "配电箱"},
        {"source": "/media/item-pictures/b.mp3", "alt": "警报声"},
        {"video": str(video.public_id), "alt": "叉车倒车"},
    )
    editor = signed_in(SuperuserFactory())
    address = f"{reverse('items:add')}?type=true_false"
    answer = editor.post(address, body(lines, bank=bank.pk, correct="true"))
    assert answer.status_code == 302, answer.context["problems"]
    assert only_item().content["media"] == [
        {"src": "/media/item-pictures/a.png", "alt": "配电箱"},
        {"kind": "audio", "src": "/media/item-pictures/b.mp3", "alt": "警报声"},
        {"kind": "video", "asset": str(video.public_id), "alt": "叉车倒车"},
    ]


def test_a_video_that_one_may_not_edit_is_no_choice(bank):
    foreign = AssetFactory(
        kind=AssetKind.VIDEO,
        state=AssetState.READY,
        sha256="b" * 64,
        owner_organization_id=99,
    )
    from tests.exams.test_authoring import author_of
    from tests.factories.organizations import OrganizationFactory

    own = OrganizationFactory()
    own_bank = ItemBankFactory(owner_organization_id=own.pk)
    lines = rows("media", {"video": str(foreign.public_id), "alt": "别人的"})
    answer = author_of(own).post(
        f"{reverse('items:add')}?type=true_false",
        body(lines, bank=own_bank.pk, correct="true"),
    )
    form = answer.context["form"]
    assert list(form.rows["media"].forms[0].errors) == ["video"]


def test_each_needs_words(bank):
    lines = rows("media", {"source": "/media/item-pictures/a.png"})
    editor = signed_in(SuperuserFactory())
    address = f"{reverse('items:add')}?type=true_false"
    answer = editor.post(address, body(lines, bank=bank.pk, correct="true"))
    assert list(answer.context["form"].rows["media"].forms[0].errors) == ["alt"]


def test_the_exam_shows_and_plays_them(bank, content, video):
    item = make_item(bank, "true_false", content=content)
    candidate = UserFactory()
    exam = ExamFactory(paper=make_fixed_paper([item]))
    attempt = start_attempt(exam=exam, candidate=candidate, now=timezone.now())
    page = signed_in(candidate).get(reverse("exams:attempt", args=[attempt.public_id]))
    html = page.content.decode()
    assert '<img class="exam-picture" src="/media/item-pictures/a.png"' in html
    assert '<audio controls preload="none" src="/media/item-pictures/b.mp3"' in html
    assert f"/{video.public_id}/hls/master.m3u8" in html
    assert "media_pipeline/player.js" in html
    kept = AttemptPaper.objects.get(attempt=attempt).blob["items"][0]["media"]
    assert kept == content["media"]


def test_pages_without_a_video_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        attach_players(
            views=[{"media": [{"src": "/a.png"}]}, {}], subject=1, now=timezone.now()
        )


def test_a_case_shows_its_media_beside_each_part(bank, content):
    story = {"stem": "厂房", "explanation": "", "media": content["media"]}
    case = make_item(bank, "case", content=story)
    make_item(bank, "true_false", parent=case, order=1)
    editor = signed_in(SuperuserFactory())
    html = editor.get(reverse("items:preview", args=[case.pk])).content.decode()
    assert "/media/item-pictures/a.png" in html
    assert "master.m3u8" in html


@pytest.mark.parametrize("name", ["xlsx", "moodle-xml", "qti-3.0"])
def test_an_export_names_what_it_cannot_carry(bank, content, name):
    make_item(bank, "true_false", content=content, code="M1")
    export = export_bank(bank=bank, format_name=name)
    (loss, *_rest) = export.losses
    assert any("media" in str(one.params) for one in export.losses), loss


@pytest.fixture
def story(content):
    return {"stem": "厂房起火", "explanation": "", "media": content["media"]}


def shows_all(html, video):
    return [
        'src="/media/item-pictures/a.png"' in html,
        'src="/media/item-pictures/b.mp3"' in html,
        f"/{video.public_id}/hls/master.m3u8" in html,
        "media_pipeline/player.js" in html,
        "厂房起火" in html,
    ]


def answer_case(bank, story, type_name, value):
    """Answer a paper that is one part of a case."""
    case_item = make_item(bank, "case", content=story)
    make_item(bank, type_name, parent=case_item, order=1)
    exam = ExamFactory(paper=make_fixed_paper([case_item]))
    attempt = start_attempt(exam=exam, candidate=UserFactory(), now=timezone.now())
    writer = open_writer(attempt=attempt, client_key="tab", now=timezone.now())
    record_events(
        public_id=attempt.public_id,
        writer=writer.number,
        events=[ResponseInput(1, 1, [value])],
        now=timezone.now(),
    )
    return attempt


def hand_in(attempt):
    return submit_attempt(
        attempt=attempt, by=None, writer=1, last_seq=1, now=timezone.now()
    )


def test_the_result_shows_the_case_with_its_media(bank, story, video):
    attempt = hand_in(answer_case(bank, story, "true_false", "maybe"))
    address = reverse("exams:result", args=[attempt.public_id])
    html = signed_in(attempt.candidate).get(address).content.decode()
    assert shows_all(html, video) == [True] * 5


def test_the_examiner_sees_the_case_with_its_media(bank, story, video):
    attempt = hand_in(answer_case(bank, story, "extended_text", "先停电"))
    task = attempt.marking_tasks.get()
    address = reverse("exams:marking_script", args=[task.public_id])
    html = signed_in(SuperuserFactory()).get(address).content.decode()
    assert shows_all(html, video) == [True] * 5


def test_the_replay_shows_the_case_once_the_attempt_is_closed(bank, story, video):
    attempt = answer_case(bank, story, "true_false", "true")
    operator = signed_in(SuperuserFactory())
    address = reverse("exams:replay", args=[attempt.public_id])
    running = operator.get(address).content.decode()
    hand_in(attempt)
    closed = operator.get(address).content.decode()
    assert shows_all(running, video) == [False] * 5
    assert shows_all(closed, video) == [True] * 5


def test_programs_get_addresses_that_play(bank, story, content, video):
    item = make_item(bank, "true_false", content=content)
    case_item = make_item(bank, "case", content=story)
    make_item(bank, "true_false", parent=case_item, order=1)
    exam = ExamFactory(paper=make_fixed_paper([item, case_item]))
    client = signed_in(UserFactory())
    answer = client.post(reverse("api:exam_attempts", args=[exam.public_id]))
    own, part = answer.json()["items"]
    for media in (own["media"], part["material"]["media"]):
        assert [one.get("kind", "picture") for one in media] == [
            "picture",
            "audio",
            "video",
        ]
        sources = media[2]["sources"]
        assert sources["state"] == "ready"
        assert sources["hls_url"].endswith(f"/{video.public_id}/hls/master.m3u8")
        status = client.get(sources["status_url"])
        assert (status.status_code, status.json()["state"]) == (200, "ready")
    kept = AttemptPaper.objects.get().blob["items"]
    assert "sources" not in str(kept)
