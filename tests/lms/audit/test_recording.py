"""Evidence: appended, chained, scrubbed, never forked."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from lms.audit.domain import record
from lms.audit.domain.chain import Break, find_breaks
from lms.audit.domain.scrubbing import scrub
from lms.audit.enums import Verb
from lms.audit.models import AuditChain, AuditEvent
from lms.core.errors import AppendOnlyError
from tests.concurrency import at_once
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    RegulatorFactory,
)

pytestmark = pytest.mark.unit


@pytest.mark.django_db
def test_event_names_actor_and_object_without_keys_of_the_database():
    user = UserFactory()
    department = DepartmentFactory()

    event = record(actor=user, verb=Verb.DEPARTMENT_CREATED, obj=department)

    event.refresh_from_db()
    assert event.actor_subject_id == user.subject_id
    assert (event.object_type, event.object_id) == (
        "organizations.department",
        str(department.public_id),
    )
    assert event.organization_id == department.organization_id
    assert (event.chain_key, event.sequence) == (department.organization_id, 1)


@pytest.mark.django_db
def test_events_without_organization_go_to_the_chain_of_the_platform():
    one = record(verb=Verb.USER_CREATED, object_type="x", object_id="1")
    two = record(verb=Verb.USER_CREATED, obj=UserFactory())

    assert [e.chain_key for e in (one, two)] == [0, 0]
    assert two.previous_hash == one.hash
    assert list(find_breaks()) == []


@pytest.mark.django_db
def test_chains_hold_over_many_events_and_kinds_of_data():
    organization = DepartmentFactory().organization
    data = {"a": [1, 2.5, None, True], "at": datetime(2026, 1, 1, tzinfo=UTC)}
    for _turn in range(5):
        record(verb=Verb.ORGANIZATION_CHANGED, obj=organization, data=data)

    assert AuditChain.objects.get(pk=organization.pk).sequence == 5
    assert list(find_breaks()) == []
    assert AuditEvent.objects.first().data["at"] == "2026-01-01 00:00:00+00:00"


@pytest.mark.django_db
def test_events_can_not_be_changed_or_removed_through_the_orm():
    event = record(verb=Verb.USER_CREATED)

    event.verb = "other"
    for attempt in (
        event.save,
        event.delete,
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.update(verb="x"),
        lambda: AuditEvent.objects.bulk_update([event], ["verb"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


def tamper(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_auditevent SET verb = 'x' WHERE sequence = 2", "data"),
        ("UPDATE audit_auditevent SET commitment = 'x' WHERE sequence = 2", "hash"),
        ("UPDATE audit_auditevent SET hash = 'x' WHERE sequence = 2", "hash"),
        (
            "UPDATE audit_auditevent SET previous_hash = 'x' WHERE sequence = 2",
            "previous_hash",
        ),
        ("DELETE FROM audit_auditevent WHERE sequence = 2", "sequence"),
    ],
)
def test_tampering_behind_the_orm_is_found(statement, reason):
    for _turn in range(3):
        record(verb=Verb.USER_CREATED)

    tamper(statement)

    assert list(find_breaks()) == [Break(0, 2, reason)]


@pytest.mark.django_db
def test_cutting_the_end_off_is_found():
    for _turn in range(3):
        record(verb=Verb.USER_CREATED)

    tamper("DELETE FROM audit_auditevent WHERE sequence = 3")

    assert list(find_breaks()) == [Break(0, 3, "end_missing")]


@pytest.mark.django_db
def test_removing_the_end_of_a_chain_does_not_hide_its_events():
    for _turn in range(3):
        record(verb=Verb.USER_CREATED)

    tamper("DELETE FROM audit_auditchain WHERE key = 0")

    assert list(find_breaks()) == [Break(0, 4, "end_missing")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lie", ['data = \'{"by": "nobody"}\'', "actor_subject_id = '{forged}'"]
)
def test_taking_the_salt_away_is_no_way_to_rewrite_an_event(lie):
    for _turn in range(3):
        record(verb=Verb.USER_CREATED, data={"code": "x"})

    lie = lie.replace("{forged}", uuid.UUID(int=7).hex)
    tamper(f"UPDATE audit_auditevent SET salt = '', {lie} WHERE sequence = 2")

    assert list(find_breaks()) == [Break(0, 2, "data")]


@pytest.mark.django_db
def test_operators_check_the_evidence_by_a_command(capsys):
    for _turn in range(3):
        record(verb=Verb.USER_CREATED)
    call_command("audit_trail")
    assert capsys.readouterr().out.startswith("3 events, no break; 0 erased")

    tamper("UPDATE audit_auditevent SET verb = 'x' WHERE sequence = 2")

    with pytest.raises(CommandError, match=r"1 chain\(s\) broken") as refused:
        call_command("audit_trail")
    assert refused.value.returncode == 1
    assert "chain 0: event 2: data" in capsys.readouterr().err


@pytest.mark.django_db
def test_erasing_salt_and_data_by_law_keeps_the_chain():
    for _turn in range(3):
        record(verb=Verb.USER_CREATED, data={"code": "x"})

    tamper("UPDATE audit_auditevent SET salt = '', data = '{}' WHERE sequence = 2")

    assert list(find_breaks()) == []


@pytest.mark.django_db
def test_two_events_can_not_follow_the_same_one():
    record(verb=Verb.USER_CREATED)
    second = record(verb=Verb.USER_CREATED)

    second.pk, second._state.adding, second.hash = None, True, "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
    second.sequence = 3
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


@pytest.mark.django_db
def test_event_dies_with_the_change_it_tells_of():
    with transaction.atomic():
        record(verb=Verb.USER_CREATED)
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()
    assert record(verb=Verb.USER_CREATED).sequence == 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain():
    writers, each = 4, 3

    def write():
        for _turn in range(each):
            record(verb=Verb.USER_CREATED, object_id=uuid.uuid4().hex)

    at_once(*[write] * writers)

    sequences = AuditEvent.objects.order_by("sequence").values_list(
        "sequence", flat=True
    )
    assert list(sequences) == list(range(1, writers * each + 1))
    assert list(find_breaks()) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"password": "x", "scope": "read"}, {"password": "***", "scope": "read"}),
        ({"Email": "a@b.cn"}, {"Email": "***"}),
        ("call 13800138000 now", "call *** now"),
        ("+86 13800138000", "***"),
        (["11010519491231002X", 3], ["***", 3]),
        ({"a": {"b": ("x@example.com",)}}, {"a": {"b": ["***"]}}),
        ("91350100M000100Y43", "91350100M000100Y43"),
        ("AX-2026-000001-K7QMZ2PA", "AX-2026-000001-K7QMZ2PA"),
        (None, None),
    ],
)
def test_identity_is_blanked(given, kept):
    assert scrub(given) == kept


@pytest.mark.django_db
def test_events_are_seen_by_operators_and_administrators_of_the_organization():
    administrator = AdministratorFactory()
    other = AdministratorFactory(organization__region="329902")
    event = record(verb=Verb.ORGANIZATION_CHANGED, obj=administrator.organization)

    assert list(AuditEvent.objects.visible_to(administrator.user)) == [event]
    assert list(AuditEvent.objects.visible_to(SuperuserFactory())) == [event]
    employee = MembershipFactory(organization=administrator.organization)
    for user in (other.user, employee.user, RegulatorFactory().user, None):
        assert not AuditEvent.objects.visible_to(user).exists()
