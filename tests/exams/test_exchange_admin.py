"""Import, export and print in the editors' admin, and who may."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from exams.domain.exchange.workbooks import template
from exams.models import ItemImport, PaperPrint
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.exams import (
    ItemBankFactory,
    make_blueprint,
    make_fixed_paper,
    make_item,
    make_items,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def client_for(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor():
    return client_for(SuperuserFactory())


@pytest.fixture
def outsider():
    """Somebody in the admin who owns no bank."""
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return client_for(user)


@pytest.fixture
def bank():
    return ItemBankFactory(slug="b1")


def upload(client, bank, data=None, **more):
    data = template(format_name="xlsx", english=False) if data is None else data
    file = SimpleUploadedFile("题目.xlsx", data)
    fields = {"bank": bank.pk, "file": file, "format_name": "auto"}
    return client.post(
        reverse("item_imports"), fields | {"policy": "all_or_nothing"} | more
    )


def test_check_then_import_then_undo(editor, bank, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(editor, bank, check="1")
    assert bank.items.count() == 0
    page = editor.get(answer.url).content.decode()
    assert "可以导入" in page
    checked = ItemImport.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        answer = editor.post(reverse("item_import_checked", args=[checked.public_id]))
    assert bank.items.count() == 5
    done = ItemImport.objects.first()
    page = editor.get(answer.url)
    assert "Refresh" not in page
    editor.post(reverse("item_import_undo", args=[done.public_id]))
    assert set(bank.items.values_list("status", flat=True)) == {"retired"}


def test_a_file_that_waits_refreshes_its_page(editor, bank):
    answer = upload(editor, bank)
    page = editor.get(answer.url)
    assert page["Refresh"] == "3"


def test_remarks_are_listed_and_returned_as_a_workbook(
    editor, bank, django_capture_on_commit_callbacks
):
    data = "题型,题干,选项A,选项B,答案\n单选题,问,一,二,Z\n".encode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(editor, bank, data)
    page = editor.get(answer.url).content.decode()
    assert "第 2 行" in page
    one = ItemImport.objects.get()
    book = editor.get(reverse("item_import_report", args=[one.public_id]))
    assert book.content[:2] == b"PK"


def test_export_shows_the_losses_first(editor, bank):
    make_item(bank, "order", code="ORD-1")
    fields = {"bank": bank.pk, "format_name": "gift"}
    page = editor.post(reverse("item_export"), fields)
    assert "ORD-1" in page.content.decode()
    file = editor.post(reverse("item_export"), fields | {"anyway": "1"})
    assert "attachment" in file["Content-Disposition"]
    whole = editor.post(reverse("item_export"), fields | {"format_name": "xlsx"})
    assert whole.content[:2] == b"PK"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["xlsx", "csv"])
def test_templates_can_be_downloaded(editor, language, name):
    address = reverse("item_import_template", args=[language, name])
    assert editor.get(address).status_code == 200


def test_others_see_neither_banks_nor_imports_nor_papers(
    editor, outsider, bank, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        upload(editor, bank)
    before = bank.items.count()
    one = ItemImport.objects.get()
    paper = make_fixed_paper(make_items(2, bank=bank))
    editor.post(reverse("paper_prints", args=[paper.pk]))
    printed = PaperPrint.objects.get()
    for name, key in (
        ("item_import", one.public_id),
        ("item_import_report", one.public_id),
        ("paper_preview", paper.pk),
        ("paper_prints", paper.pk),
        ("paper_print_key", printed.public_id),
    ):
        assert outsider.get(reverse(name, args=[key])).status_code == 404
    for name in ("item_import_undo", "item_import_checked"):
        answer = outsider.post(reverse(name, args=[one.public_id]))
        assert answer.status_code == 404
    answer = upload(outsider, bank)
    assert answer.status_code == 200
    assert ItemImport.objects.count() == 1
    export = outsider.post(
        reverse("item_export"), {"bank": bank.pk, "format_name": "xlsx"}
    )
    assert export.status_code == 302
    assert bank.items.count() == before + 2


def test_visitors_are_sent_to_the_sign_in(bank):
    assert Client().get(reverse("item_imports")).status_code == 302


def test_print_and_download(editor, bank):
    paper = make_fixed_paper(make_items(3, bank=bank))
    editor.post(reverse("paper_prints", args=[paper.pk]))
    printed = PaperPrint.objects.get()
    assert (
        "001" in editor.get(reverse("paper_prints", args=[paper.pk])).content.decode()
    )
    for name in ("paper_print_paper", "paper_print_sheet"):
        for version in "AB":
            pdf = editor.get(reverse(name, args=[printed.public_id, version]))
            assert pdf.content[:5] == b"%PDF-"
    missing = editor.get(reverse("paper_print_paper", args=[printed.public_id, "C"]))
    assert missing.status_code == 404


def test_the_preview_shows_a_draw_or_says_why_not(editor, bank):
    make_items(2, bank=bank)
    section = {"type": "choice", "cardinality": "single", "score": 1}
    good = make_blueprint([bank], [section | {"count": 2}])
    short = make_blueprint([bank], [section | {"count": 9}])
    page = editor.get(reverse("paper_preview", args=[good.pk])).content.decode()
    assert page.count('class="exam-item"') == 2
    assert "第二十八条" not in page
    page = editor.get(reverse("paper_preview", args=[short.pk])).content.decode()
    assert 'role="alert"' in page
