"""Files against a grant: ranges, types, refusals."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from lms.core import clock
from lms.core.enums import Audience
from media_pipeline.domain.grants import Grant, issue_grant, read_grant
from media_pipeline.domain.sources import player_sources, poster_url
from media_pipeline.enums import AssetState
from media_pipeline.errors import GrantRefused
from media_pipeline.models import Asset
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.media_pipeline import AssetFactory, make_ready

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

VIDEO = bytes(range(256)) * 4


@pytest.fixture
def asset():
    return make_ready(AssetFactory())


def grant_for(asset, *, ttl_seconds=3600, now=None):
    return issue_grant(
        asset=asset,
        subject="subject-1",
        session="session-1",
        now=now or clock.now(),
        ttl_seconds=ttl_seconds,
    )


@pytest.fixture
def fetch(client, asset):
    """Get a file of the asset; keywords replace the grant or the asset's id."""

    def get(name, *, grant=None, asset_id=None, method="get", **headers):
        address = f"/media/{grant or grant_for(asset)}/{asset_id or asset.public_id}/"
        return getattr(client, method)(f"{address}{name}", headers=headers)

    return get


def body(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("name", "content_type", "content"),
    [
        ("hls/master.m3u8", "application/vnd.apple.mpegurl", b"#EXTM3U\n360p"),
        ("hls/360p/index.m3u8", "application/vnd.apple.mpegurl", b"#EXTM3U\ninit"),
        ("hls/360p/init.mp4", "video/mp4", b"init"),
        ("hls/360p/seg_00000.m4s", "video/iso.segment", b"segment"),
        ("video.mp4", "video/mp4", VIDEO),
        ("poster.jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("captions/zh-hans.vtt", "text/vtt; charset=utf-8", b"WEBVTT"),
    ],
)
def test_each_file_has_its_type_and_private_headers(fetch, name, content_type, content):
    response = fetch(name)

    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert body(response).startswith(content)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, max-age=3600"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("wanted", "status", "content_range", "content"),
    [
        ("bytes=0-9", 206, "bytes 0-9/1024", VIDEO[:10]),
        ("bytes=1000-", 206, "bytes 1000-1023/1024", VIDEO[1000:]),
        ("bytes=-24", 206, "bytes 1000-1023/1024", VIDEO[-24:]),
        ("bytes=-9999", 206, "bytes 0-1023/1024", VIDEO),
        ("bytes=1020-9999", 206, "bytes 1020-1023/1024", VIDEO[1020:]),
        ("bytes=1024-", 416, "bytes */1024", b""),
        ("bytes=-0", 416, "bytes */1024", b""),
        ("bytes=9-1", 200, None, VIDEO),
        ("bytes=0-1,4-5", 200, None, VIDEO),
        ("bytes=-", 200, None, VIDEO),
        ("pages=1-2", 200, None, VIDEO),
        ("bytes=٣-٤", 200, None, VIDEO),
    ],
)
def test_byte_ranges(fetch, wanted, status, content_range, content):
    response = fetch("video.mp4", Range=wanted)

    got = body(response) if response.streaming else response.content
    assert (response.status_code, response.get("Content-Range")) == (
        status,
        content_range,
    )
    assert got == content
    if status != 416:
        assert response["Content-Length"] == str(len(content))
        assert response["Accept-Ranges"] == "bytes"


def test_head_tells_the_length_without_the_file(fetch):
    response = fetch("video.mp4", method="head")

    assert (response.status_code, response["Content-Length"]) == (200, "1024")


def test_a_range_of_another_version_gets_the_whole_file(fetch):
    etag = fetch("video.mp4")["ETag"]

    same = fetch("video.mp4", **{"Range": "bytes=0-1", "If-Range": etag})
    other = fetch("video.mp4", **{"Range": "bytes=0-1", "If-Range": '"old"'})

    assert (same.status_code, other.status_code) == (206, 200)


def test_an_unchanged_file_is_not_sent_again(fetch):
    etag = fetch("hls/master.m3u8")["ETag"]

    assert fetch("hls/master.m3u8", **{"If-None-Match": etag}).status_code == 304


def test_the_web_server_may_send_the_file(fetch, settings, asset):
    settings.MEDIA_X_ACCEL_PREFIX = "/protected-media/"

    response = fetch("video.mp4")

    expected = f"/protected-media/{asset.rendition_prefix}/video.mp4"
    assert response["X-Accel-Redirect"] == expected
    assert response.content == b""


@pytest.mark.parametrize(
    "name",
    [
        "../../../db.sqlite3",
        "hls/../video.mp4",
        "hls/../../../../../etc/passwd",
        "..%2f..%2fsecret_key",
        "hls/%2e%2e/%2e%2e/x",
        "/etc/passwd",
        "hls/360p/../../video.mp4",
        "captions/../../private.vtt",
        "captions/fr.vtt",
        "source.mp4",
        "video.mp4/",
        "video.mp4%0a",
        "hls/360p/seg_00099.m4s",
        "hls/٣٦٠p/index.m3u8",
        "hls/",
        "",
    ],
)
def test_other_names_and_traversal_are_not_found(fetch, name):
    assert fetch(name).status_code == 404


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda asset: "nonsense", "grant_invalid"),
        (lambda asset: grant_for(asset)[:-2] + "AA", "grant_invalid"),
        (lambda asset: grant_for(asset).split(".")[0], "grant_invalid"),
        (lambda asset: "x" * 2000, "grant_invalid"),
        (lambda asset: grant_for(asset, ttl_seconds=-1), "grant_expired"),
        (lambda asset: grant_for(make_ready(AssetFactory())), "grant_foreign"),
    ],
    ids=["nonsense", "altered", "unsigned", "long", "expired", "of another asset"],
)
def test_bad_grants_are_refused_with_a_problem_document(fetch, asset, make, code):
    response = fetch("video.mp4", grant=make(asset))

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert response.json()["code"] == code


def test_a_grant_replayed_for_another_asset_is_refused(fetch, asset):
    other = make_ready(AssetFactory())

    response = fetch("video.mp4", grant=grant_for(asset), asset_id=str(other.public_id))

    assert (response.status_code, response.json()["code"]) == (403, "grant_foreign")


def test_a_grant_ends_when_it_says(asset):
    now = clock.now()
    token = grant_for(asset, now=now, ttl_seconds=60)

    grant = read_grant(
        token=token, asset_id=asset.public_id, now=now + timedelta(seconds=59)
    )

    assert grant == Grant(
        asset.public_id, "subject-1", "session-1", int(now.timestamp()) + 60
    )
    with pytest.raises(GrantRefused) as caught:
        read_grant(
            token=token, asset_id=asset.public_id, now=now + timedelta(seconds=60)
        )
    assert caught.value.code == "grant_expired"


def test_a_grant_survives_a_change_of_the_secret_key(asset, settings):
    token = grant_for(asset)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"

    assert read_grant(token=token, asset_id=asset.public_id, now=clock.now())


def test_a_person_who_opens_a_stale_address_sees_a_page(fetch, asset):
    response = fetch(
        "video.mp4", grant=grant_for(asset, ttl_seconds=-1), Accept="text/html"
    )

    assert response.status_code == 403
    assert response["Content-Type"].startswith("text/html")


def test_a_file_that_the_storage_lost_is_not_found(fetch, asset):
    Asset.objects.update(rendition_prefix="asset/gone/1-1")

    response = fetch("video.mp4")

    assert (response.status_code, response.json()["code"]) == (404, "rendition_missing")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_only_reading_is_allowed(fetch, method):
    assert fetch("video.mp4", method=method).status_code == 405


def test_a_segment_costs_one_query(fetch, django_assert_num_queries):
    with django_assert_num_queries(1):
        fetch("hls/360p/seg_00000.m4s")


# --- what the player is told ---


def test_sources_of_a_ready_asset(asset, django_assert_num_queries):
    grant = grant_for(asset)
    with django_assert_num_queries(1):
        sources = player_sources(asset=asset, grant=grant)

    home = f"/media/{grant}/{asset.public_id}"
    assert sources.hls_url == f"{home}/hls/master.m3u8"
    assert sources.mp4_url == f"{home}/video.mp4"
    assert sources.poster_url == f"{home}/poster.jpg"
    assert sources.duration == 2.0
    assert [(c.language, c.label, c.url, c.is_default) for c in sources.captions] == [
        ("zh-hans", "中文", f"{home}/captions/zh-hans.vtt", True)
    ]


def test_the_status_follows_the_conversion(client):
    asset = AssetFactory()
    address = reverse("media_pipeline:status", args=[grant_for(asset), asset.public_id])

    before = client.get(address)
    make_ready(asset)
    after = client.get(address)

    assert before.json() == {
        "state": "uploaded",
        "duration": None,
        "hls": "",
        "mp4": "",
        "poster": "",
        "captions": [],
    }
    assert before["Cache-Control"] == "no-store"
    assert after.json()["state"] == "ready"
    assert client.get(after.json()["hls"]).status_code == 200
    assert after.json()["captions"][0]["default"] is True


def test_the_status_needs_a_grant_of_this_asset(client, asset):
    other = AssetFactory()
    address = reverse("media_pipeline:status", args=[grant_for(other), asset.public_id])

    assert client.get(address).status_code == 403
    gone = reverse("media_pipeline:status", args=[grant_for(other), uuid4()])
    assert client.get(gone).status_code == 403


@pytest.mark.parametrize(
    ("audience", "who", "status"),
    [
        (Audience.PUBLIC, "visitor", 200),
        (Audience.ORGANIZATION, "visitor", 404),
        (Audience.ORGANIZATION, "stranger", 404),
        (Audience.ORGANIZATION, "operator", 200),
    ],
)
def test_posters_are_shown_to_whom_may_see_the_asset(client, audience, who, status):
    asset = make_ready(AssetFactory(audience=audience, owner_organization_id=5))
    if who != "visitor":
        user = SuperuserFactory() if who == "operator" else UserFactory()
        client.force_login(user)

    assert client.get(poster_url(asset=asset)).status_code == status


def test_an_asset_without_renditions_has_no_poster(client):
    asset = AssetFactory(state=AssetState.PROCESSING)

    assert poster_url(asset=asset) == ""
    address = reverse("media_pipeline:poster", args=[asset.public_id])
    assert client.get(address).status_code == 404
