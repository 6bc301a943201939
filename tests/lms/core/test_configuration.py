"""How environment variables become settings; with none of them all is embedded."""

import pytest

from lms import configuration

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "S3_ENDPOINT_URL", "SECRET_KEY", "FONTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(configuration, "DATA_DIR", tmp_path)


def test_a_database_of_files_syncs_and_queues_its_writers(tmp_path):
    found = configuration.database()

    assert found["NAME"] == f"{tmp_path}/db.sqlite3"
    assert found["OPTIONS"] == {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }


def test_a_server_keeps_its_connections(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db.example:5433/anxue")

    found = configuration.database()

    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["HOST"], found["PORT"], found["NAME"]) == (
        "db.example",
        5433,
        "anxue",
    )
    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (60, True)


def test_cache_is_redis_where_there_is_one(tmp_path):
    assert configuration.cache("redis://h/1")["LOCATION"] == "redis://h/1"
    assert configuration.cache("")["LOCATION"] == f"{tmp_path}/cache"


def test_files_lie_in_the_bucket_and_private_ones_are_signed(monkeypatch, tmp_path):
    monkeypatch.setenv("S3_ENDPOINT_URL", "https://s3.example")

    public = configuration.file_storage("public", bucket="b", public_url="/uploads/")
    private = configuration.file_storage("private", bucket="b")
    local = configuration.file_storage("private", bucket="")

    assert not public["OPTIONS"]["querystring_auth"]
    assert private["OPTIONS"]["querystring_auth"]
    assert private["OPTIONS"]["endpoint_url"] == "https://s3.example"
    assert local["OPTIONS"] == {"location": f"{tmp_path}/private"}


def test_secrets_are_made_once_and_given_ones_win(monkeypatch):
    made = configuration.secret_key()
    assert configuration.secret_key() == made
    assert not configuration.is_given("SECRET_KEY")

    monkeypatch.setenv("SECRET_KEY", "given")

    assert configuration.secret_key() == "given"
    assert configuration.is_given("SECRET_KEY")


def test_fonts_come_in_pairs(monkeypatch):
    monkeypatch.setenv("FONTS", "/a.ttf:/b.ttf,/c.ttf")

    pairs = configuration.font_pairs("FONTS")

    assert [tuple(map(str, pair)) for pair in pairs] == [
        ("/a.ttf", "/b.ttf"),
        ("/c.ttf", "/c.ttf"),
    ]
