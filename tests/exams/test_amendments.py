"""When a law changes, items that cite a changed article wait for a second look."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from cms.domain.citations import CitationInput, set_citations
from cms.enums import CitationSource
from cms.models import Citation
from exams.domain.amendments import mark_amended_items
from exams.domain.reviewing import confirm_recheck
from exams.models import Item, ItemReview
from tests.exams.authoring import body_of
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cms import make_law
from tests.factories.exams import ItemBankFactory, make_item

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def bank():
    return ItemBankFactory()


@pytest.fixture
def old_law():
    return make_law(
        {"1": "为了安全，制定本法。", "2": "应当培训。", "3": "处一万元罚款。"},
        effective="2014-12-01",
        wid_map={},
    )


def amend():
    """Article 1 stays, article 2 becomes 3 unchanged, article 3 becomes 4, changed."""
    return make_law(
        {"1": "为了安全，制定本法。", "2": "新的一条。", "3": "应当培训。",
         "4": "处五万元罚款。"},
        effective="2021-09-01",
        wid_map={"art_1": "2014:art_1", "art_3": "2014:art_2", "art_4": "2014:art_3"},
    )  # fmt: skip


def citing(bank, article, **fields):
    item = make_item(bank, "true_false", **fields)
    set_citations(
        source_kind=CitationSource.ITEM,
        source_key=item.public_id,
        citations=[CitationInput("sample-law", article)],
        title=item.summary,
        url="",
    )
    return item


def status(item):
    return Item.objects.non_polymorphic().get(pk=item.pk).status


def test_only_items_that_cite_another_wording_are_marked(bank, old_law):
    same, moved, changed = (citing(bank, n) for n in ("1", "2", "3"))
    draft = citing(bank, "3", status="draft")
    case = make_item(bank, "case")
    citing(bank, "3", parent=case)
    assert mark_amended_items(on=TODAY, now=NOW) == 0
    amend()
    assert mark_amended_items(on=date(2021, 8, 31), now=NOW) == 0
    assert mark_amended_items(on=TODAY, now=NOW) == 2
    found = [status(one) for one in (same, moved, changed, draft, case)]
    waits = "needs_recheck"
    assert found == ["reviewed", "reviewed", waits, "draft", waits]
    assert "art_3" in ItemReview.objects.filter(item=changed).get().note


def test_what_was_looked_at_is_not_marked_again(bank, old_law):
    item = citing(bank, "3")
    amend()
    mark_amended_items(on=TODAY, now=NOW)
    item = Item.objects.non_polymorphic().get(pk=item.pk)
    confirm_recheck(item=item, by=UserFactory(), now=NOW)
    cited = Citation.objects.get(source_key=str(item.public_id))
    assert (cited.eid, cited.wid) == ("art_4", "2014:art_3")
    assert mark_amended_items(on=TODAY, now=NOW) == 0
    assert status(item) == "reviewed"


def test_saving_a_form_leaves_the_cited_version_as_it_was(bank, old_law):
    """Article 2 of the old text is article 3 now: the number alone would mislead."""
    item = citing(bank, "2")
    before = Citation.objects.values("eid", "wid", "version_label").get()
    amend()
    editor = Client()
    editor.force_login(SuperuserFactory())
    address = reverse("items:edit", args=[item.pk])
    page = editor.get(address)
    assert "样例" in page.content.decode()
    assert editor.post(address, body_of(page)).status_code == 302
    assert Citation.objects.values("eid", "wid", "version_label").get() == before


def test_the_publication_of_a_law_asks_the_worker(
    bank, old_law, django_capture_on_commit_callbacks
):
    item = citing(bank, "3")
    with django_capture_on_commit_callbacks(execute=True):
        amend()
    assert status(item) == "needs_recheck"
