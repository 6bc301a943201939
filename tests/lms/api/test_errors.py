"""Whatever goes wrong is a problem document with a stable code, never a page."""

import pytest
from django.core.cache import cache
from django.test import Client

from certificates.limits import VerifyThrottle
from lms.core.errors import TooMany
from tests.factories.accounts import UserFactory
from tests.factories.courses import make_enrollment, make_published_course

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

API = "/api/v1"


def read_problem(response, status):
    """Return the code of a problem, after looking at all that is promised of it."""
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body["code"]


@pytest.fixture
def learner(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def sessions_url():
    course = make_published_course()
    unit = course.get_children().first().get_children().first()
    return f"{API}/lessons/{unit.specific.unit_key}/playback/sessions"


def test_400_for_malformed_json(client, learner, sessions_url):
    for text in ("{", "nul", '{"a": NaN}', b"\xff\xfe", "[" * 99_999):
        answer = client.post(sessions_url, text, content_type="application/json")
        assert (text, read_problem(answer, 400)) == (text, "parse_error")


def test_401_says_which_door_there_is(client):
    answer = client.get(f"{API}/enrollments")
    assert read_problem(answer, 401) == "not_authenticated"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_403_for_a_write_without_csrf_token(learner, sessions_url):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    answer = client.post(sessions_url, {}, content_type="application/json")
    assert read_problem(answer, 403) == "csrf_failed"
    assert client.get(f"{API}/enrollments").status_code == 200


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing",
        "nothing/",
        "search/",
        "exams/not-a-uuid/attempts",
        "attempts/00000000-0000-0000-0000-000000000000/",
        "certificates/verify/more/of/it",
        "法律",
    ],
)
def test_404_for_an_unknown_address(client, method, path):
    answer = getattr(client, method)(f"{API}/{path}")
    assert read_problem(answer, 404) == "not_found"


def test_404_for_what_is_not_there(client, learner):
    missing = "00000000-0000-4000-8000-000000000000"
    assert read_problem(client.get(f"{API}/laws/nothing"), 404)
    assert read_problem(client.post(f"{API}/exams/{missing}/attempts"), 404)
    assert read_problem(client.post(f"{API}/courses/{missing}/enroll"), 404)
    assert read_problem(client.get(f"{API}/courses/{missing}"), 404)


def test_405_names_the_methods_there_are(client, learner):
    answer = client.delete(f"{API}/enrollments")
    assert read_problem(answer, 405) == "method_not_allowed"
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_406_for_what_we_do_not_write(client):
    answer = client.get(f"{API}/register/checkpoint", headers={"Accept": "text/csv"})
    assert read_problem(answer, 406) == "not_acceptable"


def test_409_carries_its_facts(client, learner):
    course = make_enrollment(learner=learner).course_key
    outline = client.get(f"{API}/courses/{course}").json()
    url = f"{API}/lessons/{outline['modules'][0]['units'][0]['id']}/playback"
    opened = client.post(f"{url}/sessions", {}, content_type="application/json").json()
    report = {"session": opened["session"], "seq": 1, "rate": 1}
    for end, status in ((5, 200), (5, 200), (6, 409)):
        body = report | {"intervals": [[0, end]]}
        answer = client.post(url, body, content_type="application/json")
        assert answer.status_code == status
    assert read_problem(answer, 409) == "sequence_conflict"
    assert answer.json()["next_seq"] == 2


def test_413_for_a_body_that_is_too_large(client, learner, sessions_url, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = {"device": "x" * 200}
    answer = client.post(sessions_url, body, content_type="application/json")
    assert read_problem(answer, 413) == "body_too_large"


@pytest.mark.parametrize(
    "media_type", ["text/plain", "multipart/form-data; boundary=x"]
)
def test_415_for_another_media_type(client, learner, sessions_url, media_type):
    answer = client.post(sessions_url, b"a=b", content_type=media_type)
    assert read_problem(answer, 415) == "unsupported_media_type"


def test_422_names_the_fields(client, learner, sessions_url):
    body = {"device": "x" * 81, "language": ["a"]}
    answer = client.post(sessions_url, body, content_type="application/json")
    assert read_problem(answer, 422) == "invalid"
    assert set(answer.json()["errors"]) == {"device", "language"}


@pytest.mark.parametrize("body", ["[]", "7", '"text"', "null", "[[[]]]"])
def test_422_for_a_body_of_another_shape(client, learner, sessions_url, body):
    answer = client.post(sessions_url, body, content_type="application/json")
    assert read_problem(answer, 422) == "invalid"


def test_429_says_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr(VerifyThrottle, "rate", "2/min", raising=False)
    cache.clear()
    url = f"{API}/certificates/AX-2026-000001-00000000"
    for _time in range(2):
        assert client.get(url).status_code == 404
    answer = client.get(url)
    assert read_problem(answer, 429) == "throttled"
    assert 0 < int(answer["Retry-After"]) <= 61


def test_429_of_the_domain_says_when_to_come_back(client, monkeypatch):
    def refuse(**_names):
        raise TooMany("too_many_checks", "Wait.")

    monkeypatch.setattr("lms.api.resources.certificates.verify_number", refuse)
    answer = client.get(f"{API}/certificates/AX-2026-000001-00000000")
    assert read_problem(answer, 429) == "too_many_checks"
    assert answer["Retry-After"] == "60"


def test_500_shows_no_traceback(monkeypatch):
    def break_down(**_names):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("lms.api.resources.certificates.verify_number", break_down)
    client = Client(raise_request_exception=False)
    answer = client.get(f"{API}/certificates/AX-2026-000001-00000000")
    assert read_problem(answer, 500) == "server_error"
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("header", "language", "word"),
    [
        ({}, "zh-hans", "地址"),
        ({"Accept-Language": "zh-CN,zh;q=0.9"}, "zh-hans", "地址"),
        ({"Accept-Language": "en-GB,en;q=0.8,zh;q=0.2"}, "en", "There is nothing"),
        ({"Accept-Language": "fr, en;q=0.5"}, "en", "There is nothing"),
        ({"Accept-Language": "fr"}, "zh-hans", "地址"),
        ({"Accept-Language": ";;;q=x,\u00e9"}, "zh-hans", "地址"),
    ],
)
def test_detail_speaks_the_language_of_the_caller(client, header, language, word):
    answer = client.get(f"{API}/nothing", headers=header)
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    assert answer.json()["code"] == "not_found"
    if language == "en":
        assert word in answer.json()["detail"]
    else:
        assert not answer.json()["detail"].isascii() or not_compiled()


def not_compiled():
    """Say whether the catalog was not built in this checkout (`make setup` does)."""
    from django.utils.translation import gettext, override

    with override("zh-hans"):
        return gettext("There is nothing at this address.").isascii()
