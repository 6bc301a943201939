"""The OpenAPI document is complete, stable, and shown to people."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import get_resolver
from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from lms.api.resources import attempts, exams
from lms.api.schema import EnglishSchemaGenerator
from lms.core.middleware import PUBLIC_POLICY

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def schema():
    return EnglishSchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_a_valid_document_of_openapi_3_1_without_warnings(schema):
    assert schema["openapi"] == "3.1.0"
    validate_schema(schema)
    assert not GENERATOR_STATS


def test_the_committed_document_is_what_the_server_does(schema, client):
    committed = yaml.safe_load((settings.BASE_DIR / "docs/openapi.yaml").read_text())
    served = client.get("/api/v1/schema/?format=json")
    assert served.status_code == 200
    assert committed == served.json()


def test_it_does_not_depend_on_language_or_place(schema, settings):
    settings.SITE_URL = "https://elsewhere.example"
    for language in ("zh-hans", "en"):
        with translation.override(language):
            built = EnglishSchemaGenerator().get_schema(request=None, public=True)
        assert built == schema
    assert not re.search(
        r"[\u4e00-\u9fff]", str(schema).replace("张*, 欧阳**", "").replace("28条", "")
    )


def test_every_route_is_described(schema):
    routes = get_resolver("lms.api.urls").url_patterns
    shown = {path.removeprefix("/api/v1/") for path in schema["paths"]}
    ours = {
        re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern))
        for route in routes
        if route.name not in ("schema", "docs", "unknown")
    }
    assert shown == ours


def test_every_call_has_words_an_answer_and_its_problems(schema):
    for name, operation in operations(schema):
        assert operation.get("description"), name
        codes = operation["responses"]
        assert any(code.startswith("2") for code in codes), name
        for code, answer in codes.items():
            if code.startswith("4"):
                content = answer["content"]
                assert list(content) == [PROBLEM], name
                reference = content[PROBLEM]["schema"]["$ref"]
                assert reference == "#/components/schemas/Problem", name
                assert answer["description"], name
        if operation["security"] != [{}]:
            assert {"401", "403"} <= codes.keys(), name
        if "{" in name:
            assert "404" in codes, name
        if "requestBody" in operation:
            assert {"400", "415", "422"} <= codes.keys(), name


def test_the_four_doors(schema):
    doors = schema["components"]["securitySchemes"]
    assert {name: door["type"] for name, door in doors.items()} == {
        "attemptToken": "apiKey",
        "playbackToken": "apiKey",
        "bearerToken": "http",
        "session": "apiKey",
    }
    path = schema["paths"]["/api/v1/attempts/{public_id}/responses"]
    opened = {name for door in path["put"]["security"] for name in door}
    assert opened == {"attemptToken", "bearerToken", "session"}
    path = schema["paths"]["/api/v1/lessons/{lesson}/playback"]
    opened = {name for door in path["post"]["security"] for name in door}
    assert opened == {"playbackToken", "bearerToken", "session"}


def test_scopes_are_told(schema):
    text = schema["paths"]["/api/v1/enrollments"]["get"]["description"]
    assert "`read`" in text
    for view in (attempts.ResponsesView, exams.AttemptsView):
        assert view.required_scope == "learn"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_people_read_it_on_a_page_without_scripts_of_others(client, schema, language):
    answer = client.get("/api/v1/docs/", headers={"Accept-Language": language})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert f'lang="{language}"' in html.partition(">")[2] or "<html" in html
    for _name, operation in operations(schema):
        assert f'id="{operation["operationId"]}"' in html
    policy = answer["Content-Security-Policy"]
    assert f"default-src {PUBLIC_POLICY['default-src']}" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!testserver)', html)
    assert " style=" not in html


def test_the_page_costs_few_queries(client, django_assert_max_num_queries):
    client.get("/api/v1/docs/")
    with django_assert_max_num_queries(10):
        client.get("/api/v1/docs/")


def test_the_guide_names_calls_that_exist(schema):
    text = Path(settings.BASE_DIR / "docs/api.md").read_text()
    named = set(re.findall(r"`(?:GET|POST|PUT) (/[^`?\s]+)", text))
    patterns = [
        re.compile(re.sub(r"\{\w+\}", r"[^/]+", path.removeprefix("/api/v1")) + "$")
        for path in schema["paths"]
    ]
    assert named
    for one in named:
        assert any(pattern.match(one) for pattern in patterns), one
