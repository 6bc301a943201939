"""An archive whose time is over is destroyed when a second person agrees."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.core import clock
from lms.organizations.domain.approvals import ask_for_change
from lms.organizations.enums import ChangeKind
from lms.organizations.models import ChangeRequest, Organization
from lms.reporting.domain.archives.keeping import delete_archive, refuse_too_early
from lms.reporting.models import TrainingArchive


def ask_for_deletion(
    *,
    archive: TrainingArchive,
    organization: Organization,
    by: User,
    today: date,
    now: datetime,
) -> ChangeRequest:
    """Ask to destroy an archive.

    Raises:
        RetentionRunning: it must still be kept; nobody can approve that.
        Everything `ask_for_change` raises.
    """
    refuse_too_early(archive=archive, today=today)
    return ask_for_change(
        organization=organization,
        kind=ChangeKind.ARCHIVE_DELETION,
        subject=f"archive:{archive.pk}",
        title=_("Delete the archive %(title)s") % {"title": archive.title},
        payload={"archive": archive.pk},
        reason=_("It had to be kept until %(day)s (%(basis)s).")
        % {"day": archive.retain_until.isoformat(), "basis": archive.retention_basis},
        by=by,
        now=now,
    )


def delete_approved(change: ChangeRequest, by: User, now: datetime) -> None:
    """Do what was approved; gone already is as good."""
    archive = TrainingArchive.objects.filter(
        organization_id=change.organization_id, pk=change.payload["archive"]
    ).first()
    if archive is not None:
        delete_archive(archive=archive, by=by, today=clock.shanghai_date(now))
