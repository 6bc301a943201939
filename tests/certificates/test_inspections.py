"""Samples nobody chose, findings, and the record of who looked."""

from datetime import date, timedelta
from random import Random

import pytest

from certificates.domain.batches import Trained, run_batch, submit_training
from certificates.domain.findings import close_finding, write_finding
from certificates.domain.issuing import reissue_certificate
from certificates.domain.looks import looks_at
from certificates.domain.sampling import (
    choose,
    draw_sample,
    hash_numbers,
    note_outcome,
)
from certificates.errors import NotAllowed, SamplingRefused
from certificates.models import Certificate, Finding, SamplingPlan
from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.models import Attempt
from lms.compliance.domain.ledger import append_credit
from lms.compliance.enums import CreditSource
from lms.notifications.models import Message
from lms.reporting.domain.anomalies import alike_papers, long_days
from lms.reporting.domain.evidence import look_at_evidence
from lms.reporting.domain.regional import regional_statistics
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW, CompletedEnrollmentFactory
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def regulator(db):
    return RegulatorFactory().user


@pytest.fixture
def enterprise(db):
    return OrganizationFactory(region="329901")


@pytest.fixture
def certificates(issue, enterprise):
    issued = []
    for _ in range(5):
        member = MembershipFactory(organization=enterprise)
        enrollment = CompletedEnrollmentFactory(
            learner=member.user, membership=member, organization_id=enterprise.pk
        )
        issued.append(issue(enrollment=enrollment, document=False))
    return issued


def test_sample_can_be_drawn_again_from_its_seed(certificates, regulator):
    plan = draw_sample(name="Spring", size=3, by=regulator)
    numbers = [certificate.number for certificate in certificates]
    drawn = [row.certificate.number for row in plan.samples.order_by("position")]
    assert choose(numbers=numbers[::-1], size=3, seed=plan.seed) == drawn
    assert (plan.population, plan.population_hash) == (5, hash_numbers(numbers))
    assert len(set(drawn)) == 3


def test_sample_is_larger_than_the_population(certificates, regulator):
    plan = draw_sample(name="All", size=500, by=regulator)
    assert plan.samples.count() == 5


def test_sample_holds_nothing_of_other_regions(issue, certificates, regulator):
    elsewhere = OrganizationFactory(region="110101")
    member = MembershipFactory(organization=elsewhere)
    issue(
        enrollment=CompletedEnrollmentFactory(
            learner=member.user, membership=member, organization_id=elsewhere.pk
        ),
        document=False,
    )
    plan = draw_sample(name="Mine", size=500, by=regulator)
    assert {row.certificate for row in plan.samples.all()} == set(certificates)


@pytest.mark.parametrize(
    ("size", "code"), [(0, "too_many"), (501, "too_many"), (-1, "too_many")]
)
def test_size_is_limited(certificates, regulator, size, code):
    with pytest.raises(SamplingRefused) as refused:
        draw_sample(name="x", size=size, by=regulator)
    assert refused.value.code == code


def test_who_answers_for_no_region_draws_nothing(certificates):
    with pytest.raises(SamplingRefused) as refused:
        draw_sample(name="x", size=1, by=UserFactory())
    assert refused.value.code == "no_region"
    assert not SamplingPlan.objects.exists()


def test_empty_population_is_said(regulator):
    with pytest.raises(SamplingRefused) as refused:
        draw_sample(name="x", size=1, by=regulator)
    assert refused.value.code == "empty"


def test_outcome_is_noted_at_its_place(certificates, regulator):
    plan = draw_sample(name="x", size=2, by=regulator)
    row = note_outcome(plan=plan, position=2, outcome="fault", note="no list")
    assert (row.position, row.outcome, row.note) == (2, "fault", "no list")
    for place, outcome in ((9, "fine"), (1, "perhaps")):
        with pytest.raises(SamplingRefused):
            note_outcome(plan=plan, position=place, outcome=outcome, note="")


def test_finding_is_told_to_the_enterprise_and_a_note_is_not(regulator, enterprise):
    administrator = AdministratorFactory(organization=enterprise).user
    facts = {"organization_id": enterprise.pk, "by": regulator}
    note = write_finding(text="Ask again in May", is_note=True, **facts)
    finding = write_finding(text="No attendance list", is_note=False, **facts)
    assert [m.body for m in Message.objects.filter(recipient=administrator)] == [
        "No attendance list"
    ]
    assert Message.objects.get(recipient=administrator).url == (
        f"/enterprise/{enterprise.code}/findings/"
    )
    assert list(Finding.objects.visible_to(administrator)) == [finding]
    assert set(Finding.objects.visible_to(regulator)) == {note, finding}
    assert not Finding.objects.visible_to(UserFactory()).exists()
    closed = close_finding(finding=finding, by=regulator, now=NOW)
    assert (closed.state, closed.closed_at) == ("closed", NOW)


def test_message_of_a_finding_says_by_when(regulator, enterprise):
    AdministratorFactory(organization=enterprise)
    write_finding(
        organization_id=enterprise.pk, text="缺签到表", is_note=False, by=regulator,
        due_on=date(2026, 12, 31),
    )  # fmt: skip
    assert Message.objects.get().body == "缺签到表\n整改期限：2026年12月31日。"


def test_other_regions_get_no_finding(regulator, enterprise):
    elsewhere = OrganizationFactory(region="110101")
    with pytest.raises(NotAllowed):
        write_finding(
            organization_id=elsewhere.pk, text="x", is_note=True, by=regulator
        )
    with pytest.raises(NotAllowed):
        write_finding(
            organization_id=enterprise.pk, text="x", is_note=True, by=UserFactory()
        )


def test_each_look_at_the_evidence_is_recorded_for_the_holder(certificates, regulator):
    certificate = certificates[0]
    assert looks_at(certificate=certificate) == []
    look_at_evidence(certificate=certificate, by=regulator)
    look_at_evidence(certificate=certificate, by=certificate.holder)
    looks = looks_at(certificate=certificate)
    assert len(looks) == 1
    assert regulator.get_full_name() in looks[0].by


def test_evidence_of_an_on_site_training_is_sent_and_the_look_is_seen(
    client, template, enterprise, regulator
):
    member = MembershipFactory(organization=enterprise)
    batch = submit_training(
        template=template, name="消防演练", title="消防演练", by=SuperuserFactory(),
        completed_on=NOW.date(), people=[Trained(member.user, 5400)],
        evidence=("签到表.pdf", b"%PDF-1.7 signed"), organization_id=enterprise.pk,
    )  # fmt: skip
    run_batch(batch_id=batch.pk)
    issued = Certificate.objects.get()
    again = reissue_certificate(certificate=issued, by=SuperuserFactory(), now=NOW)
    client.force_login(regulator)
    for certificate in (issued, again):
        page = f"/regulator/certificates/{certificate.number}/"
        shown = client.get(page).content.decode()
        assert "消防演练" in shown
        assert f"{page}training/" in shown
        response = client.get(f"{page}training/")
        assert b"".join(response.streaming_content) == b"%PDF-1.7 signed"
        assert response["Content-Disposition"].startswith("attachment")
        assert len(looks_at(certificate=certificate)) == 2
    client.force_login(RegulatorFactory(region_prefix="11").user)
    assert client.get(f"{page}training/").status_code == 404


def test_without_a_training_there_is_no_evidence_file(client, certificates, regulator):
    client.force_login(regulator)
    page = f"/regulator/certificates/{certificates[0].number}/training/"
    assert client.get(page).status_code == 404


def test_statistics_of_my_region(certificates, regulator, enterprise):
    Certificate.objects.filter(pk=certificates[0].pk).update(state="revoked")
    figures = regional_statistics(user=regulator, today=NOW.date())
    assert figures.months[0].label == "2025-12"
    last = figures.months[-1]
    assert (last.label, last.issued, last.valid, last.revoked) == ("2026-11", 5, 4, 1)
    assert [(f.label, f.issued) for f in figures.districts] == [("江苏省 (329901)", 5)]
    nobody = regional_statistics(user=UserFactory(), today=NOW.date())
    assert sum(f.issued for f in nobody.months) == 0
    assert long_days(organization_id=enterprise.pk) == []


def credit(certificate, hours):
    """Credit a whole day of study at once, as nobody can."""
    append_credit(
        enrollment=certificate.enrollment,
        unit_key=certificate.course_key,
        source=CreditSource.VERIFIED_TIME,
        seconds=int(hours * 3600),
        evidence={},
        now=NOW,
    )


def test_an_impossible_study_day_names_the_certificates_on_it(certificates, enterprise):
    credit(certificates[0], 10.5)
    credit(certificates[1], 10)
    (day,) = long_days(organization_id=enterprise.pk)
    assert (day.person, day.on) == (
        certificates[0].holder.get_full_name(), NOW.date(),
    )  # fmt: skip
    assert day.seconds == 37_800
    assert day.numbers == (certificates[0].number,)
    assert long_days(organization_id=OrganizationFactory().pk) == []


def sit_all_wrong(exam, enrollment, wanted):
    """Choose per item of the bank what the author calls B or C; A is right."""
    attempt = start_attempt(
        exam=exam, candidate=enrollment.learner, enrollment=enrollment, now=NOW
    )
    open_writer(attempt=attempt, client_key="t", now=NOW)
    items = sorted(entry["item"] for entry in attempt.key.blob.values())
    events = []
    for position, entry in attempt.key.blob.items():
        author = wanted[items.index(entry["item"])]
        label = next(k for k, v in entry["labels"].items() if v == author)
        events.append(ResponseInput(int(position), int(position), [label]))
    record_events(public_id=attempt.public_id, writer=1, events=events, now=NOW)
    return submit_attempt(attempt=attempt, by=None, writer=1, last_seq=24, now=NOW)


@pytest.fixture
def alike(issue, enterprise):
    """Twelve people of one enterprise, all wrong; two chose the same everywhere."""
    rng = Random(5)
    exam = ExamFactory(
        paper=make_fixed_paper(make_items(24), shuffle_options=True, shuffle_items=True)
    )
    choices = [[rng.choice("BC") for _item in range(24)] for _person in range(12)]
    choices[7] = choices[3]
    people = []
    for wanted in choices:
        member = MembershipFactory(organization=enterprise)
        enrollment = CompletedEnrollmentFactory(
            learner=member.user, membership=member, organization_id=enterprise.pk
        )
        attempt = sit_all_wrong(exam, enrollment, wanted)
        Attempt.objects.filter(pk=attempt.pk).update(organization_id=enterprise.pk)
        people.append(enrollment)
    return people


def test_papers_alike_name_both_people_and_their_evidence(alike, enterprise, issue):
    certificate = issue(enrollment=alike[3], document=False)
    found = alike_papers(organization_id=enterprise.pk, now=NOW)
    assert (found.exam_count, found.paper_count, found.is_cut) == (1, 12, False)
    (pair,) = found.pairs
    assert (pair.both_wrong, pair.matching) == (24, 24)
    assert pair.one_in > 100
    assert {(s.person, s.number) for s in pair.sittings} == {
        (alike[3].learner.get_full_name(), certificate.number),
        (alike[7].learner.get_full_name(), ""),
    }


def test_nothing_is_told_of_papers_of_another_enterprise(alike, enterprise):
    other = OrganizationFactory()
    Attempt.objects.filter(enrollment=alike[7]).update(organization_id=other.pk)
    assert alike_papers(organization_id=enterprise.pk, now=NOW).pairs == []
    found = alike_papers(organization_id=other.pk, now=NOW)
    assert (found.exam_count, found.pairs) == (1, [])


def test_papers_older_than_a_year_are_left_alone(alike, enterprise):
    later = NOW + timedelta(days=366)
    found = alike_papers(organization_id=enterprise.pk, now=later)
    assert (found.exam_count, found.pairs) == (0, [])


# --- the pages ---


@pytest.fixture
def desk(client, regulator):
    client.force_login(regulator)
    return client


def test_pages_open_and_draw(desk, certificates, enterprise):
    for page in ("bulk/", "samples/", "statistics/"):
        assert desk.get(f"/regulator/{page}").status_code == 200
    answer = desk.post("/regulator/samples/", {"name": "Spring", "size": 2})
    plan = SamplingPlan.objects.get()
    assert answer.url == f"/regulator/samples/{plan.public_id}/"
    posted = {"position": 1, "outcome": "fine", "note": ""}
    assert desk.post(answer.url, posted).status_code == 302
    assert "抽" in desk.get(answer.url).content.decode()
    number = certificates[0].number
    page = desk.get(f"/regulator/certificates/{number}/").content.decode()
    assert number in page
    posted = {"text": "缺签到表", "is_finding": "on"}
    desk.post(f"/regulator/enterprises/{enterprise.code}/findings/", posted)
    page = desk.get(f"/regulator/enterprises/{enterprise.code}/").content.decode()
    assert "缺签到表" in page
    finding = Finding.objects.get()
    desk.post(f"/regulator/findings/{finding.public_id}/close/")
    finding.refresh_from_db()
    assert finding.state == "closed"


def test_bulk_check_is_sent_and_its_result_taken_home(
    desk, certificates, django_capture_on_commit_callbacks
):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("a.csv", certificates[0].number.encode())
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post("/regulator/bulk/", {"file": file})
    assert answer.status_code == 302
    assert certificates[0].number in desk.get(answer.url).content.decode()
    taken = desk.get(f"{answer.url}export.csv")
    assert certificates[0].number in taken.getvalue().decode("utf-8-sig")
    assert desk.post("/regulator/bulk/", {}).status_code == 422


@pytest.mark.parametrize("asked", ["number", "name"])
def test_desk_leads_from_a_certificate_to_what_stands_behind_it(
    desk, issue, enterprise, asked
):
    member = MembershipFactory(organization=enterprise, user__display_name="欧阳建国")
    enrollment = CompletedEnrollmentFactory(
        learner=member.user, membership=member, organization_id=enterprise.pk
    )
    certificate = issue(enrollment=enrollment, document=False)
    text = certificate.number if asked == "number" else "欧阳建国"
    page = desk.post("/regulator/", {"number": text}).content.decode()
    assert f'href="/regulator/certificates/{certificate.number}/"' in page


def test_desk_offers_no_evidence_from_another_region(desk, issue):
    elsewhere = issue(document=False)
    page = desk.post("/regulator/", {"number": elsewhere.number}).content.decode()
    assert "verdict--success" in page
    assert "/regulator/certificates/" not in page


def test_bulk_result_says_that_a_wrong_name_counts_as_none(
    desk, certificates, django_capture_on_commit_callbacks
):
    from django.core.files.uploadedfile import SimpleUploadedFile

    number = certificates[0].number
    file = SimpleUploadedFile("a.csv", f"number,name\n{number},王五".encode())
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post("/regulator/bulk/", {"file": file})
    page = desk.get(answer.url).content.decode()
    assert "姓名与编号不符时，结论同样是“查无此证”" in page
    assert 'href="/regulator/bulk/"' in page
    head = desk.get(f"{answer.url}export.csv").getvalue().decode("utf-8-sig")
    assert head.splitlines()[0] == "行,提交内容,编号,结论,结论代码"


@pytest.mark.parametrize("page", ["bulk/", "samples/", "statistics/"])
def test_others_do_not_get_in(client, page):
    client.force_login(UserFactory())
    assert client.get(f"/regulator/{page}").status_code == 403


def test_certificate_of_another_region_is_not_found(desk, issue):
    certificate = issue(document=False)
    answer = desk.get(f"/regulator/certificates/{certificate.number}/")
    assert answer.status_code == 404


def test_anomalies_link_to_the_evidence(
    desk, enterprise, certificates, alike, issue, monkeypatch
):
    monkeypatch.setattr("lms.core.clock.now", lambda: NOW)
    credit(certificates[0], 11)
    number = issue(enrollment=alike[3], document=False).number
    page = desk.get(f"/regulator/enterprises/{enterprise.code}/anomalies/")
    shown = page.content.decode()
    assert page.status_code == 200
    for linked in (certificates[0].number, number):
        assert f"/regulator/certificates/{linked}/" in shown
    assert "24" in shown
    overview = desk.get(f"/regulator/enterprises/{enterprise.code}/").content.decode()
    assert f"/regulator/enterprises/{enterprise.code}/anomalies/" in overview
