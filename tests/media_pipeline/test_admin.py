"""The admin: upload with clear refusals, the owners' scope, another try."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lms.core.enums import JobState
from lms.organizations.enums import MembershipRole
from media_pipeline.enums import AssetState, Failure
from media_pipeline.models import Asset, TranscodeJob
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.media_pipeline import (
    WEBVTT,
    AssetFactory,
    TranscodeJobFactory,
    make_ready,
)
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def sign_in(client, user, *codenames):
    group = Group.objects.create(name=f"group of {user.pk}")
    group.permissions.set(
        Permission.objects.filter(codename__in=["access_admin", *codenames])
    )
    user.groups.add(group)
    client.force_login(user)
    return client


@pytest.fixture
def operator(client):
    client.force_login(SuperuserFactory())
    return client


@pytest.fixture
def enterprise(client):
    """An administrator who was let into the admin, and the organization."""
    organization = OrganizationFactory()
    member = MembershipFactory(organization=organization, role=MembershipRole.ADMIN)
    return sign_in(client, member.user), organization


def upload(client, file, **fields):
    data = {"title": "第一课", "kind": "video", "audience": "public", "owner": ""}
    return client.post(
        reverse("media_assets:add"), data | fields | {"file": file}, follow=True
    )


def test_an_operator_uploads_a_video_with_captions(operator, clip):
    captions = SimpleUploadedFile("zh.vtt", WEBVTT.encode())

    response = upload(operator, clip(), captions_zh_hans=captions)

    assert response.status_code == 200
    asset = Asset.objects.get()
    assert (asset.title, asset.state) == ("第一课", AssetState.UPLOADED)
    assert asset.captions.get().language == "zh-hans"
    assert TranscodeJob.objects.get().state == JobState.QUEUED


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.mp4", b"text", ""),
        ("empty.mp4", b"", ""),
        ("page.html", b"<script>", ".mp4"),
    ],
)
def test_a_refused_file_is_explained_beside_the_field(operator, name, content, words):
    response = upload(operator, SimpleUploadedFile(name, content))

    assert words in str(response.context["form"].errors["file"])
    assert Asset.objects.count() == 0


def test_bad_captions_are_explained_beside_their_field(operator, clip):
    captions = SimpleUploadedFile("zh.vtt", b"1\nno header")

    response = upload(operator, clip(), captions_zh_hans=captions)

    assert list(response.context["form"].errors) == ["captions_zh_hans"]
    assert Asset.objects.count() == 0


def test_an_oversized_upload_is_refused_before_it_is_read(operator, settings, clip):
    settings.MEDIA_MAX_UPLOAD_MB = 1
    address = reverse("media_assets:add")

    response = operator.generic("POST", address, b"x", CONTENT_LENGTH=str(3 * 1024**2))

    assert response.status_code == 413
    assert "1 MB" in response.text


def test_the_upload_still_needs_its_csrf_token(clip):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(SuperuserFactory())

    response = upload(client, clip())

    assert (response.status_code, Asset.objects.count()) == (403, 0)


def test_an_enterprise_uploads_only_in_its_own_name(enterprise, clip):
    client, organization = enterprise
    stranger = OrganizationFactory()

    for owner in ("", str(stranger.pk)):
        assert upload(client, clip(), owner=owner).context["form"].errors["owner"]
    upload(client, clip(), owner=str(organization.pk))

    assert Asset.objects.get().owner_organization_id == organization.pk


def test_an_enterprise_lists_and_opens_only_its_own(enterprise):
    client, organization = enterprise
    own = AssetFactory(title="我们的", owner_organization_id=organization.pk)
    foreign = AssetFactory(title="别人的", owner_organization_id=organization.pk + 1)
    platform = AssetFactory(title="平台的")

    listed = client.get(reverse("media_assets:index")).content.decode()

    assert ("我们的" in listed, "别人的" in listed, "平台的" in listed) == (
        True,
        False,
        False,
    )
    for name, method in (("edit", "get"), ("delete", "get"), ("retry", "post")):
        assert getattr(client, method)(
            reverse(f"media_assets:{name}", args=[own.pk])
        ).status_code in (200, 302)
        for asset in (foreign, platform):
            address = reverse(f"media_assets:{name}", args=[asset.pk])
            assert getattr(client, method)(address).status_code == 404


def test_an_editor_without_the_permission_is_sent_away(client, clip):
    editor = sign_in(client, UserFactory())

    assert editor.get(reverse("media_assets:index")).status_code == 302
    upload(editor, clip())
    assert Asset.objects.count() == 0


def test_an_editor_with_the_permission_uploads_for_the_platform(client, clip):
    editor = sign_in(client, UserFactory(), "add_asset", "change_asset")

    upload(editor, clip())

    assert Asset.objects.get().owner_organization_id is None


def test_a_failed_conversion_says_why_and_can_be_retried(operator):
    asset = AssetFactory(state=AssetState.FAILED)
    TranscodeJobFactory(
        asset=asset, state=JobState.FAILED, failure=Failure.TIMEOUT, error="detail"
    )

    page = operator.get(reverse("media_assets:edit", args=[asset.pk]))
    assert str(Failure.TIMEOUT.label) in page.content.decode()
    operator.post(reverse("media_assets:retry", args=[asset.pk]))

    asset.refresh_from_db()
    assert asset.state == AssetState.UPLOADED
    assert TranscodeJob.objects.live().count() == 1


def test_a_ready_video_is_shown_and_renamed(operator):
    asset = make_ready(AssetFactory())
    address = reverse("media_assets:edit", args=[asset.pk])

    assert "<anxue-player" in operator.get(address).content.decode()
    operator.post(address, {"title": "新名", "audience": "organization"})

    asset.refresh_from_db()
    assert (asset.title, asset.audience) == ("新名", "organization")


def test_deleting_is_recorded(operator):
    from lms.audit.enums import Verb
    from lms.audit.models import AuditEvent

    asset = AssetFactory()

    operator.post(reverse("media_assets:delete", args=[asset.pk]))

    assert Asset.objects.count() == 0
    assert AuditEvent.objects.filter(verb=Verb.ASSET_DELETED).count() == 1


def test_the_list_costs_the_same_for_one_and_three(
    operator, django_assert_max_num_queries
):
    for _row in range(3):
        AssetFactory()
        with django_assert_max_num_queries(25):
            operator.get(reverse("media_assets:index"))


def test_the_chooser_offers_only_what_may_be_edited(enterprise):
    client, organization = enterprise
    AssetFactory(title="我们的", owner_organization_id=organization.pk)
    AssetFactory(title="平台的")

    page = client.get(reverse("media_asset_chooser:choose")).json()["html"]

    assert ("我们的" in page, "平台的" in page) == (True, False)
