"""Editors write rules, somebody else approves them; law is never edited."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission

from lms.compliance.enums import RuleState
from lms.compliance.models import TrainingRule
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import AdministratorFactory, RegulatorFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def member_of(name):
    user = UserFactory()
    group = Group.objects.get(name=name)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(group)
    return user


def first_rule():
    return TrainingRule.objects.get(code="worker-general-annual")


def form_data(**changes):
    return {
        "code": "worker-general-annual",
        "category": "worker",
        "industry_class": "general",
        "industry_prefixes": "",
        "phase": "annual",
        "topic": "hours",
        "hours": "10",
        "hour_seconds": "2700",
        "onsite_hour_seconds": "",
        "offline_share": "0",
        "due_days": "30",
        "effective_from": "2099-01-01",
        "basis": "示例规章 第一条",
        "source": "to_be_checked",
    } | changes


def test_from_a_rule_in_force_to_its_next_version(client):
    editor, reviewer = member_of("Editors"), member_of("Moderators")
    client.force_login(editor)
    rule = first_rule()
    page = client.get(f"/admin/training_rules/show/{rule.pk}/")
    assert rule.basis in page.content.decode()
    answer = client.post(f"/admin/training_rules/new-version/{rule.pk}/")
    draft = TrainingRule.objects.get(version=2)
    assert answer.url == f"/admin/training_rules/edit/{draft.pk}/"
    assert client.get(answer.url).status_code == 200
    answer = client.post(answer.url, form_data())
    assert answer.url == f"/admin/training_rules/show/{draft.pk}/"
    client.post(f"/admin/training_rules/hand-in/{draft.pk}/")
    decision = f"/admin/training_rules/decide/{draft.pk}/"
    client.post(decision, {"decision": "approve"})
    draft.refresh_from_db()
    assert (draft.state, draft.hours) == (RuleState.IN_REVIEW, 10)
    client.force_login(reviewer)
    page = client.get(f"/admin/training_rules/show/{draft.pk}/").content.decode()
    assert "decision" in page
    client.post(decision, {"decision": "approve", "comment": "核对无误"})
    draft.refresh_from_db()
    assert (draft.state, draft.reviewed_by) == (RuleState.APPROVED, reviewer)
    assert first_rule_version_ends() == date(2098, 12, 31)


def first_rule_version_ends():
    return TrainingRule.objects.get(
        code="worker-general-annual", version=1
    ).effective_to


def test_what_was_approved_is_not_edited(client):
    client.force_login(member_of("Moderators"))
    rule = first_rule()
    url = f"/admin/training_rules/edit/{rule.pk}/"
    client.force_login(SuperuserFactory())
    away = f"/admin/training_rules/delete/{rule.pk}/"
    for answer in (
        client.get(url),
        client.post(url, form_data(hours="1")),
        client.post(away),
    ):
        assert answer.url == f"/admin/training_rules/show/{rule.pk}/"
    assert first_rule().hours == 8


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "worker-general-annual"}, "code"),
        ({"code": "new", "hours": "0"}, "hours"),
        ({"code": "new", "topic": "levels", "hours": "0"}, "levels"),
        ({"code": "new", "industry_prefixes": "2C"}, "industry_prefixes"),
    ],
)
def test_a_draft_that_asks_for_nothing_is_sent_back_with_the_field(
    client, changes, field
):
    client.force_login(member_of("Editors"))
    answer = client.post("/admin/training_rules/new/", form_data(**changes))
    assert list(answer.context["form"].errors) == [field]
    assert not TrainingRule.objects.filter(code="new").exists()


def test_a_rule_for_some_industries_and_levels(client):
    client.force_login(member_of("Editors"))
    data = form_data(code="new", topic="levels", hours="0", industry_prefixes="b, C26")
    client.post("/admin/training_rules/new/", data | {"levels": ["team"]})
    rule = TrainingRule.objects.get(code="new")
    assert (rule.state, rule.levels) == (RuleState.DRAFT, ["team"])
    assert rule.industry_prefixes == ["B", "C26"]


@pytest.mark.parametrize(
    "make",
    [UserFactory, lambda: AdministratorFactory().user, lambda: RegulatorFactory().user],
)
def test_nobody_else_sees_or_changes_rules(client, make):
    client.force_login(make())
    rule = first_rule()
    for name in ("hand-in", "decide", "new-version"):
        answer = client.post(f"/admin/training_rules/{name}/{rule.pk}/", {})
        assert answer.status_code in {302, 403}
        assert "training_rules" not in answer.get("Location", "").split("next=")[0]
    assert TrainingRule.objects.count() == 17
