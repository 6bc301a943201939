"""What the law asks of whom. Each case names the figures that the rules give."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lms.compliance.domain import duties
from lms.compliance.domain.duties import (
    derive_obligations,
    duty_status,
    industry_class,
    recompute_duties,
    rules_for,
)
from lms.compliance.domain.postings import add_post, record_absence
from lms.compliance.domain.rules import (
    approve_rule,
    next_version,
    reject_rule,
    submit_rule,
)
from lms.compliance.enums import (
    CreditSource,
    IndustryClass,
    ObligationState,
    RuleState,
)
from lms.compliance.errors import PostingInvalid, RuleInvalid, RuleNotPermitted
from lms.compliance.models import CreditEntry, Obligation, Posting, TrainingRule
from lms.organizations.domain.members import change_place, end_membership
from lms.organizations.enums import MembershipKind, MembershipState
from tests.factories.accounts import UserFactory
from tests.factories.compliance import credit
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = 2700


def member(category="worker", industry="F51", starts_on=date(2025, 1, 1), **fields):
    organization = fields.pop("organization", None) or OrganizationFactory(
        industry=industry
    )
    position = PositionFactory(organization=organization, category=category)
    return MembershipFactory(
        organization=organization, position=position, starts_on=starts_on, **fields
    )


def owed(membership, on=DAY):
    """Return `(phase, topic, hours or levels, from, until)` of what is owed."""
    return [
        (
            row.phase,
            row.levels or row.required_seconds / HOUR,
            row.period_start,
            row.period_end,
        )
        for row in derive_obligations(membership=membership, on=on)
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("C34", IndustryClass.GENERAL),
        ("C26", IndustryClass.HIGH_RISK),
        ("B06", IndustryClass.HIGH_RISK),
        ("C3110", IndustryClass.HIGH_RISK),
        ("E47", IndustryClass.CONSTRUCTION),
        ("", IndustryClass.GENERAL),
    ],
)
def test_industries_fall_into_the_classes_of_the_hours_table(code, expected):
    assert industry_class(code) == expected


@pytest.mark.parametrize(
    ("category", "industry", "hours", "article"),
    [
        ("principal", "C34", [32, 12], "第九条第一款"),
        ("principal", "C26", [48, 16], "第九条第二款"),
        ("safety_manager", "C34", [32, 12], "第九条第一款"),
        ("safety_manager", "B06", [48, 16], "第九条第二款"),
        ("worker", "C34", [24, 8], "第十三条第一款"),
        ("worker", "C26", [72, 20], "第十三条第二款"),
        ("worker", "E47", [32, 20], "安委〔2012〕10号"),
        ("special_operator", "C34", [24, 8], "第十三条第一款"),
        ("principal", "E47", [32, 12], "第九条第一款"),
    ],
)
def test_hours_follow_post_and_industry(category, industry, hours, article):
    rules = rules_for(membership=member(category, industry), on=DAY)
    assert [int(rule.hours) for rule in rules] == hours
    assert article in rules[0].citation


def test_every_rule_names_its_basis_and_how_far_it_was_checked():
    assert not TrainingRule.objects.filter(basis="").exists()
    assert set(TrainingRule.objects.values_list("state", "source")) == {
        ("approved", "secondary")
    }
    assert TrainingRule.objects.count() == 17


def test_rules_hold_from_their_day():
    assert not TrainingRule.objects.in_force_on(date(2012, 1, 1)).exists()
    assert owed(member(starts_on=date(2012, 1, 1)), on=date(2012, 2, 1)) == []


def test_an_obligation_is_derived_once():
    membership = member()
    first = derive_obligations(membership=membership, on=DAY)
    again = derive_obligations(membership=membership, on=DAY)
    assert [row.pk for row in first] == [row.pk for row in again]
    assert owed(membership) == [
        ("annual", 8, date(2026, 1, 1), date(2026, 12, 31)),
    ]


def test_who_joins_in_the_middle_of_a_year_owes_the_initial_hours_only():
    membership = member(starts_on=date(2026, 5, 1))
    assert owed(membership) == [("initial", 24, date(2026, 5, 1), date(2026, 5, 31))]
    assert owed(membership, on=date(2027, 3, 1)) == [
        ("initial", 24, date(2026, 5, 1), date(2026, 5, 31)),
        ("annual", 8, date(2027, 1, 1), date(2027, 12, 31)),
    ]


def test_who_joins_at_the_end_of_a_year_is_not_forgotten_in_the_next():
    """The first run is in January; the initial training is owed all the same."""
    found = owed(member(starts_on=date(2025, 12, 20)), on=date(2026, 1, 5))
    assert [row[:2] for row in found] == [("initial", 24), ("annual", 8)]


def test_workers_in_manufacturing_owe_the_three_levels_too():
    found = owed(member(industry="C34", starts_on=date(2026, 5, 1)))
    assert [row[:2] for row in found] == [
        ("initial", 24),
        ("initial", ["factory", "workshop", "team"]),
    ]
    rule = Obligation.objects.get(topic="levels").rule
    assert "第十二条" in rule.citation


def test_safety_managers_owe_no_levels():
    found = owed(member("safety_manager", "C26", starts_on=date(2026, 5, 1)))
    assert [row[:2] for row in found] == [("initial", 48)]


def test_someone_without_a_post_is_trained_as_a_worker():
    rules = rules_for(membership=MembershipFactory(), on=DAY)
    assert [int(rule.hours) for rule in rules] == [24, 8]


@pytest.mark.parametrize("kind", MembershipKind.values)
def test_dispatched_workers_interns_and_part_time_staff_owe_the_same(kind):
    """Work Safety Law, article 28: they are trained like one's own employees."""
    found = owed(member(industry="C26", starts_on=date(2026, 5, 1), kind=kind))
    assert found[0][:2] == ("initial", 72)


def test_part_time_staff_of_two_employers_owe_each_the_whole_hours():
    """Few hours of work are no fewer hours of training."""
    first = member("principal", "C34", starts_on=date(2026, 5, 1), kind="part_time")
    second = member(
        "worker", "C26", user=first.user, starts_on=date(2026, 5, 1), kind="part_time"
    )
    assert owed(first)[0][:2] == ("initial", 32)
    assert owed(second)[0][:2] == ("initial", 72)
    rows = Obligation.objects.filter(topic="hours").order_by("required_seconds")
    citations = [duty_status(obligation=row, on=DAY).citation for row in rows]
    assert "第九条第一款" in citations[0]
    assert "第十三条第二款" in citations[1]


def test_a_change_of_post_asks_for_workshop_and_team_again():
    membership = member()
    recompute_duties(on=date(2026, 6, 1))
    other = PositionFactory(organization=membership.organization)
    change_place(membership=membership, department=None, position=other, by=None)
    found = owed(membership, on=date(2026, 6, 2))
    assert found == [
        ("annual", 8, date(2026, 1, 1), date(2026, 12, 31)),
        ("transfer", ["workshop", "team"], date(2026, 6, 2), date(2026, 7, 2)),
    ]
    held = Posting.objects.filter(membership=membership).order_by("starts_on")
    assert [(row.starts_on, row.ends_on) for row in held] == [
        (date(2025, 1, 1), date(2026, 6, 1)),
        (date(2026, 6, 2), None),
    ]
    assert "第十七条" in Obligation.objects.get(phase="transfer").rule.citation


def test_a_correction_on_the_same_day_is_no_change_of_post():
    membership = member(starts_on=DAY)
    recompute_duties(on=DAY)
    other = PositionFactory(organization=membership.organization)
    change_place(membership=membership, department=None, position=other, by=None)
    assert [row[0] for row in owed(membership)] == ["initial"]
    assert Posting.objects.count() == 1


def test_a_worker_who_becomes_safety_manager_owes_the_initial_hours_of_the_new_post():
    membership = member()
    recompute_duties(on=date(2026, 6, 1))
    manager = PositionFactory(
        organization=membership.organization, category="safety_manager"
    )
    change_place(membership=membership, department=None, position=manager, by=None)
    found = owed(membership, on=date(2026, 6, 2))
    assert [row[:2] for row in found] == [("annual", 8), ("initial", 32)]


def absent(membership, start, end):
    admin = AdministratorFactory(organization=membership.organization).user
    return record_absence(membership=membership, starts_on=start, ends_on=end, by=admin)


@pytest.mark.parametrize(
    ("back_on", "phases"),
    [
        (date(2026, 3, 1), ["annual", "return"]),
        (date(2026, 2, 28), ["annual"]),
    ],
)
def test_a_year_away_asks_for_workshop_and_team_again(back_on, phases):
    membership = member(starts_on=date(2024, 1, 1))
    recompute_duties(on=date(2025, 2, 1))
    absent(membership, date(2025, 3, 1), back_on - timedelta(days=1))
    found = owed(membership, on=date(2026, 3, 2))
    assert [row[0] for row in found if row[2].year == 2026] == phases
    for row in Obligation.objects.filter(phase="return"):
        assert "第十七条" in duty_status(obligation=row, on=DAY).citation


def test_who_left_and_is_hired_again_after_a_year_owes_the_levels():
    first = member(starts_on=date(2023, 1, 1))
    recompute_duties(on=date(2025, 3, 31))
    end_membership(membership=first, on=date(2025, 3, 31), by=None, now=NOW)
    second = MembershipFactory(
        user=first.user,
        organization=first.organization,
        position=first.position,
        starts_on=date(2026, 6, 1),
    )
    recompute_duties(on=DAY)
    found = Obligation.objects.filter(membership=second)
    assert sorted(row.phase for row in found) == ["annual", "return"]


def test_who_left_before_the_initial_training_was_done_owes_it_on_return():
    first = member(starts_on=date(2026, 1, 5))
    recompute_duties(on=date(2026, 1, 6))
    end_membership(membership=first, on=date(2026, 1, 10), by=None, now=NOW)
    recompute_duties(on=date(2026, 1, 11))
    assert Obligation.objects.get().state == ObligationState.ENDED
    second = MembershipFactory(
        user=first.user,
        organization=first.organization,
        position=first.position,
        starts_on=date(2026, 2, 1),
    )
    recompute_duties(on=date(2026, 2, 1))
    row = Obligation.objects.get(membership=second)
    assert (row.phase, row.required_seconds) == ("initial", 24 * HOUR)


def test_days_of_absence_are_checked():
    membership = member()
    with pytest.raises(PostingInvalid) as refused:
        absent(membership, date(2026, 5, 2), date(2026, 5, 1))
    assert refused.value.code == "days_in_wrong_order"
    with pytest.raises(PostingInvalid) as refused:
        absent(membership, date(2026, 5, 1), date(2026, 5, 2))
    assert refused.value.code == "no_post"
    with pytest.raises(RuleNotPermitted):
        record_absence(
            membership=membership,
            starts_on=date(2026, 5, 1),
            ends_on=date(2026, 5, 2),
            by=membership.user,
        )


def test_two_posts_are_two_duties_that_the_same_study_serves():
    membership = member("principal")
    admin = AdministratorFactory(organization=membership.organization).user
    manager = PositionFactory(
        organization=membership.organization, category="safety_manager"
    )
    for _repeat in range(2):
        add_post(
            membership=membership,
            position=manager,
            starts_on=date(2025, 2, 1),
            by=admin,
        )
    found = derive_obligations(membership=membership, on=DAY)
    assert [(row.category, row.required_seconds // HOUR) for row in found] == [
        ("principal", 12),
        ("safety_manager", 12),
    ]
    credit(membership, 12 * HOUR, on=date(2026, 3, 1))
    recompute_duties(on=DAY)
    assert set(Obligation.objects.values_list("state", flat=True)) == {"met"}


def test_a_second_post_is_one_of_the_enterprise_and_within_the_employment():
    membership = member()
    admin = AdministratorFactory(organization=membership.organization).user
    for position, day, code in (
        (PositionFactory(), DAY, "foreign_position"),
        (membership.position, date(2024, 1, 1), "before_membership"),
    ):
        with pytest.raises(PostingInvalid) as refused:
            add_post(membership=membership, position=position, starts_on=day, by=admin)
        assert refused.value.code == code


def test_two_employers_each_get_their_own_hours():
    first = member()
    second = member("principal", "C26", user=first.user)
    credit(first, 8 * HOUR, on=date(2026, 3, 1))
    recompute_duties(on=DAY)
    assert [
        (row.membership_id, row.required_seconds // HOUR, row.state)
        for row in Obligation.objects.order_by("membership")
    ] == [(first.pk, 8, "met"), (second.pk, 16, "open")]


# --- verdicts ---------------------------------------------------------------------


def test_the_verdict_follows_the_ledger_and_cites_its_rule():
    (row,) = derive_obligations(membership=member(), on=DAY)
    verdict = duty_status(obligation=row, on=DAY)
    assert (verdict.state, verdict.met_on) == (ObligationState.OPEN, None)
    assert verdict.citation == row.rule.citation
    assert "安委〔2012〕10号" in verdict.citation
    late = duty_status(obligation=row, on=date(2027, 1, 1))
    assert late.state == ObligationState.OVERDUE
    credit(row.membership, 8 * HOUR - 1, on=date(2026, 3, 1))
    assert duty_status(obligation=row, on=DAY).state == ObligationState.OPEN
    credit(row.membership, 1, on=date(2026, 3, 2))
    met = duty_status(obligation=row, on=date(2027, 1, 1))
    assert (met.state, met.met_on) == (ObligationState.MET, date(2026, 3, 2))


def test_the_year_ends_at_midnight_in_shanghai():
    membership = member()
    (row,) = derive_obligations(membership=membership, on=DAY)
    credit(membership, 8 * HOUR, on=date(2027, 1, 1))
    verdict = duty_status(obligation=row, on=date(2027, 1, 2))
    assert (verdict.state, verdict.credited_seconds) == (ObligationState.OVERDUE, 0)


def test_initial_training_can_be_caught_up_on_and_says_that_it_was_late():
    membership = member(starts_on=date(2026, 1, 5))
    (row,) = derive_obligations(membership=membership, on=date(2026, 1, 5))
    credit(membership, 24 * HOUR, on=date(2026, 3, 1))
    verdict = duty_status(obligation=row, on=DAY)
    assert (verdict.state, verdict.met_on) == (
        ObligationState.MET_LATE,
        date(2026, 3, 1),
    )


def test_hours_of_the_initial_training_do_not_count_for_the_year_as_well():
    membership = member(starts_on=date(2025, 12, 20))
    rows = derive_obligations(membership=membership, on=date(2026, 1, 5))
    credit(membership, 26 * HOUR, on=date(2026, 1, 10))
    initial, annual = (duty_status(obligation=row, on=DAY) for row in rows)
    assert initial.state == ObligationState.MET
    assert (annual.state, annual.credited_seconds) == (ObligationState.OPEN, 2 * HOUR)


def test_levels_are_done_on_site_one_by_one():
    membership = member(industry="C34", starts_on=date(2026, 5, 1))
    derive_obligations(membership=membership, on=DAY)
    row = Obligation.objects.get(topic="levels")
    credit(membership, 60, on=date(2026, 5, 2), level="factory", onsite=True)
    credit(membership, 60, on=date(2026, 5, 3), level="workshop", onsite=True)
    verdict = duty_status(obligation=row, on=date(2026, 5, 4))
    assert verdict.levels_done == ["factory", "workshop"]
    assert verdict.state == ObligationState.OPEN
    credit(membership, 60, on=date(2026, 5, 4), level="team", onsite=True)
    assert duty_status(obligation=row, on=DAY).state == ObligationState.MET


def in_force(**changes):
    """Return the yearly hours of a worker with changed terms, from 2026 on."""
    rule = TrainingRule.objects.get(code="worker-general-annual")
    for name, value in changes.items():
        setattr(rule, name, value)
    rule.save()
    return rule


def test_a_share_on_site_is_asked_for_where_a_rule_says_so():
    in_force(offline_share=Decimal("0.5"))
    membership = member()
    (row,) = derive_obligations(membership=membership, on=DAY)
    credit(membership, 8 * HOUR, on=date(2026, 3, 1))
    assert duty_status(obligation=row, on=DAY).state == ObligationState.OPEN
    credit(membership, 4 * HOUR, on=date(2026, 3, 2), onsite=True)
    assert duty_status(obligation=row, on=DAY).state == ObligationState.MET


def test_an_hour_on_site_may_have_other_minutes():
    in_force(onsite_hour_seconds=3600)
    membership = member()
    (row,) = derive_obligations(membership=membership, on=DAY)
    credit(membership, 8 * HOUR, on=date(2026, 3, 1), onsite=True)
    verdict = duty_status(obligation=row, on=DAY)
    assert verdict.credited_seconds == 6 * HOUR
    assert verdict.state == ObligationState.OPEN


# --- rules change -----------------------------------------------------------------


def people_of_the_desk():
    author, reviewer = UserFactory(), UserFactory()
    permission = Permission.objects.get(codename="approve_trainingrule")
    reviewer.user_permissions.add(permission)
    return author, reviewer


def draft(hours=20, effective_from=date(2027, 1, 1), by=None):
    rule = TrainingRule.objects.get(code="worker-general-annual", version=1)
    fresh = next_version(rule=rule, by=by, effective_from=effective_from)
    fresh.hours = hours
    fresh.save()
    return fresh


def test_a_new_version_counts_from_its_day_and_alters_no_past_verdict():
    author, reviewer = people_of_the_desk()
    membership = member()
    credit(membership, 8 * HOUR, on=date(2026, 3, 1))
    recompute_duties(on=DAY)
    before = list(Obligation.objects.values())
    rule = submit_rule(rule=draft(by=author), by=author)
    approve_rule(rule=rule, by=reviewer, now=NOW)
    assert TrainingRule.objects.get(code=rule.code, version=1).effective_to == date(
        2026, 12, 31
    )
    recompute_duties(on=DAY)
    assert list(Obligation.objects.values()) == before
    recompute_duties(on=date(2027, 2, 1))
    assert list(
        Obligation.objects.order_by("period_start").values_list(
            "required_seconds", "state", "rule__version"
        )
    ) == [(8 * HOUR, "met", 1), (20 * HOUR, "open", 2)]


def test_a_rule_that_changes_in_the_year_counts_for_duties_that_arise_later():
    author, reviewer = people_of_the_desk()
    initial = TrainingRule.objects.get(code="worker-general-initial")
    fresh = next_version(rule=initial, by=author, effective_from=date(2026, 12, 1))
    fresh.hours = 30
    fresh.save()
    approve_rule(rule=submit_rule(rule=fresh, by=author), by=reviewer, now=NOW)
    before, after = (
        owed(member(starts_on=day), on=date(2026, 12, 5))
        for day in (date(2026, 11, 30), date(2026, 12, 1))
    )
    assert (before[0][1], after[0][1]) == (24, 30)


def test_a_repeal_ends_what_a_rule_asks_for():
    author, reviewer = people_of_the_desk()
    rule = draft(by=author)
    rule.is_repeal = True
    rule.save()
    approve_rule(rule=submit_rule(rule=rule, by=author), by=reviewer, now=NOW)
    assert [row[2].year for row in owed(member(), on=date(2027, 2, 1))] == []


def test_drafts_and_rules_in_review_hold_for_nobody():
    author, _reviewer = people_of_the_desk()
    rule = draft(by=author, effective_from=date(2025, 1, 1))
    assert owed(member())[0][1] == 8
    submit_rule(rule=rule, by=author)
    assert owed(member())[0][1] == 8


def test_a_rule_is_approved_by_somebody_else():
    author, _reviewer = people_of_the_desk()
    rule = submit_rule(rule=draft(by=author), by=author)
    author.user_permissions.add(Permission.objects.get(codename="approve_trainingrule"))
    for by, code in ((UserFactory(), "not_permitted"), (author, "own_rule")):
        with pytest.raises(RuleNotPermitted) as refused:
            approve_rule(rule=rule, by=by, now=NOW)
        assert refused.value.code == code
    rule.reviewed_by = author
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


@pytest.mark.parametrize("day", [DAY, date(2020, 1, 1)])
def test_a_rule_never_reaches_back(day):
    author, reviewer = people_of_the_desk()
    rule = submit_rule(rule=draft(by=author, effective_from=day), by=author)
    with pytest.raises(RuleInvalid) as refused:
        approve_rule(rule=rule, by=reviewer, now=NOW)
    assert refused.value.code == "in_the_past"


def test_versions_take_effect_in_their_order():
    author, reviewer = people_of_the_desk()
    first = submit_rule(rule=draft(by=author), by=author)
    second = submit_rule(rule=draft(by=author), by=author)
    approve_rule(rule=first, by=reviewer, now=NOW)
    with pytest.raises(RuleInvalid) as refused:
        approve_rule(rule=second, by=reviewer, now=NOW)
    assert refused.value.code == "before_predecessor"


def test_a_rule_is_sent_back_with_a_reason_and_handed_in_again():
    author, reviewer = people_of_the_desk()
    rule = submit_rule(rule=draft(by=author), by=author)
    with pytest.raises(RuleInvalid) as refused:
        reject_rule(rule=rule, by=reviewer, now=NOW, comment=" ")
    assert refused.value.code == "reason_missing"
    reject_rule(rule=rule, by=reviewer, now=NOW, comment="条款号有误")
    assert (rule.state, rule.review_comment) == (RuleState.REJECTED, "条款号有误")
    with pytest.raises(RuleInvalid):
        approve_rule(rule=rule, by=reviewer, now=NOW)
    assert submit_rule(rule=rule, by=author).state == RuleState.IN_REVIEW
    approve_rule(rule=rule, by=reviewer, now=NOW)
    with pytest.raises(RuleInvalid):
        submit_rule(rule=rule, by=author)


def test_visitors_see_rules_in_force_and_no_drafts():
    author, _reviewer = people_of_the_desk()
    draft(by=author)
    assert TrainingRule.objects.visible_to(None).count() == 17
    author.user_permissions.add(Permission.objects.get(codename="change_trainingrule"))
    author = type(author).objects.get(pk=author.pk)
    assert TrainingRule.objects.visible_to(author).count() == 18


# --- many at once -----------------------------------------------------------------


def test_recomputing_takes_as_many_queries_for_ten_as_for_two():
    counts = []
    for size in (2, 10):
        organization = OrganizationFactory(industry="C34")
        people = [member(organization=organization) for _ in range(size)]
        credit(people[0], 60, on=date(2026, 3, 1))
        with CaptureQueriesContext(connection) as seen:
            recompute_duties(on=DAY, membership_ids=[one.pk for one in people])
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_run_that_is_killed_goes_on_where_it_was(monkeypatch):
    people = [member() for _ in range(3)]
    monkeypatch.setattr(duties, "CHUNK", 1)
    settle, calls = duties._settle, []

    def dies_in_the_second_chunk(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return settle(*args)

    monkeypatch.setattr(duties, "_settle", dies_in_the_second_chunk)
    with pytest.raises(KeyboardInterrupt):
        recompute_duties(on=DAY)
    assert Obligation.objects.count() == 1
    monkeypatch.setattr(duties, "_settle", settle)
    done = recompute_duties(on=DAY)
    assert (done.members, done.added) == (3, 2)
    assert Obligation.objects.count() == len(people)
    again = recompute_duties(on=DAY)
    assert (again.added, again.changed) == (0, 0)


def test_pending_members_owe_nothing_yet():
    membership = member(state=MembershipState.PENDING)
    recompute_duties(on=DAY, membership_ids=[membership.pk])
    assert not Obligation.objects.exists()


def test_the_ledger_remembers_kind_and_level():
    membership = member()
    entry = credit(membership, 60, on=DAY, level="team", onsite=True)
    assert (entry.level, entry.source) == ("team", CreditSource.SIGN_OFF)
    assert CreditEntry.objects.get().level == "team"


def test_duties_are_seen_by_the_person_and_the_employer():
    membership = member()
    (row,) = derive_obligations(membership=membership, on=DAY)
    admin = AdministratorFactory(organization=membership.organization).user
    for person in (membership.user, admin):
        assert list(Obligation.objects.visible_to(person)) == [row]
    for person in (MembershipFactory().user, AdministratorFactory().user, None):
        assert not Obligation.objects.visible_to(person).exists()


def test_many_equal_duties_are_added_like_single_ones(monkeypatch):
    """Members of one post owe the same: they are written together."""
    organization = OrganizationFactory(industry="C26")
    post = PositionFactory(organization=organization, category="worker")
    members = [
        MembershipFactory(
            organization=organization, position=post, starts_on=date(2025, 1, 1)
        )
        for _n in range(4)
    ]
    names = [
        field.name
        for field in Obligation._meta.concrete_fields
        if field.name not in {"id", "public_id", "created_at", "updated_at"}
    ]
    recompute_duties(on=DAY)
    single = list(Obligation.objects.order_by("membership").values(*names))
    Obligation.objects.all().delete()
    monkeypatch.setattr(duties, "ALIKE", 2)
    assert recompute_duties(on=DAY).added == len(single) == len(members)
    assert list(Obligation.objects.order_by("membership").values(*names)) == single
    assert len(set(Obligation.objects.values_list("public_id", flat=True))) == 4
    assert recompute_duties(on=DAY).added == 0


@pytest.mark.parametrize(
    ("category", "industry", "first", "yearly"),
    [
        ("principal", "C34", (32, "第九条第一款"), (12, "第九条第一款")),
        ("safety_manager", "C26", (48, "第九条第二款"), (16, "第九条第二款")),
        ("worker", "B06", (72, "第十三条第二款"), (20, "第十三条第二款")),
        ("worker", "F51", (24, "第十三条第一款"), (8, "安委〔2012〕10号")),
        ("worker", "E47", (32, "安委〔2012〕10号"), (20, "安委〔2012〕10号")),
    ],
)
def test_each_verdict_says_how_much_and_by_which_provision(
    category, industry, first, yearly
):
    """Who owes how much, and the provision that it rests on."""
    membership = member(category, industry, starts_on=date(2026, 5, 1))
    derive_obligations(membership=membership, on=DAY)
    derive_obligations(membership=membership, on=date(2027, 1, 4))
    rows = Obligation.objects.filter(topic="hours").order_by("period_start")
    for row, (hours, article) in zip(rows, (first, yearly), strict=True):
        open_verdict = duty_status(obligation=row, on=date(2027, 1, 4))
        assert row.required_seconds == hours * HOUR
        assert article in open_verdict.citation
        # Which version of the rule it was judged by.
        assert f"({row.rule.code} v1)" in open_verdict.citation
        credit(membership, hours * HOUR, on=row.period_start)
        met = duty_status(obligation=row, on=date(2027, 1, 4))
        assert (met.state, met.met_on) == ("met", row.period_start)
