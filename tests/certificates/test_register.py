"""The register: append-only for everyone, provable, and audited."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import (
    DatabaseError,
    connection,
    transaction,
)

from certificates.domain import merkle, register
from certificates.domain.audit import find_breaks
from certificates.domain.register import NewEntry, append_entries
from certificates.domain.revoking import revoke_certificate
from certificates.enums import EntryKind, RevocationReason
from certificates.errors import RegisterBehind
from certificates.models import (
    Certificate,
    Checkpoint,
    NumberSeries,
    RegisterEntry,
    RegisterHead,
    RegisterNode,
    Revocation,
)
from lms.core.errors import AppendOnlyError
from lms.core.storage import private_storage
from tests.append_only import lifted_append_only
from tests.concurrency import at_once
from tests.factories.accounts import SuperuserFactory
from tests.factories.certificates import NOW

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

TABLES = [
    "certificates_registerentry",
    "certificates_registernode",
    "certificates_checkpoint",
    "certificates_revocation",
]


def fill(count):
    entries = [
        NewEntry(kind=EntryKind.ISSUE, commitment=f"{number:064x}")
        for number in range(count)
    ]
    return append_entries(entries=entries, now=NOW)


def tree_breaks():
    """Leave out that these bare entries belong to no certificate."""
    return [text for text in find_breaks() if "certificate was deleted" not in text]


def leaf(index):
    return bytes(RegisterEntry.objects.get(index=index).leaf_hash)


def test_entries_get_dense_indexes_whatever_the_batches():
    assert fill(3) == [0, 1, 2]
    assert fill(1) == [3]
    assert fill(4) == [4, 5, 6, 7]
    assert RegisterNode.objects.count() == 15
    assert tree_breaks() == []


def test_every_entry_can_be_proved_in_every_later_tree():
    fill(5)
    fill(6)
    for size in range(1, 12):
        root = register.root_at(size=size)
        for index in range(size):
            proof = register.prove_inclusion(index=index, size=size)
            assert merkle.verify_inclusion(
                leaf=leaf(index), index=index, size=size, proof=proof, root=root
            )


def test_proof_takes_few_queries_however_long_the_register(django_assert_num_queries):
    fill(70)
    with django_assert_num_queries(2):
        register.prove_inclusion(index=3, size=70)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 4)])
def test_proof_of_what_is_not_there_is_refused(index, size):
    fill(3)
    with pytest.raises(ValueError, match="no such leaf"):
        register.prove_inclusion(index=index, size=size)


def test_register_of_one_day_is_a_prefix_of_the_next():
    fill(6)
    first_root = register.root_at(size=6)
    fill(7)
    assert merkle.verify_consistency(
        first=6,
        second=13,
        first_root=first_root,
        second_root=register.root_at(size=13),
        proof=register.prove_consistency(first=6, second=13),
    )
    assert register.prove_consistency(first=0, second=13) == []
    assert register.prove_consistency(first=13, second=13) == []
    with pytest.raises(ValueError, match="no trees"):
        register.prove_consistency(first=3, second=14)


@pytest.fixture
def filled(certificate):
    revoke_certificate(
        certificate=certificate,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )
    register.publish_checkpoint(now=NOW)
    return certificate


def is_refused(sql):
    """Try a statement of SQL; return whether the database refused it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("table", TABLES)
def test_database_refuses_to_change_history(filled, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        before = cursor.fetchone()[0]
        column = connection.introspection.get_primary_key_column(cursor, table)
    assert before
    assert is_refused(f"UPDATE {table} SET {column} = {column} + 1")
    assert is_refused(f"UPDATE {table} SET {column} = {column}")
    assert is_refused(f"DELETE FROM {table}")
    assert is_refused(f"DELETE FROM {table} WHERE {column} IS NOT NULL")
    if connection.vendor == "postgresql":
        assert is_refused(f"TRUNCATE {table}")
        assert is_refused(f"TRUNCATE {table} CASCADE")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] == before


@pytest.mark.parametrize("model", [RegisterEntry, RegisterNode, Checkpoint, Revocation])
def test_code_refuses_to_change_history(filled, model):
    row = model.objects.first()
    for attempt in (row.save, row.delete, model.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attempt()
    with pytest.raises(AppendOnlyError):
        model.objects.update(pk=1)


@pytest.mark.django_db(transaction=True)
def test_guard_stands_again_after_a_transactional_test():
    fill(1)  # the first half commits a row …


@pytest.mark.django_db(transaction=True)
def test_guard_stands_again_after_a_transactional_test_second_half():
    assert not RegisterEntry.objects.exists()  # … which the teardown removed …
    fill(1)
    assert is_refused(
        "DELETE FROM certificates_registerentry"
    )  # … and the guard is back.


def test_checkpoint_is_signed_once_per_size():
    fill(3)
    first = register.publish_checkpoint(now=NOW)
    assert register.publish_checkpoint(now=NOW) == first
    body = register.read_checkpoint(token=first.token)
    assert body == {
        "origin": register.origin(),
        "size": 3,
        "root": register.root_at(size=3).hex(),
        "at": "2026-11-23T02:00:00Z",
    }
    fill(1)
    assert register.publish_checkpoint(now=NOW).size == 4
    assert Checkpoint.objects.count() == 2


def test_restore_that_falls_behind_a_checkpoint_refuses_to_append(
    django_capture_on_commit_callbacks,
):
    fill(3)
    with django_capture_on_commit_callbacks(execute=True):
        register.publish_checkpoint(now=NOW)
    with lifted_append_only():  # yesterday's backup comes back
        for table in ("registerentry", "registernode", "checkpoint"):
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM certificates_{table}")
        RegisterHead.objects.update(size=0)
        fill_nothing = append_entries
    with pytest.raises(RegisterBehind):
        fill_nothing(entries=[NewEntry(EntryKind.ISSUE, "0" * 64)], now=NOW)
    assert "the register is behind a published checkpoint" in list(find_breaks())
    assert not RegisterEntry.objects.exists()


def test_another_installation_is_no_restore(django_capture_on_commit_callbacks):
    private_storage().save("register/of-another-log.json", ContentFile(b"x"))
    assert fill(1) == [0]


# --- the audit names the first break ---


def break_with(sql, *params):
    with lifted_append_only(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_register_in_order_passes_the_audit(filled, capsys):
    call_command("audit_register")
    assert "2 entries, all in order" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        (
            "UPDATE certificates_registerentry SET leaf = 'x' WHERE \"index\" = 0",
            "entry 0: the leaf does not have its hash",
        ),
        (
            'DELETE FROM certificates_registerentry WHERE "index" = 0',
            "entry 0 is missing",
        ),
        (
            "UPDATE certificates_registernode SET position = 7 WHERE level = 1",
            "entry 1: node 1/0 does not follow",
        ),
        (
            "UPDATE certificates_checkpoint SET token = 'x'",
            "checkpoint 2: signature refused (malformed)",
        ),
        (
            "UPDATE certificates_checkpoint SET size = 9",
            "checkpoint 9 is ahead of the register",
        ),
        (
            "UPDATE certificates_registerhead SET size = 1",
            "the head does not have the size of the register",
        ),
        (
            "UPDATE certificates_certificate SET salt = issuer_salt",
            "{number}: the payload is not what was registered",
        ),
        (
            "UPDATE certificates_certificate SET number = 'AX-2026-000001-00000000'",
            "AX-2026-000001-00000000: the payload has another number",
        ),
        (
            "UPDATE certificates_certificate SET state = 'issued'",
            "{number}: revoked, but the row says otherwise",
        ),
        (
            "UPDATE certificates_revocation SET reason = 'holder_request'",
            "{number}: the revocation is not what was registered",
        ),
        (
            "DELETE FROM certificates_revocation",
            "{number}: revoked without a revocation",
        ),
        (
            "UPDATE certificates_numberseries SET last_serial = 5",
            "series AX-2026: serials have a gap",
        ),
    ],
)
def test_audit_names_what_was_changed(filled, sql, sentence):
    if "issuer_salt" in sql:
        Certificate.objects.update(salt=b"0" * 32)
    else:
        break_with(sql)
    expected = sentence.format(number=filled.number)
    breaks = list(find_breaks())
    assert expected in breaks
    with pytest.raises(CommandError) as failed:
        call_command("audit_register")
    assert failed.value.returncode == 1
    assert str(failed.value) == breaks[0]


def test_audit_notices_a_changed_or_lost_document(certificate, private_files):
    file = next(private_files.rglob("*.pdf"))
    file.write_bytes(file.read_bytes() + b" ")
    assert list(find_breaks()) == [f"{certificate.number}: the document was changed"]
    file.unlink()
    assert list(find_breaks()) == [f"{certificate.number}: the document is missing"]


def test_audit_notices_a_deleted_certificate(certificate):
    Certificate.objects.all().delete()
    NumberSeries.objects.all().delete()
    assert list(find_breaks()) == ["entry 0: its certificate was deleted"]


@pytest.mark.django_db(transaction=True)
def test_threads_append_without_gap_or_fork():
    at_once(*[partial(fill, 2)] * 5)
    assert register.register_size() == 10
    register.publish_checkpoint(now=NOW + timedelta(days=1))
    assert tree_breaks() == []
