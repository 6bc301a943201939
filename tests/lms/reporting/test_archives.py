"""一人一档: what is in it, its seal, how long it is kept, many at once."""

import hashlib
import io
import json
import subprocess
import zipfile
from datetime import date, timedelta

import pytest
from django.db import connection

from courses.models import (
    Attendance,
    OnSiteTraining,
    PresenceCheck,
    UnitProgress,
)
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.compliance.models import Obligation, TrainingRule
from lms.core import clock
from lms.core.enums import JobState
from lms.organizations.models import Membership
from lms.reporting.domain import reports
from lms.reporting.domain.archives.keeping import (
    build_class_archive,
    build_person_archive,
    delete_archive,
)
from lms.reporting.domain.reports import run_report, submit_archives, wake_reports
from lms.reporting.errors import RetentionRunning
from lms.reporting.models import Report, TrainingArchive
from tests.append_only import lifted_append_only
from tests.factories.courses import make_asset
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    PositionFactory,
)
from tests.factories.reporting import (
    NOW,
    TODAY,
    assigned_people,
    make_assignment,
    make_enrollment,
    make_syllabus,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def world():
    """Return an administrator and an assignment with two people, one finished."""
    admin = AdministratorFactory()
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=admin.organization, syllabus=syllabus, by=admin.user, due_on=TODAY
    )
    give = {"assignment": assignment, "syllabus": syllabus, "count": 1}
    done = assigned_people(**give, done=3, completed_on=TODAY)[0]
    waiting = assigned_people(**give)[0]
    return admin, assignment, done, waiting


def build(membership, **more):
    return build_person_archive(
        membership=membership, by=None, now=NOW, language="zh-hans", **more
    )


def parts(archive):
    with archive.file.open("rb") as file, zipfile.ZipFile(file) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def text_of(pdf, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    )
    fonts = subprocess.run(
        ["pdffonts", str(path)], capture_output=True, check=True
    ).stdout.decode()
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:])
    return done.stdout.decode()


def test_archive_holds_plan_syllabus_units_and_who_signed(world, tmp_path):
    admin, assignment, done, _waiting = world
    enrollment = done.enrollments.get()
    unit = enrollment.progress.order_by("pk").last()
    unit.evidence = {
        "kind": "sign_off",
        "by": str(admin.user.subject_id),
        "note": "正确佩戴安全带",
    }
    unit.save()
    rule = TrainingRule.objects.first()
    Obligation.objects.create(
        membership=done,
        rule=rule,
        phase=rule.phase,
        topic=rule.topic,
        category=rule.category,
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        required_seconds=rule.required_seconds,
    )

    files = parts(build(done))
    facts = json.loads(files["archive.json"])

    assert facts["organization"]["code"] == admin.organization.code
    assert facts["person"]["name"] == done.listed_name
    [course] = facts["courses"]
    assert course["syllabus"]["sha256"] == enrollment.syllabus.sha256
    assert course["plan"][0]["assigned_by"] == assignment.assigned_by.get_full_name()
    assert course["plan"][0]["due_on"] == TODAY.isoformat()
    assert course["units"][-1]["signed_by"] == admin.user.get_full_name()
    assert facts["obligations"][0]["credited_seconds"] == 0
    page = text_of(files["archive.pdf"], tmp_path)
    for text in (done.listed_name, "十分钟安全入门", "正确佩戴安全带", "考核人"):
        assert text in page


def test_archive_tells_how_long_a_video_is_and_was_watched(world, tmp_path):
    """A syllabus does not name the length of a video; it is fixed when it is opened."""
    _admin, assignment, done, waiting = world
    asset = make_asset(seconds=29.6)
    syllabus = done.enrollments.get().syllabus
    unit = syllabus.content["modules"][0]["units"][0]
    unit |= {
        "kind": "video",
        "required_seconds": None,
        "required_share": 1.0,
        "media": {"zh-hans": str(asset.public_id)},
    }
    with lifted_append_only(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE courses_syllabus SET content = %s WHERE id = %s",
            [json.dumps(syllabus.content), syllabus.pk],
        )
    UnitProgress.objects.filter(
        enrollment__membership=done, unit_key=unit["key"]
    ).update(watched_seconds=29.1, required_seconds=28.2)

    files = parts(build(done))
    facts = json.loads(files["archive.json"])["courses"][0]["units"][0]
    assert (facts["watched_seconds"], facts["required_seconds"]) == (29, 28.2)
    assert "0:29 / 0:29" in text_of(files["archive.pdf"], tmp_path)
    # Nobody has opened it yet: what it will ask for.
    facts = json.loads(parts(build(waiting))["archive.json"])
    assert facts["courses"][0]["units"][0]["required_seconds"] == 29.6
    archive = build_class_archive(
        assignment=assignment, by=assignment.assigned_by, now=NOW, language="zh-hans"
    )
    units = json.loads(parts(archive)["archive.json"])["units"]
    assert units[0]["required_seconds"] == 29.6


def test_archive_shows_checks_of_presence_reading_and_days_on_site(world, tmp_path):
    admin, _assignment, done, _waiting = world
    enrollment = done.enrollments.get()
    video, document, practical = (u["key"] for u in enrollment.syllabus.units)
    enrollment.progress.filter(unit_key=document).update(scroll_share=0.95)
    for minute, answered, wrong in ((5, 6, 1), (20, None, 0)):
        PresenceCheck.objects.create(
            enrollment=enrollment,
            session_id=1,
            unit_key=video,
            number=12,
            options=[12, 34, 56],
            asked_at=NOW + timedelta(minutes=minute),
            answered_at=answered and NOW + timedelta(minutes=answered),
            wrong_answers=wrong,
        )
    training = OnSiteTraining.objects.create(
        organization=admin.organization,
        course_key=enrollment.course_key,
        unit_key=practical,
        title="灭火器实操",
        place="一号车间",
        led_by="李工",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        created_by=admin.user,
    )
    Attendance.objects.create(
        training=training,
        enrollment=enrollment,
        signed_in_at=NOW,
        signed_in_by="code",
        signed_out_at=NOW + timedelta(minutes=50),
        signed_out_by="list",
        vouched_by=admin.user,
        credited_seconds=2700,
    )

    files = parts(build(done))

    [course] = json.loads(files["archive.json"])["courses"]
    watched, read, on_site = course["units"]
    assert watched["checks"] == [
        {
            "asked_at": "2026-11-23T10:05:00+08:00",
            "answered_at": "2026-11-23T10:06:00+08:00",
            "wrong_answers": 1,
        },
        {
            "asked_at": "2026-11-23T10:20:00+08:00",
            "answered_at": None,
            "wrong_answers": 0,
        },
    ]
    assert (read["read_share"], read["to_the_end"]) == (0.95, True)
    assert on_site["on_site"] == [
        {
            "title": "灭火器实操",
            "place": "一号车间",
            "led_by": "李工",
            "signed_in_at": "2026-11-23T10:00:00+08:00",
            "signed_in_by": "code",
            "signed_out_at": "2026-11-23T10:50:00+08:00",
            "signed_out_by": "list",
            "vouched_by": admin.user.get_full_name(),
            "credited_seconds": 2700,
        }
    ]
    page = text_of(files["archive.pdf"], tmp_path)
    for text in (
        "在场核验 2 次",
        "已答 1 次",
        "读到 95 %",
        "灭火器实操",
        "一号车间 · 李工",
    ):
        assert text in page


def test_archive_is_sealed_by_its_manifest(world):
    archive = build(world[2])

    files = parts(archive)
    manifest = json.loads(files["manifest.json"])

    assert archive.sha256 == hashlib.sha256(files["manifest.json"]).hexdigest()
    for name in ("archive.json", "archive.pdf"):
        assert (
            manifest["files"][name]["sha256"] == hashlib.sha256(files[name]).hexdigest()
        )
    assert AuditEvent.objects.get(verb=Verb.ARCHIVE_BUILT).data["sha256"] == (
        archive.sha256
    )


def test_the_same_facts_give_the_same_seal(world):
    assert build(world[2]).sha256 == build(world[2]).sha256


def test_nothing_of_another_employer_is_in_it(world):
    _admin, _assignment, done, _waiting = world
    other = MembershipFactory(user=done.user)
    secret = make_syllabus(kinds=("video",))
    make_enrollment(membership=other, syllabus=secret)

    text = parts(build(done))["archive.json"].decode()

    assert secret.sha256 not in text
    assert other.organization.code not in text


def test_the_paper_stands_there_as_answered(tmp_path):
    from exams.domain.attempts import start_attempt
    from exams.domain.responses import ResponseInput, record_events
    from exams.domain.submission import submit_attempt
    from exams.domain.writers import open_writer
    from exams.models import Attempt
    from tests.factories.exams import ExamFactory, make_fixed_paper, make_items

    membership = MembershipFactory()
    exam = ExamFactory(
        paper=make_fixed_paper(make_items(2)),
        owner_organization_id=membership.organization_id,
    )
    now = clock.now()
    attempt = start_attempt(
        exam=exam, candidate=membership.user, membership=membership, now=now
    )
    open_writer(attempt=attempt, now=now)
    events = [ResponseInput(1, 1, ["A"])]
    record_events(public_id=attempt.public_id, writer=1, events=events, now=now)
    submit_attempt(attempt=attempt, by=None, writer=1, last_seq=1, now=now)
    attempt = Attempt.objects.get(pk=attempt.pk)

    [found] = json.loads(parts(build(membership))["archive.json"])["exams"]

    assert found["paper_sha256"] == attempt.paper.sha256
    assert [bool(item["answered"]) for item in found["items"]] == [True, False]
    assert found["score"] is not None
    assert found["submitted_at"]


@pytest.mark.parametrize(
    ("category", "ends_on", "until"),
    [
        ("worker", None, date(2029, 11, 23)),
        ("special_operator", None, date(2032, 11, 23)),
        ("safety_manager", date(2026, 12, 31), date(2029, 12, 31)),
        ("worker", date(2026, 1, 31), date(2029, 11, 23)),
    ],
)
def test_years_follow_the_rule(category, ends_on, until):
    member = MembershipFactory(ends_on=ends_on)
    member.position = PositionFactory(
        organization=member.organization, category=category
    )
    archive = build(member)

    assert archive.retain_until == until
    assert archive.retention_basis


def test_deletion_before_the_last_day_is_refused(world):
    admin, _assignment, done, _waiting = world
    archive = build(done)
    last = archive.retain_until

    with pytest.raises(RetentionRunning) as refusal:
        delete_archive(archive=archive, by=admin.user, today=last)

    assert refusal.value.params == {"until": last.isoformat()}
    assert TrainingArchive.objects.filter(pk=archive.pk).exists()
    assert archive.file.storage.exists(archive.file.name)


def test_deletion_after_the_last_day_is_kept_on_record(
    world, django_capture_on_commit_callbacks
):
    admin, _assignment, done, _waiting = world
    archive = build(done)
    name, storage = archive.file.name, archive.file.storage

    with django_capture_on_commit_callbacks(execute=True):
        delete_archive(
            archive=archive,
            by=admin.user,
            today=archive.retain_until + timedelta(days=1),
        )

    assert not storage.exists(name)
    assert AuditEvent.objects.filter(verb=Verb.ARCHIVE_DELETED).count() == 1


def test_class_archive_lists_everyone_with_the_result(world, tmp_path):
    admin, assignment, done, waiting = world

    archive = build_class_archive(
        assignment=assignment, by=admin.user, now=NOW, language="zh-hans"
    )

    files = parts(archive)
    people = json.loads(files["archive.json"])["people"]
    assert [(p["name"], p["done_units"], p["units"]) for p in people] == [
        (done.listed_name, 3, 3),
        (waiting.listed_name, 0, 3),
    ]
    assert waiting.listed_name in text_of(files["archive.pdf"], tmp_path)


def submit(admin, people):
    return submit_archives(
        organization=admin.organization,
        memberships=people,
        title="档案",
        by=admin.user,
        language="zh-hans",
    )


def test_many_are_built_by_a_job_and_bundled(world):
    admin, _assignment, done, waiting = world
    report = submit(admin, [done, waiting])

    assert run_report(report_id=report.pk)

    report.refresh_from_db()
    assert (report.state, report.done, report.total) == (JobState.DONE, 2, 2)
    with report.file.open("rb") as file:
        bundle = zipfile.ZipFile(io.BytesIO(file.read()))
    manifest = json.loads(bundle.read("manifest.json"))["archives"]
    assert sorted(manifest) == sorted(set(bundle.namelist()) - {"manifest.json"})
    for name, sha256 in manifest.items():
        part = zipfile.ZipFile(io.BytesIO(bundle.read(name)))
        assert hashlib.sha256(part.read("manifest.json")).hexdigest() == sha256


def test_a_killed_worker_goes_on_and_builds_nobody_twice(world, monkeypatch):
    admin, _assignment, done, waiting = world
    third = MembershipFactory(organization=admin.organization)
    report = submit(admin, [done, waiting, third])
    real, calls = reports.build_person_archive, []

    def die(**arguments):
        calls.append(arguments["membership"])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(**arguments)

    monkeypatch.setattr(reports, "build_person_archive", die)
    with pytest.raises(KeyboardInterrupt):
        run_report(report_id=report.pk)
    assert TrainingArchive.objects.count() == 2
    first = dict(TrainingArchive.objects.values_list("membership_id", "public_id"))
    monkeypatch.setattr(reports, "build_person_archive", real)
    Report.objects.update(lease_expires_at=clock.now() - timedelta(seconds=1))

    assert wake_reports() == 1
    assert run_report(report_id=report.pk)

    report.refresh_from_db()
    assert (report.state, report.done) == (JobState.DONE, 3)
    after = dict(TrainingArchive.objects.values_list("membership_id", "public_id"))
    assert after.items() >= first.items()
    assert len(after) == 3
    assert set(after) == {m.pk for m in Membership.objects.filter(role="employee")}
