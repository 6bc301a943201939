"""Archives are built once, sealed by hashes, and kept as long as a rule says."""

import hashlib
import io
import json
import zipfile
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.models import Assignment
from lms.core.clock import shanghai_date
from lms.organizations.enums import PositionCategory
from lms.organizations.models import Membership
from lms.reporting.domain.archives.class_facts import class_facts
from lms.reporting.domain.archives.class_pages import class_pages
from lms.reporting.domain.archives.facts import person_facts
from lms.reporting.domain.archives.person_pages import person_pages
from lms.reporting.enums import ArchiveScope
from lms.reporting.errors import RetentionRunning
from lms.reporting.models import (
    Report,
    RetentionRule,
    TrainingArchive,
    archive_path,
)

# Taken where no rule is in force: too long is mended, too short is not.
DEFAULT_YEARS = 6
ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def build_person_archive(
    *,
    membership: Membership,
    by: User | None,
    now: datetime,
    language: str,
    report: Report | None = None,
) -> TrainingArchive:
    """Seal what one person has to show with this employer today.

    With a report, a second call returns the archive that the first one built.
    """
    if report is not None:
        built = TrainingArchive.objects.filter(report=report, membership=membership)
        if (existing := built.first()) is not None:
            return existing
    on = shanghai_date(now)
    with translation.override(language):
        facts = person_facts(membership=membership, on=on, language=language)
        pages = person_pages(facts)
    category = membership.position.category if membership.position else ""
    until, basis = retention(category=category, ends_on=membership.ends_on, on=on)
    archive = TrainingArchive(
        public_id=_public_id(report, membership),
        organization_id=membership.organization_id,
        scope=ArchiveScope.PERSON,
        membership=membership,
        report=report,
        built_by=by,
        built_at=now,
        title=membership.listed_name,
        retain_until=until,
        retention_basis=basis,
    )
    return _seal(archive, facts, pages, by)


def _public_id(report: Report | None, membership: Membership) -> UUID:
    """Return the same id for each attempt of a report, so that no file is stored twice.

    Made from the report's own random id: nobody can guess it.
    """
    if report is None:
        return uuid4()
    return uuid5(report.public_id, f"membership:{membership.pk}")


def build_class_archive(
    *, assignment: Assignment, by: User | None, now: datetime, language: str
) -> TrainingArchive:
    """Seal one class: its plan, its syllabus, everyone with the result."""
    on = shanghai_date(now)
    with translation.override(language):
        facts = class_facts(assignment=assignment, on=on, language=language)
        pages = class_pages(facts)
    until, basis = retention(
        category=PositionCategory.SPECIAL_OPERATOR, ends_on=None, on=on
    )
    archive = TrainingArchive(
        organization_id=assignment.organization_id,
        scope=ArchiveScope.CLASS,
        assignment=assignment,
        built_by=by,
        built_at=now,
        title=facts["title"][:200],
        retain_until=until,
        retention_basis=basis,
    )
    return _seal(archive, facts, pages, by)


@transaction.atomic
def _seal(
    archive: TrainingArchive, facts: dict[str, Any], pages: bytes, by: User | None
) -> TrainingArchive:
    data, digest = bundle({"archive.json": canonical(facts), "archive.pdf": pages})
    archive.sha256 = digest
    # What a worker stored that was killed before it could say so.
    name = archive_path(archive, "archive.zip")
    archive.file.storage.delete(name)
    archive.file.save("archive.zip", ContentFile(data), save=False)
    archive.save()
    record(
        actor=by,
        verb=Verb.ARCHIVE_BUILT,
        obj=archive,
        data={"sha256": digest, "until": archive.retain_until.isoformat()},
    )
    return archive


def canonical(facts: dict[str, Any]) -> bytes:
    """Return JSON whose bytes depend on the facts alone."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1)
    return text.encode()


def bundle(files: dict[str, bytes]) -> tuple[bytes, str]:
    """Return a ZIP with a manifest of hashes, and the hash of the manifest."""
    manifest = canonical(
        {
            "algorithm": "SHA-256",
            "files": {
                name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
                for name, data in files.items()
            },
        }
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in {**files, "manifest.json": manifest}.items():
            target.writestr(zipfile.ZipInfo(name, ZIP_DAY), data, zipfile.ZIP_DEFLATED)
    return out.getvalue(), hashlib.sha256(manifest).hexdigest()


def retention(*, category: str, ends_on: date | None, on: date) -> tuple[date, str]:
    """Return until when records of a group are kept, and by which rule.

    The years run from the end of the employment, or from the day of the archive while
    the person is still there.
    """
    rule = (
        RetentionRule.objects.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=on),
            category=category or PositionCategory.WORKER,
            effective_from__lte=on,
        )
        .order_by("-effective_from", "-pk")
        .first()
    )
    years = rule.years if rule else DEFAULT_YEARS
    start = max(on, ends_on) if ends_on else on
    return add_years(start, years), rule.basis if rule else ""


def add_years(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@transaction.atomic
def delete_archive(*, archive: TrainingArchive, by: User, today: date) -> None:
    """Destroy an archive whose time is over.

    Raises:
        RetentionRunning: it must still be kept; `until` is the last day.
    """
    refuse_too_early(archive=archive, today=today)
    record(
        actor=by,
        verb=Verb.ARCHIVE_DELETED,
        obj=archive,
        data={"sha256": archive.sha256},
    )
    storage, name = archive.file.storage, str(archive.file.name)
    archive.delete()
    transaction.on_commit(lambda: storage.delete(name))


def refuse_too_early(*, archive: TrainingArchive, today: date) -> None:
    """Name the rule while an archive must still be kept (`RetentionRunning`)."""
    if today <= archive.retain_until:
        raise RetentionRunning(
            "retention_running",
            _("This record must be kept until %(day)s (%(basis)s).")
            % {
                "day": archive.retain_until.isoformat(),
                "basis": archive.retention_basis,
            },
            until=archive.retain_until.isoformat(),
        )
