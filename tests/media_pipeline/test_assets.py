"""Uploads are kept once, refused with a reason, and seen by whom they concern."""

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core.enums import Audience, JobState
from media_pipeline.domain.assets import (
    announce_asset,
    attach_source,
    create_asset,
    delete_asset,
    request_transcode,
)
from media_pipeline.domain.captions import (
    CaptionInput,
    Cue,
    parse_webvtt,
    set_captions,
    transcript,
)
from media_pipeline.enums import AssetKind, AssetState
from media_pipeline.errors import TranscodeRunning, UploadRefused
from media_pipeline.models import Asset, CaptionTrack, TranscodeJob
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.media_pipeline import (
    WEBVTT,
    AssetFactory,
    TranscodeJobFactory,
    clip_bytes,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_create_asset_keeps_the_file_privately_and_asks_for_its_conversion(
    clip, stored
):
    by = UserFactory()

    asset = create_asset(file=clip(), title="第一课", kind=AssetKind.VIDEO, by=by)

    asset.refresh_from_db()
    assert (asset.state, asset.source_size) == (AssetState.UPLOADED, len(clip_bytes()))
    assert stored("private") == [f"asset/{asset.public_id}/source.mp4"]
    assert stored("media") == []
    job = TranscodeJob.objects.get()
    assert (job.asset, job.state) == (asset, JobState.QUEUED)
    event = AuditEvent.objects.get(verb=Verb.ASSET_UPLOADED)
    assert event.object_id == str(asset.public_id)


def test_the_name_given_by_the_uploader_is_not_used(clip, stored):
    asset = create_asset(
        file=clip("../../etc/甲 乙.MP4"), title="x", kind=AssetKind.VIDEO
    )

    assert stored("private") == [f"asset/{asset.public_id}/source.mp4"]


def test_the_same_file_of_one_owner_is_one_asset(clip, stored):
    first = create_asset(file=clip(), title="a", kind=AssetKind.VIDEO)
    again = create_asset(file=clip(), title="b", kind=AssetKind.VIDEO)
    other = create_asset(
        file=clip(), title="c", kind=AssetKind.VIDEO, owner_organization_id=7
    )

    assert (again.pk, again.title) == (first.pk, "a")
    assert other.pk != first.pk
    assert TranscodeJob.objects.count() == 2
    assert len(stored("private")) == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.mp4", b"", "upload_empty"),
        ("notes.mp4", b"a text file, renamed", "upload_content"),
        ("sound.mp4", clip_bytes(picture=False), "upload_content"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "upload_content"),
        ("list.m3u8", b"#EXTM3U\n", "upload_extension"),
        ("page.html", b"<script>", "upload_extension"),
        ("script.mp4.sh", b"#!/bin/sh", "upload_extension"),
        ("noextension", clip_bytes(), "upload_extension"),
    ],
)
def test_hostile_uploads_are_refused_and_leave_nothing(name, content, code, stored):
    with pytest.raises(UploadRefused) as caught:
        create_asset(
            file=SimpleUploadedFile(name, content), title="x", kind=AssetKind.VIDEO
        )

    assert caught.value.code == code
    assert Asset.objects.count() == 0
    assert stored("private") == stored("media") == []


def test_an_oversized_file_is_refused_by_its_declared_size(settings, clip):
    settings.MEDIA_MAX_UPLOAD_MB = 1
    file = clip()
    file.size = 1024 * 1024 + 1
    file.chunks = None  # not one byte is read

    with pytest.raises(UploadRefused) as caught:
        create_asset(file=file, title="x", kind=AssetKind.VIDEO)

    assert caught.value.code == "upload_too_large"


def test_more_bytes_than_declared_are_refused(clip):
    file = clip()
    file.size = 10

    with pytest.raises(UploadRefused) as caught:
        create_asset(file=file, title="x", kind=AssetKind.VIDEO)

    assert caught.value.code == "upload_too_large"


def test_a_document_is_ready_at_once_if_it_is_what_it_says():
    def upload(name, content, kind=AssetKind.DOCUMENT):
        file = SimpleUploadedFile(name, content)
        return create_asset(file=file, title="x", kind=kind)

    assert upload("a.pdf", b"%PDF-1.7 ...").state == AssetState.READY
    assert upload("a.png", b"\x89PNG\r\n\x1a\n", AssetKind.IMAGE).is_ready
    for name, content, kind in [
        ("b.pdf", b"<html>", AssetKind.DOCUMENT),
        ("b.jpg", b"GIF89a", AssetKind.IMAGE),
    ]:
        with pytest.raises(UploadRefused) as caught:
            upload(name, content, kind)
        assert caught.value.code == "upload_content"
    assert TranscodeJob.objects.count() == 0


def test_bad_captions_refuse_the_upload_and_leave_no_file(clip, stored):
    with pytest.raises(UploadRefused) as caught:
        create_asset(
            file=clip(),
            title="x",
            kind=AssetKind.VIDEO,
            captions=[CaptionInput("zh-hans", "中文", "1\n00:00 nonsense")],
        )

    assert caught.value.code == "captions_invalid"
    assert Asset.objects.count() == 0
    assert stored("private") == []


def test_request_transcode_twice_is_one_job():
    asset = AssetFactory(state=AssetState.FAILED)

    first, again = request_transcode(asset=asset), request_transcode(asset=asset)

    assert first.pk == again.pk
    assert asset.state == AssetState.UPLOADED


def test_the_database_refuses_a_second_live_job():
    job = TranscodeJobFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        TranscodeJobFactory(asset=job.asset)
    TranscodeJobFactory(asset=job.asset, state=JobState.FAILED)


def test_request_transcode_without_a_file_is_refused():
    announced = announce_asset(reference="r", title="x")

    with pytest.raises(UploadRefused) as caught:
        request_transcode(asset=announced)

    assert caught.value.code == "no_source"


def test_an_announced_asset_gets_its_file_once(clip, stored):
    first = announce_asset(reference="demo:1", title="x")
    assert announce_asset(reference="demo:1", title="y").pk == first.pk
    captions = [CaptionInput("zh-hans", "中文", WEBVTT)]

    attach_source(asset=first, file=clip(), captions=captions)
    attach_source(asset=first, file=clip(seconds=3))

    first.refresh_from_db()
    assert (first.state, first.source_size) == (AssetState.UPLOADED, len(clip_bytes()))
    assert TranscodeJob.objects.count() == 1
    assert transcript(asset=first, language="zh-hans") == [Cue(0.0, 2.0, "安全第一")]
    assert len(stored("private")) == 1


def test_a_refused_file_leaves_the_asset_announced(stored):
    asset = announce_asset(reference="demo:1", title="x")

    with pytest.raises(UploadRefused):
        attach_source(asset=asset, file=SimpleUploadedFile("a.mp4", b"text"))

    asset.refresh_from_db()
    assert asset.state == AssetState.ANNOUNCED
    assert stored("private") == []


def test_an_asset_under_conversion_is_not_deleted():
    job = TranscodeJobFactory(state=JobState.RUNNING)

    with pytest.raises(TranscodeRunning):
        delete_asset(asset=job.asset, by=None)
    TranscodeJob.objects.update(state=JobState.DONE)
    delete_asset(asset=job.asset, by=None)

    assert Asset.objects.count() == TranscodeJob.objects.count() == 0


# --- captions ---


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("1\n00:00:00.000 --> 00:00:01.000\nx", 1),
        ("WEBVTTX\n", 1),
        ("WEBVTT\n\n00:00:00,000 --> 00:00:01,000\nSRT commas", 3),
        ("WEBVTT\n\n00:00:05.000 --> 00:00:01.000\nbackwards", 3),
        ("WEBVTT\n\n00:99:00.000 --> 00:99:01.000\nx", 3),
        ("WEBVTT\n\0", 1),
    ],
)
def test_invalid_captions_name_the_line(text, line):
    with pytest.raises(UploadRefused) as caught:
        parse_webvtt(text)

    assert caught.value.params == {"line": line}


def test_captions_are_read_with_hours_settings_and_several_lines():
    cues = parse_webvtt(
        "\ufeffWEBVTT - title\r\n\r\nNOTE x\r\n\r\n"
        "00:01.500 --> 00:02.000 align:start\r\n"
        "一\r\n二\r\n\r\n01:00:00.000 --> 01:00:01.000\r\n三\r\n"
    )

    assert cues == [Cue(1.5, 2.0, "一\n二"), Cue(3600.0, 3601.0, "三")]


def test_new_captions_replace_those_of_the_language(
    stored, django_capture_on_commit_callbacks
):
    asset = AssetFactory()
    changed = WEBVTT.replace("第一", "至上")
    with django_capture_on_commit_callbacks(execute=True):
        for text in (WEBVTT, WEBVTT, changed):
            set_captions(asset=asset, captions=[CaptionInput("zh-hans", "中文", text)])

    assert CaptionTrack.objects.count() == 1
    assert transcript(asset=asset, language="zh-hans")[0].text == "安全至上"
    assert len(stored("media")) == 1
    assert transcript(asset=asset, language="en") == []


def test_a_language_that_is_a_path_is_refused():
    with pytest.raises(UploadRefused) as caught:
        set_captions(
            asset=AssetFactory(), captions=[CaptionInput("../../x", "x", WEBVTT)]
        )

    assert caught.value.code == "captions_language"


# --- who sees what ---


@pytest.fixture
def world():
    """Two enterprises, each with an administrator and an employee."""
    from lms.organizations.enums import MembershipRole
    from tests.factories.organizations import MembershipFactory, OrganizationFactory

    people = {}
    for name in ("ours", "theirs"):
        organization = OrganizationFactory()
        people[name] = organization
        for role in (MembershipRole.ADMIN, MembershipRole.EMPLOYEE):
            people[f"{name} {role}"] = MembershipFactory(
                organization=organization, role=role
            ).user
    return people


AUDIENCES = (Audience.PUBLIC, Audience.ORGANIZATION, Audience.ASSIGNED)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("visitor", {Audience.PUBLIC}),
        ("theirs admin", {Audience.PUBLIC}),
        ("theirs employee", {Audience.PUBLIC}),
        ("ours employee", {Audience.PUBLIC, Audience.ORGANIZATION}),
        ("ours admin", set(AUDIENCES)),
        ("operator", set(AUDIENCES)),
    ],
)
def test_assets_are_visible_by_owner_and_audience(world, who, expected):
    from django.contrib.auth.models import AnonymousUser

    for audience in AUDIENCES:
        AssetFactory(owner_organization_id=world["ours"].pk, audience=audience)
    specials = {"visitor": AnonymousUser(), "operator": SuperuserFactory()}
    user = specials.get(who) or world[who]

    visible = Asset.objects.visible_to(user)

    assert {a.audience for a in visible} == expected


@pytest.mark.parametrize(
    ("who", "count"),
    [("ours employee", 0), ("theirs admin", 0), ("ours admin", 1), ("operator", 2)],
)
def test_only_owners_edit_and_see_conversions(world, who, count):
    own = AssetFactory(owner_organization_id=world["ours"].pk)
    for asset in (own, AssetFactory()):
        TranscodeJobFactory(asset=asset)
    user = SuperuserFactory() if who == "operator" else world[who]

    assert Asset.objects.editable_by(user).count() == count
    assert TranscodeJob.objects.visible_to(user).count() == count


def test_captions_and_renditions_are_seen_with_their_asset(world):
    asset = AssetFactory(
        owner_organization_id=world["ours"].pk, audience=Audience.ORGANIZATION
    )
    set_captions(asset=asset, captions=[CaptionInput("zh-hans", "中文", WEBVTT)])

    seen = {
        who: CaptionTrack.objects.visible_to(world[who]).count()
        for who in ("ours employee", "theirs employee")
    }

    assert seen == {"ours employee": 1, "theirs employee": 0}


def test_an_upload_leaves_no_temporary_copy(clip, tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    create_asset(file=clip(), title="x", kind=AssetKind.VIDEO)

    assert [n for n in os.listdir(tmp_path) if n.startswith("anxue")] == []
