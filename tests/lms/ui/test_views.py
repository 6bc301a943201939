import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from lms.core.views import render_problem
from lms.ui.languages import alternates, site_path

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_style_page_shows_in_both_languages(client, prefix):
    response = client.get(f"{prefix}/styleguide/")

    assert response.status_code == 200
    assert f'<html lang="{"en" if prefix else "zh-Hans"}"' in response.text
    assert 'class="skip-link" href="#main"' in response.text


def test_frame_asks_little_of_the_database(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        client.get("/styleguide/")


def test_language_switch_keeps_the_page(client):
    response = client.get("/styleguide/?a=1")

    assert '<link rel="alternate" hreflang="en" href="/en/styleguide/?a=1">' in (
        response.text
    )


def test_language_switch_keeps_the_path_where_there_is_no_translation():
    request = RequestFactory().get("/laws/x/")
    with translation.override("zh-hans"):
        found = {a.code: a for a in alternates(request, known={})}

    assert not found["en"].is_translated
    assert found["en"].url == "/en/laws/x/"
    assert found["zh-hans"].url == "/laws/x/"


def test_site_path_follows_the_language():
    with translation.override("en"):
        assert site_path("laws/") == "/en/laws/"
        assert site_path("laws/", "zh-hans") == "/laws/"


def test_csrf_token_opens_a_form_for_scripts():
    client = Client(enforce_csrf_checks=True)

    token = client.get("/csrf/").json()["token"]

    assert token
    assert client.cookies["csrftoken"]
    assert client.post("/csrf/", headers={"X-CSRFToken": token}).status_code == 405
    assert client.post("/csrf/").status_code == 403


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_error_page_names_a_way_out(rf, status, language):
    request = rf.get("/somewhere/")
    with translation.override(language):
        response = render_problem(request, status=status)

    text = response.content.decode()
    assert response.status_code == status
    assert f'href="{"/en/" if language == "en" else "/"}"' in text
    assert "<code>" in text
    assert "<h1>" in text


def test_unknown_address_answers_with_the_page(client):
    response = client.get("/en/no-such-page-here/")

    assert response.status_code == 404
    assert 'class="error-page' in response.text


def test_page_of_a_defect_needs_neither_context_nor_database():
    text = render_to_string("500.html")

    assert 'href="/"' in text
    assert 'href="/en/"' in text
    assert "{%" not in text
