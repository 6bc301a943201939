"""Assets: taken in once, announced before their file exists, converted on request."""

from collections.abc import Iterable

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.enums import Audience
from media_pipeline.domain.captions import CaptionInput, set_captions
from media_pipeline.domain.uploads import CheckedUpload, check_upload
from media_pipeline.enums import AssetKind, AssetState
from media_pipeline.errors import TranscodeRunning, UploadRefused
from media_pipeline.models import Asset, TranscodeJob
from media_pipeline.tasks import transcode_asset


def create_asset(
    *,
    file: File,
    title: str,
    kind: AssetKind,
    owner_organization_id: int | None = None,
    audience: Audience = Audience.PUBLIC,
    captions: Iterable[CaptionInput] = (),
    by: User | None = None,
) -> Asset:
    """Keep an uploaded file as an asset and, for a video, ask for its conversion.

    The same bytes of the same owner are kept once: the asset that is there is returned
    unchanged.

    Raises:
        UploadRefused: the file or its captions can't be taken.
    """
    checked = check_upload(file=file, kind=kind)
    existing = _same_file(owner_organization_id, checked.sha256)
    if existing is not None:
        return existing
    asset = Asset(
        kind=kind,
        title=title,
        owner_organization_id=owner_organization_id,
        audience=audience,
    )
    try:
        with transaction.atomic():
            _keep_source(asset, file, checked)
            set_captions(asset=asset, captions=captions)
            _after_source(asset)
            record(actor=by, verb=Verb.ASSET_UPLOADED, obj=asset)
    except IntegrityError:
        # Two uploads of one file raced: the other one's asset is the asset.
        _discard_source(asset)
        existing = _same_file(owner_organization_id, checked.sha256)
        if existing is None:
            raise
        return existing
    except BaseException:
        _discard_source(asset)
        raise
    return asset


def announce_asset(
    *,
    reference: str,
    title: str,
    kind: AssetKind = AssetKind.VIDEO,
    owner_organization_id: int | None = None,
    audience: Audience = Audience.PUBLIC,
) -> Asset:
    """Return the asset of this `reference`, made without a file if it is new.

    Pages may refer to it at once; `attach_source` brings the file later.
    """
    asset, _created = Asset.objects.get_or_create(
        reference=reference,
        defaults={
            "title": title,
            "kind": kind,
            "owner_organization_id": owner_organization_id,
            "audience": audience,
            "state": AssetState.ANNOUNCED,
        },
    )
    return asset


def attach_source(
    *, asset: Asset, file: File, captions: Iterable[CaptionInput] = ()
) -> Asset:
    """Bring the file of an announced asset. A second call changes nothing.

    Raises:
        UploadRefused: the file or its captions can't be taken.
    """
    checked = check_upload(file=file, kind=AssetKind(asset.kind))
    try:
        with transaction.atomic():
            taken = Asset.objects.filter(pk=asset.pk).announced()
            if not taken.update(state=AssetState.UPLOADED):
                asset.refresh_from_db()
                return asset
            _keep_source(asset, file, checked)
            set_captions(asset=asset, captions=captions)
            _after_source(asset)
    except BaseException:
        _discard_source(asset)
        raise
    return asset


def request_transcode(*, asset: Asset, by: User | None = None) -> TranscodeJob:
    """Ask for the conversion of a video; a job that waits or runs is returned as it is.

    What is served now stays until the new renditions are complete.

    Raises:
        UploadRefused: code no_source: nothing was uploaded, or it is no video.
    """
    if asset.kind != AssetKind.VIDEO or not asset.source:
        raise UploadRefused("no_source", _("There is no video file to convert."))
    try:
        with transaction.atomic():
            job = TranscodeJob.objects.create(asset=asset)
            Asset.objects.filter(pk=asset.pk, state=AssetState.FAILED).update(
                state=AssetState.UPLOADED
            )
            transcode_asset.delay_on_commit(job.pk)  # type: ignore[attr-defined]
            if by is not None:
                record(actor=by, verb=Verb.ASSET_CONVERSION_REQUESTED, obj=asset)
    except IntegrityError:
        job = TranscodeJob.objects.live().get(asset=asset)
    asset.refresh_from_db(fields=["state"])
    return job


@transaction.atomic
def change_asset(
    *,
    asset: Asset,
    title: str,
    audience: Audience,
    captions: Iterable[CaptionInput] = (),
    by: User | None,
) -> Asset:
    """Change what stands beside the file; captions replace those of their language.

    Raises:
        UploadRefused: the captions can't be taken; nothing has changed then.
    """
    asset.title = title
    asset.audience = audience
    asset.save(update_fields=["title", "audience", "updated_at"])
    set_captions(asset=asset, captions=captions)
    record(actor=by, verb=Verb.ASSET_CHANGED, obj=asset)
    return asset


def delete_asset(*, asset: Asset, by: User | None) -> None:
    """Remove an asset with its rows; its files go with the next removal of orphans.

    Raises:
        TranscodeRunning: a conversion is under way.
        django.db.models.ProtectedError: a lesson shows it.
    """
    with transaction.atomic():
        if TranscodeJob.objects.filter(asset=asset).running().exists():
            raise TranscodeRunning(
                "transcode_running",
                _("This video is being converted. Delete it when that is done."),
            )
        record(actor=by, verb=Verb.ASSET_DELETED, obj=asset)
        asset.delete()


def _same_file(owner_organization_id: int | None, sha256: str) -> Asset | None:
    return Asset.objects.filter(
        owner_organization_id=owner_organization_id, sha256=sha256, reference=""
    ).first()


def _keep_source(asset: Asset, file: File, checked: CheckedUpload) -> None:
    asset.sha256 = checked.sha256
    asset.source_size = checked.size
    asset.state = AssetState.UPLOADED
    asset.source.save(f"source{checked.suffix}", file, save=False)
    asset.save()


def _after_source(asset: Asset) -> None:
    if asset.kind == AssetKind.VIDEO:
        request_transcode(asset=asset)
    else:
        asset.state = AssetState.READY
        asset.save(update_fields=["state", "updated_at"])


def _discard_source(asset: Asset) -> None:
    """Take back a stored file whose row was rolled back."""
    if asset.source.name:
        asset.source.storage.delete(asset.source.name)
