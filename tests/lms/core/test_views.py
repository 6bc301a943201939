"""Answers for people: health, uploads, errors, the content security policy."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from lms.core.errors import Conflict
from lms.core.middleware import (
    ContentSecurityPolicyMiddleware,
    DomainErrorMiddleware,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_health_says_live_and_ready(client):
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {
        "status": "ok",
        "checks": {"database": True, "cache": True},
    }


def test_an_unmigrated_database_is_not_ready(client, mocker_plan):
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] is False


@pytest.fixture
def mocker_plan(monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    monkeypatch.setattr(
        MigrationExecutor, "migration_plan", lambda self, targets: [("waiting", False)]
    )


def test_a_foreign_host_name_is_refused_and_not_reflected(client):
    answer = client.get("/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_a_load_balancer_asks_in_plain_http(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health/ready").status_code == 200
    assert client.get("/").status_code == 301


@pytest.mark.parametrize(
    "path", ["../secret_key", "nothing.png", "%2e%2e/secret_key", "a%00.png", ""]
)
def test_an_upload_that_is_not_there_or_leaves_the_folder_is_404(client, path):
    assert client.get(f"/uploads/{path}").status_code == 404


def test_a_picture_is_shown_and_a_drawing_with_script_is_only_downloaded(client):
    default_storage.save("a.png", ContentFile(b"png"))
    default_storage.save("a.svg", ContentFile(b"<svg onload='x'/>"))
    picture, drawing = client.get("/uploads/a.png"), client.get("/uploads/a.svg")
    assert picture["Content-Type"] == "image/png"
    assert "attachment" not in picture.get("Content-Disposition", "")
    assert drawing["Content-Disposition"].startswith("attachment")
    assert drawing["X-Content-Type-Options"] == "nosniff"


def test_public_pages_forbid_inline_script(client):
    policy = client.get("/health/live")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_bucket_may_bring_videos_and_pictures_but_no_script(settings):
    settings.S3_PUBLIC_ORIGIN = "https://files.example.com"
    policy = dict(
        part.split(" ", 1)
        for part in ContentSecurityPolicyMiddleware(None).public.split("; ")
    )
    for name in ("media-src", "img-src", "connect-src"):
        assert policy[name].endswith(" https://files.example.com")
    assert policy["default-src"] == "'self'"


def test_a_refusal_of_the_domain_becomes_a_page_with_its_status(rf):
    middleware = DomainErrorMiddleware(lambda request: None)
    request = rf.get("/")
    answer = middleware.process_exception(request, Conflict("closed", "已经结束"))
    assert answer.status_code == 409
    assert "已经结束" in answer.content.decode()
    assert middleware.process_exception(request, ValueError()) is None


def test_an_unknown_address_answers_in_the_readers_language(client):
    chinese, english = client.get("/nothing-here/"), client.get("/en/nothing-here/")
    assert chinese.status_code == english.status_code == 404
    assert 'lang="zh' in chinese.content.decode()
    assert 'lang="en' in english.content.decode()
