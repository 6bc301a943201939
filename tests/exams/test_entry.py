"""The door: networks, Safe Exam Browser, access code; each refused with its code."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client

from exams.domain.entry import (
    MAX_TRIES,
    TRY_WINDOW,
    Surroundings,
    enter_exam,
    hash_access_code,
    is_access_code,
)
from exams.errors import ExamNotOpen, ExamNotPermitted, TooManyTries
from exams.models import AccessTry, Attempt
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

KEY = "ab" * 32
OTHER_KEY = "cd" * 32
URL = "https://exam.example/exams/1/?a=1"


def enter(exam, candidate, *, code="", now=NOW, **surroundings):
    return enter_exam(
        exam=exam,
        candidate=candidate,
        enrollment=None,
        surroundings=Surroundings(**{"address": "10.1.2.3", "url": URL} | surroundings),
        access_code=code,
        now=now,
    )


def refused(exam, candidate, **given):
    with pytest.raises((ExamNotPermitted, TooManyTries, ExamNotOpen)) as refusal:
        enter(exam, candidate, **given)
    return refusal.value.code


@pytest.mark.parametrize(
    ("networks", "address", "is_in"),
    [
        ("", None, True),
        ("10.1.0.0/16", "10.1.2.3", True),
        ("10.1.0.0/16", "10.2.2.3", False),
        ("192.168.7.9\n\n10.1.2.0/24", "10.1.2.3", True),
        ("2001:db8::/32", "2001:db8:1::9", True),
        ("2001:db8::/32", "10.1.2.3", False),
        ("0.0.0.0/0", None, False),
        ("0.0.0.0/0", "not an address", False),
    ],
)
def test_only_the_named_networks_are_let_in(candidate, networks, address, is_in):
    exam = ExamFactory(allowed_networks=networks)
    if is_in:
        assert enter(exam, candidate, address=address).is_open
    else:
        assert refused(exam, candidate, address=address) == "wrong_network"
        assert not Attempt.objects.exists()


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({}, False),
        ({"config_key_hash": sha(URL + KEY)}, True),
        ({"config_key_hash": sha(URL + KEY).upper()}, True),
        ({"config_key_hash": sha(URL + OTHER_KEY)}, True),
        ({"config_key_hash": KEY}, False),
        ({"config_key_hash": sha("https://exam.example/other/" + KEY)}, False),
        ({"request_hash": sha(URL + KEY)}, False),
    ],
)
def test_a_config_key_is_checked_with_the_address(candidate, headers, is_let_in):
    exam = ExamFactory(safe_browser_config_keys=f"{KEY.upper()}\n{OTHER_KEY}")
    if is_let_in:
        assert enter(exam, candidate, **headers).is_open
    else:
        assert refused(exam, candidate, **headers) == "safe_browser_required"


def test_where_both_kinds_of_key_are_kept_both_have_to_fit(candidate):
    exam = ExamFactory(safe_browser_config_keys=KEY, safe_browser_exam_keys=OTHER_KEY)
    config, exam_key = sha(URL + KEY), sha(URL + OTHER_KEY)
    code = "safe_browser_required"
    assert refused(exam, candidate, config_key_hash=config) == code
    assert refused(exam, candidate, request_hash=exam_key) == code
    assert enter(exam, candidate, config_key_hash=config, request_hash=exam_key).is_open


@pytest.fixture
def locked():
    return ExamFactory(access_code_hash=hash_access_code("Lanzhou-7"))


def test_the_code_opens_once_and_coming_back_needs_none(locked, candidate):
    assert refused(locked, candidate) == "access_code_required"
    assert refused(locked, candidate, code="lanzhou-8") == "access_code_wrong"
    attempt = enter(locked, candidate, code="  LANZHOU-7 ")
    assert enter(locked, candidate).pk == attempt.pk
    assert not AccessTry.objects.exists()


def test_the_code_is_nowhere_kept(locked):
    assert "anzhou" not in locked.access_code_hash
    assert hash_access_code("Lanzhou-7") != locked.access_code_hash
    assert is_access_code("Lanzhou-7", kept=locked.access_code_hash)
    assert not is_access_code("", kept=locked.access_code_hash)
    assert not is_access_code("", kept="")


def test_after_five_wrong_codes_even_the_right_one_waits(locked, candidate):
    for _turn in range(MAX_TRIES):
        assert refused(locked, candidate, code="wrong") == "access_code_wrong"
    assert refused(locked, candidate, code="lanzhou-7") == "too_many_tries"
    somebody = UserFactory()
    assert enter(locked, somebody, code="lanzhou-7").is_open
    later = NOW + TRY_WINDOW + timedelta(seconds=1)
    assert enter(locked, candidate, code="lanzhou-7", now=later).is_open


def test_who_may_not_start_can_not_try_codes(locked, candidate):
    locked.opens_at = NOW + timedelta(hours=1)
    locked.save()
    assert refused(locked, candidate, code="lanzhou-7") == "not_yet_open"
    assert not AccessTry.objects.exists()


# ---- pages and API -----------------------------------------------------------


@pytest.fixture
def client(candidate):
    client = Client()
    client.force_login(candidate)
    return client


def test_the_page_asks_for_the_code_and_says_what_is_wrong(client, locked):
    address = f"/exams/{locked.public_id}/"
    assert 'name="access_code"' in client.get(address).content.decode()
    answer = client.post(address, {"access_code": "falsch"})
    assert answer.status_code == 403
    assert answer.context["code_refusal"].code == "access_code_wrong"
    assert 'aria-invalid="true"' in answer.content.decode()
    assert client.post(address, {"access_code": "lanzhou-7"}).status_code == 302


def test_the_api_names_each_refusal(client, locked):
    address = f"/api/v1/exams/{locked.public_id}/attempts"
    send = {"content_type": "application/json"}
    answer = client.post(address, {}, **send)
    assert (answer.status_code, answer.json()["code"]) == (403, "access_code_required")
    answer = client.post(address, {"access_code": "no"}, **send)
    assert (answer.status_code, answer.json()["code"]) == (403, "access_code_wrong")
    for _turn in range(MAX_TRIES):
        answer = client.post(address, {"access_code": "no"}, **send)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert answer["Retry-After"] == "600"


def test_a_forged_forwarding_header_opens_nothing(client, settings):
    exam = ExamFactory(allowed_networks="10.0.0.0/8")
    address = f"/exams/{exam.public_id}/"
    settings.BEHIND_PROXY = False
    forged = {"HTTP_X_FORWARDED_FOR": "10.0.0.1"}
    answer = client.post(address, REMOTE_ADDR="203.0.113.9", **forged)
    assert (answer.status_code, answer.context["refusal"].code) == (
        403,
        "wrong_network",
    )
    settings.BEHIND_PROXY = True
    answer = client.post(address, HTTP_X_FORWARDED_FOR="10.0.0.1, 203.0.113.9")
    assert answer.status_code == 403
    answer = client.post(address, HTTP_X_FORWARDED_FOR="203.0.113.9, ::ffff:10.0.0.1")
    assert answer.status_code == 302


def test_the_paper_itself_is_shown_only_at_the_right_place(client, candidate):
    exam = ExamFactory(allowed_networks="127.0.0.1")
    client.post(f"/exams/{exam.public_id}/")
    attempt = Attempt.objects.get()
    assert client.get(f"/attempts/{attempt.public_id}/").status_code == 200
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    answer = client.get(f"/attempts/{attempt.public_id}/", **elsewhere)
    assert answer.status_code == 403
    assert "安全第一" not in answer.content.decode()
    answer = client.put(
        f"/api/v1/attempts/{attempt.public_id}/responses",
        {"events": [{"seq": 1, "position": 1, "value": ["A"]}]},
        content_type="application/json",
        **elsewhere,
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_network")


def test_safe_exam_browser_is_recognized_by_its_headers(client):
    exam = ExamFactory(safe_browser_config_keys=KEY)
    address = f"/exams/{exam.public_id}/"
    answer = client.get(address)
    assert answer.context["refusal"].code == "safe_browser_required"
    header = sha(f"http://testserver{address}{KEY}")
    answer = client.post(address, HTTP_X_SAFEEXAMBROWSER_CONFIGKEYHASH=header)
    assert answer.status_code == 302
