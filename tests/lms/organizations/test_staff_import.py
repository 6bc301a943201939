"""A staff list from the file to the enterprise: who joins, is asked, moves, leaves."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from lms.accounts.domain.identity import find_by_identity_document
from lms.accounts.models import IdentityDocument, User
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.enums import JobState
from lms.core.sheets.refusals import remark_from_json
from lms.notifications.models import Message
from lms.organizations.domain.members import NewMember, add_member, end_membership
from lms.organizations.domain.staff_import import importing, writing
from lms.organizations.domain.staff_import.importing import (
    is_complete,
    leavers_of,
    run_import,
    submit_import,
    take_checked,
    wake_imports,
)
from lms.organizations.domain.staff_import.messages import message_of
from lms.organizations.domain.staff_import.reading import MAX_FILE_BYTES
from lms.organizations.domain.staff_import.words import CATEGORIES, KINDS, word_for
from lms.organizations.domain.staff_import.workbooks import returned_workbook, template
from lms.organizations.enums import (
    ImportPolicy,
    MembershipKind,
    MembershipState,
    PositionCategory,
)
from lms.organizations.errors import StaffImportRefused
from lms.organizations.models import Department, Membership, Position, StaffImport
from tests.factories.organizations import (
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
HEAD = "姓名,工号,手机号,邮箱,身份证号,部门,岗位,岗位类别,入职日期,离职日期"
ID_ONE, ID_TWO = "11010519491231002X", "110101199001010015"


@pytest.fixture
def organization():
    return OrganizationFactory()


def csv_file(*rows, encoding="utf-8"):
    return "\r\n".join([HEAD, *rows]).encode(encoding)


def run(organization, data, filename="staff.csv", **options):
    staff_import = submit_import(
        organization=organization,
        file=io.BytesIO(data),
        size=len(data),
        filename=filename,
        by=None,
        **options,
    )
    run_import(import_id=staff_import.pk)
    staff_import.refresh_from_db()
    assert staff_import.state == JobState.DONE, staff_import.error
    return staff_import


def codes(staff_import):
    return [(r["code"], r["place"]["row"], r["place"]["column"])
            for r in staff_import.remarks]  # fmt: skip


def members(organization):
    rows = Membership.objects.filter(organization=organization)
    return {m.listed_name: m for m in rows.with_people()}


def test_people_departments_and_positions_come_in(organization):
    done = run(
        organization,
        csv_file(
            f"张三,A1,13800000001,,{ID_ONE},生产部/冲压车间/甲班,冲压工,特种作业人员,2026/3/1,",
            "李四,A2,,LI@Example.com,,生产部 / 冲压车间,安全员,安全员,,",
        ),
    )

    assert is_complete(done)
    assert (done.total, done.taken, done.refused) == (2, 2, 0)
    assert done.counts == {"joined": 2}
    zhang, li = members(organization)["张三"], members(organization)["李四"]
    assert (zhang.state, zhang.employee_number) == (MembershipState.ACTIVE, "A1")
    assert zhang.starts_on == date(2026, 3, 1)
    assert zhang.department.name == "甲班"
    assert zhang.department.parent == li.department
    assert zhang.position.category == "special_operator"
    assert li.position.category == "safety_manager"
    assert zhang.user.mobile == "13800000001"
    assert not zhang.user.has_usable_password()
    assert find_by_identity_document(type="resident_id", number=ID_ONE) == zhang.user
    assert zhang.user.identity_documents.get().reveal() == ID_ONE
    assert li.user.email == "li@example.com"
    event = AuditEvent.objects.get(verb=Verb.STAFF_IMPORTED)
    assert event.data == {"rows": [2, 3], "counts": {"joined": 2}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_are_recognized(organization, encoding):
    done = run(organization, csv_file("王五,A1,,,,车间,,,,", encoding=encoding))

    assert done.counts == {"joined": 1}
    assert list(members(organization)) == ["王五"]


@pytest.mark.parametrize("english", [False, True])
@pytest.mark.parametrize("format_name", ["xlsx", "csv"])
def test_the_template_can_be_imported_as_it_is(organization, format_name, english):
    data = template(format_name=format_name, english=english)

    done = run(organization, data, filename=f"t.{format_name}")

    assert (done.counts, done.remarks) == ({"joined": 2}, [])
    kinds = Membership.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["employee", "part_time"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_words_of_the_exported_lists_are_understood(language):
    with translation.override(language):
        for choices, words in (
            (MembershipKind.choices, KINDS),
            (PositionCategory.choices, CATEGORIES),
        ):
            read = {word_for(str(label), words): value for value, label in choices}
            assert read == {value: value for value, _label in choices}


def test_a_dry_run_writes_nothing(organization):
    done = run(organization, csv_file("张三,A1,,,,新部门,新岗位,,,"), is_dry_run=True)

    assert is_complete(done)
    assert (done.counts, done.taken) == ({"joined": 1}, 0)
    assert not members(organization)
    assert not Department.objects.exists()
    assert not Position.objects.exists()
    taken = take_checked(checked=done, policy=done.policy, by=None)
    run_import(import_id=taken.pk)
    assert list(members(organization)) == ["张三"]


def test_the_same_file_again_changes_nothing(organization):
    data = csv_file(f"张三,A1,13800000001,,{ID_ONE},车间,冲压工,,,", "李四,A2,,,,,,,,")
    run(organization, data)
    before = list(Membership.objects.values_list("pk", "updated_at"))

    again = run(organization, data)

    assert (again.counts, again.taken) == ({"unchanged": 2}, 0)
    assert list(Membership.objects.values_list("pk", "updated_at")) == before
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    "cells",
    ["张三,Z9,13811112222,other@example.com,,,", f"张三,Z9,,new@example.com,{ID_ONE},,",
     "张三,Z9,13899998888,zhang@example.com,,,"],
)  # fmt: skip
def test_an_existing_person_is_asked_and_keeps_everything(organization, cells):
    elsewhere = add_member(
        organization=OrganizationFactory(),
        member=NewMember(
            name="张三丰",
            mobile="13811112222",
            email="zhang@example.com",
            identity_number=ID_ONE,
        ),
        by=None,
    )
    person = elsewhere.user
    before = User.objects.filter(pk=person.pk).values().get()

    done = run(organization, csv_file(f"{cells},,,"))

    assert done.counts == {"asked": 1}
    membership = Membership.objects.get(organization=organization)
    assert (membership.user, membership.state) == (person, MembershipState.PENDING)
    assert membership.listed_name == "张三"
    assert User.objects.filter(pk=person.pk).values().get() == before
    assert IdentityDocument.objects.count() == 1
    assert Message.objects.filter(recipient=person).count() == 1


def test_moves_change_only_what_the_row_says(organization):
    run(
        organization,
        csv_file("张三,A1,,,,甲车间,冲压工,,,", "李四,A2,,,,甲车间,焊工,,,"),
    )

    done = run(organization, csv_file("张三,A1,,,,乙车间,,,,", "李四,A2,,,,,,,,"))

    assert done.counts == {"moved": 1, "unchanged": 1}
    zhang = members(organization)["张三"]
    assert (zhang.department.name, zhang.position.name) == ("乙车间", "冲压工")


def test_leavers_leave_and_come_back_only_when_they_say_so(organization):
    run(organization, csv_file(f"张三,A1,,,{ID_ONE},车间,,,2026-01-05,"))

    left = run(organization, csv_file(f"张三,A1,,,{ID_ONE},,,,,2026-02-01"))
    back = run(organization, csv_file(f"张三,B7,,,{ID_ONE},车间,,,2026-06-01,"))

    assert (left.counts, back.counts) == ({"left": 1}, {"rehired": 1})
    first, second = Membership.objects.order_by("pk")
    assert (first.state, first.ends_on) == (MembershipState.ENDED, date(2026, 2, 1))
    assert (second.state, second.user) == (MembershipState.PENDING, first.user)


def test_a_complete_list_ends_who_is_missing(organization):
    run(organization, csv_file("张三,A1,,,,,,,,", "李四,A2,,,,,,,,"))
    stranger = MembershipFactory()
    data = csv_file("张三,A1,,,,,,,,")

    checked = run(organization, data, is_complete_list=True, is_dry_run=True)
    assert checked.counts == {"left": 1, "unchanged": 1}
    assert members(organization)["李四"].state == MembershipState.ACTIVE
    run(organization, data, is_complete_list=True)

    assert members(organization)["李四"].state == MembershipState.ENDED
    assert members(organization)["张三"].state == MembershipState.ACTIVE
    stranger.refresh_from_db()
    assert stranger.state == MembershipState.ACTIVE


def test_who_came_since_the_check_is_nobody_s_leaver(organization):
    run(organization, csv_file("张三,A1,,,,,,,,", "李四,A2,,,,,,,,"))
    data = csv_file("张三,A1,,,,,,,,")
    checked = run(organization, data, is_complete_list=True, is_dry_run=True)
    run(organization, csv_file("王五,A3,,,,,,,,"))

    taken = take_checked(checked=checked, policy=checked.policy, by=None)
    run_import(import_id=taken.pk)

    assert [m.listed_name for m in leavers_of(checked)] == ["李四"]
    assert {name: m.state for name, m in members(organization).items()} == {
        "张三": MembershipState.ACTIVE,
        "李四": MembershipState.ENDED,
        "王五": MembershipState.ACTIVE,
    }


def test_a_list_without_our_headings_says_what_it_holds(organization):
    done = run(organization, "名字,编码,单位\n张三,1,2".encode())

    assert "名字 | 编码 | 单位" in message_of(remark_from_json(done.remarks[0]))


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (",A1,,,,,,,,", "name_missing", "name"),
        ("=1+1,A1,,,,,,,,", "name_form", "name"),
        ("'=cmd|' /C calc'!A0,A1,,,,,,,,", "name_form", "name"),
        ("@SUM(A1),A1,,,,,,,,", "name_form", "name"),
        ("张三,,,,,,,,,", "nothing_to_know_by", "name"),
        ("张三,A 1!,,,,,,,,", "invalid", "number"),
        ("张三,A1,12345,,,,,,,", "invalid", "mobile"),
        ("张三,A1,,nobody,,,,,,", "invalid", "email"),
        ("张三,A1,,,110105194912310021,,,,,", "invalid", "identity"),
        ("张三,A1,,,,,冲压工,宇航员,,", "word_unknown", "category"),
        ("张三,A1,,,,,,,2026-02-30,", "day", "starts_on"),
        ("张三,A1,,,,,,,明天,", "day", "starts_on"),
        ("张三,A1,,,,,,,2026-02-03,2026-02-01", "period", "ends_on"),
        ("张三,A1,,,,a/b/c/d/e/f/g/h/i,,,,", "department_depth", "department"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_taken(organization, row, code, column):
    done = run(organization, csv_file("李四,A2,,,,,,,,", row))

    assert codes(done) == [(code, 3, column)]
    assert (done.taken, done.refused) == (0, 1)
    assert not is_complete(done)
    assert not members(organization)


def test_a_word_that_is_not_understood_is_answered_with_those_that_are(organization):
    done = run(organization, csv_file("张三,A1,,,,,冲压工,宇航员,,"))

    (remark,) = [remark_from_json(one) for one in done.remarks]
    with translation.override("zh-hans"):
        assert message_of(remark) == (
            "“宇航员”不是这一列可用的词。可以写：主要负责人、安全生产管理人员、"
            "特种作业人员、从业人员、其他人员。"
        )
    with translation.override("en"):
        assert "Safety manager, Special-operation worker" in message_of(remark)


def test_good_rows_are_taken_by_choice(organization):
    rows = ["李四,A2,,,,,,,,", "张三,A1,12345,,,,,,,"]
    done = run(organization, csv_file(*rows), policy=ImportPolicy.GOOD_ROWS)

    assert (done.counts, done.refused) == ({"joined": 1}, 1)
    assert codes(done) == [("invalid", 3, "mobile")]


def test_rows_that_stand_twice_are_named(organization):
    add_member(
        organization=OrganizationFactory(),
        member=NewMember(name="赵六", mobile="13811112222", identity_number=ID_TWO),
        by=None,
    )
    done = run(
        organization,
        csv_file(
            f"张三,A1,13800000001,a@example.com,{ID_ONE},,,,,",
            "李四,A1,,,,,,,,",
            "李四,A3,138 0000 0001,,,,,,,",
            "李四,A4,,A@example.com,,,,,,",
            f"李四,A5,,,{ID_ONE},,,,,",
            "赵六,A6,13811112222,,,,,,,",
            f"赵六,A7,,,{ID_TWO},,,,,",
        ),
    )

    assert codes(done) == [
        ("duplicate", 3, "number"),
        ("duplicate", 4, "mobile"),
        ("duplicate", 5, "email"),
        ("duplicate", 6, "identity"),
        ("duplicate", 8, "name"),
    ]


def test_a_department_of_another_enterprise_is_unknown_here(organization):
    foreign, own = DepartmentFactory(), DepartmentFactory(organization=organization)

    done = run(
        organization,
        csv_file(
            f"张三,A1,,,,{foreign.public_id},,,,", f"李四,A2,,,,{own.public_id},,,,"
        ),
        policy=ImportPolicy.GOOD_ROWS,
    )

    assert codes(done) == [("department_unknown", 2, "department")]
    assert members(organization)["李四"].department == own


def test_a_number_of_somebody_else_moves_nobody(organization):
    run(organization, csv_file("张三,A1,,,,甲车间,,,,"))

    done = run(organization, csv_file("李四,A1,,,,乙车间,,,,"))

    assert codes(done) == [("number_taken", 2, "number")]
    assert members(organization)["张三"].department.name == "甲车间"


def test_numbers_of_another_enterprise_are_free_here(organization):
    MembershipFactory(employee_number="A1")

    assert run(organization, csv_file("张三,A1,,,,,,,,")).counts == {"joined": 1}


def test_returned_workbook_comments_the_bad_cells(organization):
    done = run(organization, csv_file("=1+1,A1,12345,,,,,,,", "李四,A2,,,,,,,,"))

    data = returned_workbook(staff_import=done)

    book = zipfile.ZipFile(io.BytesIO(data))
    comments = book.read("xl/comments1.xml").decode()
    assert 'ref="A2"' in comments
    assert 'ref="C2"' in comments
    assert "手机" in comments
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xd0\xcf\x11\xe0 old", "old_xls"),
        (b"PK\x03\x04 broken", "zip_damaged"),
        (b"\xff\x00\x81\x00", "encoding"),
        ("甲,乙\n1,2".encode(), "headings_unknown"),
        ("姓名,工号,姓名\n1,2,3".encode(), "heading_twice"),
    ],
)
def test_an_unreadable_file_is_reported_not_raised(organization, data, code):
    done = run(organization, data)

    assert [r["code"] for r in done.remarks] == [code]
    assert not is_complete(done)
    assert returned_workbook(staff_import=done).startswith(b"PK")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(organization):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (150 * 1024 * 1024))

    done = run(organization, out.getvalue(), filename="bomb.xlsx")

    assert [r["code"] for r in done.remarks] == ["zip_too_large"]


def test_a_file_that_is_too_large_is_refused_by_its_size(organization):
    with pytest.raises(StaffImportRefused) as refusal:
        submit_import(
            organization=organization,
            file=io.BytesIO(b""),
            size=MAX_FILE_BYTES + 1,
            filename="x.csv",
            by=None,
        )

    assert refusal.value.code == "file_too_large"
    assert not StaffImport.objects.exists()


def test_a_worker_killed_in_the_middle_leaves_nothing_twice(organization, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    rows = [f"张{n},A{n},,,,车间,冲压工,,," for n in "甲乙丙丁戊"]
    data = csv_file(*rows).replace("A甲".encode(), b"A1")
    staff_import = submit_import(
        organization=organization,
        file=io.BytesIO(data),
        size=len(data),
        filename="x.csv",
        by=None,
    )
    write, calls = writing.StaffWriter.write, []

    def die(self, planned, today):
        calls.append(len(planned))
        count = write(self, planned, today)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return count

    monkeypatch.setattr(writing.StaffWriter, "write", die)
    with pytest.raises(KeyboardInterrupt):
        run_import(import_id=staff_import.pk)
    monkeypatch.setattr(writing.StaffWriter, "write", write)
    staff_import.refresh_from_db()
    assert staff_import.state == JobState.RUNNING
    assert Membership.objects.count() == User.objects.count() == 2

    StaffImport.objects.update(lease_expires_at=clock.now() - timedelta(seconds=1))
    assert wake_imports() == 1
    assert run_import(import_id=staff_import.pk)

    staff_import.refresh_from_db()
    assert staff_import.counts == {"joined": 5}
    assert Membership.objects.count() == User.objects.count() == 5
    assert staff_import.entries.count() == 5


def test_who_lost_the_lease_writes_nothing(organization, monkeypatch):
    data = csv_file("张三,A1,,,,,,,,")
    staff_import = submit_import(
        organization=organization,
        file=io.BytesIO(data),
        size=len(data),
        filename="x.csv",
        by=None,
    )
    write = writing.StaffWriter.write

    def lose(self, planned, today):
        StaffImport.objects.update(claimed_by="another", attempts=2)
        return write(self, planned, today)

    monkeypatch.setattr(writing.StaffWriter, "write", lose)

    assert not run_import(import_id=staff_import.pk)
    assert not members(organization)


def test_new_people_are_invited_once(organization):
    from lms.notifications.models import EmailDelivery

    data = csv_file("张三,A1,,zhang@example.com,,,,,,", "李四,A2,,,,,,,,")
    run(organization, data, sends_invitations=True)
    run(organization, data, sends_invitations=True)

    assert EmailDelivery.objects.filter(to="zhang@example.com").count() == 1


def test_query_count_does_not_grow_with_the_rows(
    organization, django_assert_max_num_queries
):
    rows = [f"张三,A{n},,,,车间,冲压工,,," for n in range(300)]
    data = csv_file(*rows)
    with django_assert_max_num_queries(80):
        assert run(organization, data).counts == {"joined": 300}


def test_command_reports_and_exits(organization, tmp_path, capsys):
    path = tmp_path / "staff.csv"
    path.write_bytes(csv_file("张三,A1,12345,,,,,,,"))
    with pytest.raises(CommandError) as error:
        call_command(
            "import_staff",
            str(path),
            organization=organization.code,
            report=tmp_path / "out.xlsx",
        )
    assert error.value.returncode == 1
    assert (tmp_path / "out.xlsx").read_bytes().startswith(b"PK")
    path.write_bytes(csv_file("张三,A1,,,,,,,,"))
    call_command("import_staff", str(path), organization=organization.code)
    assert "1 rows: 1 joined, 0 refused" in capsys.readouterr().out


def test_who_left_by_hand_is_not_brought_back_without_asking(organization):
    run(organization, csv_file("张三,A1,13800000001,,,,,,2026-01-01,"))
    member = members(organization)["张三"]
    end_membership(membership=member, on=date(2026, 2, 1), by=None, now=clock.now())

    done = run(organization, csv_file("张三,A1,13800000001,,,,,,,"))

    assert done.counts == {"rehired": 1}


def test_a_former_number_and_name_alone_are_named_before_an_account_is_opened(
    organization,
):
    run(organization, csv_file("张三,A1,13800000001,,,,,,2026-01-01,"))
    member = members(organization)["张三"]
    end_membership(membership=member, on=date(2026, 2, 1), by=None, now=clock.now())

    done = run(organization, csv_file("张三,A1,,,,,,,,"), is_dry_run=True)
    other = run(organization, csv_file("李四,A1,,,,,,,,"), is_dry_run=True)

    assert (done.counts, codes(done)) == (
        {"joined": 1},
        [("number_of_former", 2, "number")],
    )
    assert is_complete(done)
    assert "2026-02-01" in message_of(remark_from_json(done.remarks[0]))
    assert (other.counts, other.remarks) == ({"joined": 1}, [])
