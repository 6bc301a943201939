"""Validity by dated rule, on both sides of the day on which the law changed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse

from certificates.domain.batches import run_batch, submit_completions
from certificates.domain.issuing import issue_certificate, reissue_certificate
from certificates.domain.rendering import render_pdf
from certificates.domain.renewals import remind_of_expiry, remind_of_review
from certificates.domain.validity import add_rule, asks_for_review, rule_choices
from certificates.errors import IssueRefused, RuleRefused
from certificates.models import CertificateTemplate, ValidityRule
from lms.core.errors import AppendOnlyError, DomainError
from lms.notifications.models import Message
from tests.certificates.test_rendering import squeezed, text_of
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import CompletedEnrollmentFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

CODE = "special-operations"
# Midnight in China lies at 16:00 UTC: the last minute of the old rule, the first of
# the new one.
LAST_OF_OLD = datetime(2026, 5, 31, 15, 59, tzinfo=UTC)
FIRST_OF_NEW = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def rules(db):
    """The rows of the migration; a flushed test database has lost them."""
    from importlib import import_module

    rows = import_module("certificates.migrations.0007_special_operations_rule")
    for row in rows.ROWS:
        ValidityRule.objects.get_or_create(
            code=CODE,
            effective_from=row["effective_from"],
            defaults=rows.NAMES | row,
        )


@pytest.fixture
def by_rule(template):
    CertificateTemplate.objects.update(validity_rule=CODE)
    return CertificateTemplate.objects.get(pk=template.pk)


def issue_at(moment, **fields):
    enrollment = CompletedEnrollmentFactory(completed_at=moment, **fields)
    return issue_certificate(enrollment=enrollment, now=moment)


def test_the_last_minute_of_the_old_rule(by_rule):
    certificate = issue_at(LAST_OF_OLD)
    assert certificate.valid_until == date(2032, 5, 30)
    assert certificate.review_on == date(2029, 5, 30)
    assert certificate.facts["review_on"] == "2029-05-30"
    assert certificate.facts["validity"] == {
        "rule": CODE,
        "from": "2010-07-01",
        "months": 72,
        "review_months": 36,
        "basis": "《特种作业人员安全技术培训考核管理规定》"
        "（国家安全生产监督管理总局令第30号）",
        "article": "第十九条、第二十一条",
    }


def test_the_first_minute_of_the_new_rule(by_rule):
    certificate = issue_at(FIRST_OF_NEW)
    assert certificate.valid_until == date(2032, 5, 31)
    assert (certificate.review_on, certificate.facts["review_on"]) == (None, None)
    assert certificate.facts["valid_until"] == "2032-05-31"
    assert certificate.facts["validity"] == {
        "rule": CODE,
        "from": "2026-06-01",
        "months": 72,
        "review_months": None,
        "basis": "《特种作业人员安全技术培训考核管理规定》（应急管理部令第19号）",
        "article": None,
    }


def test_a_certificate_keeps_the_rule_it_was_issued_by(by_rule):
    certificate = issue_at(LAST_OF_OLD)
    before = certificate.frozen
    rule = ValidityRule(
        code=CODE, name="x", name_en="x", basis="x", months=12,
        effective_from=date(2027, 1, 1),
    )  # fmt: skip
    add_rule(rule=rule, by=SuperuserFactory())
    certificate.refresh_from_db()
    assert certificate.frozen == before
    assert certificate.valid_until == date(2032, 5, 30)
    later = issue_at(datetime(2027, 1, 1, 4, tzinfo=UTC))
    assert later.valid_until == date(2027, 12, 31)


def test_a_correction_follows_the_rule_of_its_own_day(by_rule):
    old = issue_at(LAST_OF_OLD)
    new = reissue_certificate(certificate=old, by=SuperuserFactory(), now=FIRST_OF_NEW)
    assert new.facts["validity"]["from"] == "2026-06-01"
    assert new.review_on is None


def test_the_document_prints_the_days_of_the_rule(by_rule):
    old, new = issue_at(LAST_OF_OLD).facts, issue_at(FIRST_OF_NEW).facts
    text = squeezed(text_of(render_pdf(payload=old)))
    assert "2029年5月30日" in text
    assert "应复审日期" in text
    assert "2032年5月30日" in text
    text = squeezed(text_of(render_pdf(payload=new)))
    assert "应复审日期" not in text
    assert "2032年5月31日" in text


def reviews():
    return Message.objects.filter(dedupe_key__startswith="review:").count()


def test_no_review_is_asked_for_once_the_law_has_dropped_it(by_rule):
    """Issued in 2024 with a review in 2027, which the rule of 2026 no longer knows."""
    certificate = issue_at(datetime(2024, 3, 1, 4, tzinfo=UTC))
    assert certificate.review_on == date(2027, 2, 28)
    assert remind_of_review(today=date(2027, 2, 1)) == 0
    assert reviews() == 0


def test_a_review_before_the_change_is_asked_for(by_rule):
    certificate = issue_at(datetime(2023, 5, 20, 4, tzinfo=UTC))
    day = certificate.review_on
    assert day == date(2026, 5, 19)
    told = []
    for left in (61, 60, 59, 30, 7, 0, -1):
        remind_of_review(today=day - timedelta(days=left))
        told.append(reviews())
    assert told == [0, 1, 1, 2, 3, 3, 3]
    assert "总局令第30号" in Message.objects.first().body


@pytest.mark.parametrize(
    ("day", "asked"), [(date(2026, 5, 31), True), (date(2026, 6, 1), False)]
)
def test_the_day_of_the_review_decides(day, asked):
    assert asks_for_review(code=CODE, day=day) is asked


def test_the_end_by_rule_is_reminded_of(by_rule):
    certificate = issue_at(FIRST_OF_NEW)
    assert remind_of_expiry(today=certificate.valid_until - timedelta(days=60)) == 1


def test_nothing_is_issued_by_a_rule_that_has_not_begun(by_rule):
    with pytest.raises(IssueRefused) as refused:
        issue_at(datetime(2009, 1, 1, tzinfo=UTC))
    assert refused.value.code == "no_validity_rule"
    assert CODE in str(refused.value.message)


def test_a_batch_by_such_a_rule_says_why_it_failed(by_rule, monkeypatch):
    CertificateTemplate.objects.update(validity_rule="unknown")
    enrollment = CompletedEnrollmentFactory()
    batch = submit_completions(
        template=CertificateTemplate.objects.get(pk=by_rule.pk),
        name="x", enrollment_ids=[enrollment.pk], by=None,
    )  # fmt: skip
    assert not run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.issued) == ("failed", 0)
    assert "unknown" in batch.error


def test_rows_append(rules):
    row = ValidityRule.objects.filter(code=CODE).first()
    row.months = 1
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(RuleRefused) as refused:
        add_rule(
            rule=ValidityRule(
                code=CODE, name="x", name_en="x", basis="x",
                effective_from=date(2026, 6, 1),
            ),
            by=SuperuserFactory(),
        )  # fmt: skip
    assert refused.value.code == "not_later"
    assert isinstance(refused.value, DomainError)


def test_a_review_lies_before_the_end(db):
    rule = ValidityRule(
        code="x", name="x", name_en="x", basis="x", months=12, review_months=12,
        effective_from=date(2026, 6, 1),
    )  # fmt: skip
    with pytest.raises(ValidationError):
        rule.validate_constraints()


def test_a_template_has_months_or_a_rule(by_rule):
    with pytest.raises(IntegrityError):
        CertificateTemplate.objects.update(validity_months=12)


ROW = {
    "code": CODE,
    "name": "特种作业",
    "name_en": "Special operations",
    "effective_from": "2030-01-01",
    "months": "48",
    "review_months": "",
    "basis": "某规定",
    "article": "第一条",
    "source": "verified",
    "note": "",
}


def test_rows_are_added_in_the_admin(client):
    client.force_login(SuperuserFactory())
    address = reverse("certificates_office:rules")
    assert client.post(address, ROW).status_code == 302
    assert ValidityRule.objects.filter(code=CODE).first().months == 48
    refused = client.post(address, ROW | {"effective_from": "2029-12-31"})
    assert refused.status_code == 422
    assert "2030-01-01" in refused.content.decode()
    shown = client.get(address).content.decode()
    assert "某规定" in shown
    assert "总局令第30号" in shown


def test_only_designers_see_the_rules(client):
    client.force_login(UserFactory())
    refused = client.get(reverse("certificates_office:rules"))
    assert refused.status_code in (302, 403)
    assert "总局令第30号" not in refused.content.decode()


def test_choices_name_each_rule_once():
    assert rule_choices() == [(CODE, "特种作业")]
