"""Public pages are the same for everybody, so that they can be cached as a whole."""

import re

import pytest
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from lms.core.middleware import CacheHeadersMiddleware
from tests.factories.accounts import UserFactory
from tests.factories.cms import make_law
from tests.factories.courses import lessons_of, make_published_course
from tests.factories.organizations import AdministratorFactory, RegulatorFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PATHS = [
    "/",
    "/laws/",
    "/laws/sample-law/",
    "/laws/sample-law/1/",
    "/policies/",
    "/cases/",
    "/checklists/",
    "/faq/",
    "/courses/",
    "/courses/first-aid/",
    "lesson",
    "/search/",
    "/search/?q=%E5%AE%89%E5%85%A8",
    "/verify/",
    "/styleguide/",
    "/en/",
    "/en/laws/",
    "/en/courses/",
    "/en/verify/",
    "/en/search/?q=safety",
]


@pytest.fixture
def world():
    make_law({"1": "为了安全，制定本法。"})
    # Any unit will do; a page needs no film.
    return make_published_course(kinds=("document",))


def address(path, course):
    return lessons_of(course)[0].url if path == "lesson" else path


def check_policy(response):
    """The policy needs no nonce, and the page nothing that it would stop."""
    policy = dict(
        part.strip().split(" ", 1)
        for part in response["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert "script-src" not in policy
    assert "style-src" not in policy
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "nonce" not in response["Content-Security-Policy"]
    # hls.js plays from a blob and works in a worker made of one.
    assert "blob:" in policy["media-src"].split()
    assert "blob:" in policy["worker-src"].split()
    assert re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", response.text) == []
    for script in re.findall(r"<script[^>]*>", response.text):
        assert " src=" in script or 'type="application/' in script


@pytest.mark.parametrize("path", PATHS)
def test_public_page_is_the_same_for_every_visitor(client, world, path):
    response = client.get(address(path, world), headers={"Accept-Language": "fr"})

    assert response.status_code == 200
    # No cookie, so nobody is told apart, and no token that only one could use.
    assert dict(response.cookies) == {}
    assert "csrfmiddlewaretoken" not in response.text
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"
    vary = {name.strip().lower() for name in response["Vary"].split(",")}
    assert "cookie" in vary
    assert "accept-language" not in vary
    check_policy(response)


@pytest.mark.parametrize("language", ["zh-CN", "en", "fr", ""])
def test_the_address_decides_the_language_not_the_browser(client, language):
    chinese = client.get("/laws/", headers={"Accept-Language": language})
    english = client.get("/en/laws/", headers={"Accept-Language": language})

    assert 'lang="zh-Hans"' in chinese.text
    assert 'lang="en"' in english.text


@pytest.mark.parametrize("path", ["/", "/laws/", "/courses/", "/learn/", "/verify/"])
def test_page_of_somebody_signed_in_is_kept_by_nobody_else(client, path):
    client.force_login(UserFactory())

    response = client.get(path)

    assert response.status_code == 200
    assert "public" not in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert "cookie" in response["Vary"].lower()


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/csrf/"])
def test_page_with_a_token_is_never_kept(client, path):
    response = client.get(path)

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_missing_page_is_asked_for_again(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert response["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("make", [RegulatorFactory, AdministratorFactory])
def test_pages_cost_few_queries_for_those_whose_menu_is_longest(
    client, world, path, make, django_assert_max_num_queries
):
    client.force_login(make().user)
    # What is kept for a minute is there on a site that runs.
    client.get(address(path, world))

    with django_assert_max_num_queries(25):
        assert client.get(address(path, world)).status_code == 200


def through(view, request):
    return CacheHeadersMiddleware(view)(request)


def html(_request=None, **headers):
    return HttpResponse("<p>", content_type="text/html", headers=headers)


def test_answer_that_sets_a_cookie_is_private():
    def view(_request):
        response = html()
        response.set_cookie("csrftoken", "x")
        return response

    assert through(view, RequestFactory().get("/"))["Cache-Control"].startswith(
        "private"
    )


def test_answer_to_a_form_is_private():
    assert through(html, RequestFactory().post("/"))["Cache-Control"].startswith(
        "private"
    )


def test_what_a_view_says_itself_stands():
    def view(_request):
        return html(**{"Cache-Control": "no-store", "Vary": "Accept-Language"})

    response = through(view, RequestFactory().get("/"))

    assert response["Cache-Control"] == "no-store"
    assert response["Vary"] == "Accept-Language"


@pytest.mark.parametrize("path", ["/admin/", "/api/v1/docs/"])
def test_admin_and_api_are_left_alone(path):
    assert "Cache-Control" not in through(html, RequestFactory().get(path))


def data(_request):
    return HttpResponse("{}", content_type="application/json")


def test_public_files_and_data_are_left_alone():
    assert "Cache-Control" not in through(data, RequestFactory().get("/x/"))


@pytest.mark.parametrize("path", ["/x/", "/api/v1/enrollments", "/admin/x/"])
@pytest.mark.parametrize("is_program", [True, False])
def test_files_and_data_of_a_reader_are_private(path, is_program):
    request = RequestFactory().get(path)
    if is_program:
        request.META["HTTP_AUTHORIZATION"] = "Bearer anx_x"
    else:
        request.COOKIES["sessionid"] = "x"

    assert through(data, request)["Cache-Control"] == "private, no-cache"


def test_token_is_fetched_when_it_is_used(client):
    answer = client.get("/csrf/")

    token = answer.json()["token"]
    assert answer.cookies["csrftoken"].value
    request = RequestFactory().get("/")
    request.COOKIES["csrftoken"] = answer.cookies["csrftoken"].value
    assert len(token) == len(get_token(request))
