"""From a draft to what exams ask: nobody approves their own text."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from exams.domain.authoring import add_item, save_item
from exams.domain.items import revise_item
from exams.domain.papers import choose_items, freeze_items
from exams.domain.reviewing import (
    approve_item,
    ask_recheck,
    confirm_recheck,
    reopen_item,
    restore_revision,
    retire_item,
    return_item,
    submit_item,
)
from exams.errors import ReviewRefused, TextChanged
from exams.models import Item, ItemReview, ItemRevision
from lms.audit.models import AuditEvent
from lms.core.errors import AppendOnlyError
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    ItemBankFactory,
    content_for,
    make_fixed_paper,
    make_item,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def at(hours):
    return T0 + timedelta(hours=hours)


@pytest.fixture
def bank():
    return ItemBankFactory()


@pytest.fixture
def author():
    return UserFactory()


@pytest.fixture
def reviewer():
    return UserFactory()


@pytest.fixture
def draft(bank, author):
    return add_item(
        bank=bank,
        type_name="true_false",
        content=content_for("true_false"),
        citations=[],
        by=author,
        now=at(0),
    )


def fresh(item):
    return (
        Item.objects.non_polymorphic()
        .select_related("bank", "parent", "current_revision", "draft_revision")
        .get(pk=item.pk)
    )


def write(item, stem, by, hours, **facts):
    return save_item(
        item=fresh(item),
        content=fresh(item).newest_revision.content | {"stem": stem},
        citations=[],
        based_on=None,
        by=by,
        now=at(hours),
        **facts,
    )


def asked(item):
    """The stems that a paper with this item shows."""
    paper = make_fixed_paper([item])
    chosen = choose_items(paper=paper, rng=Random(1), on=T0.date())
    frozen = freeze_items(paper=paper, chosen=chosen, rng=Random(1))
    return [one["stem"] for one in frozen.blob["items"]]


def state(item):
    item = fresh(item)
    return item.status, item.pending


def refusal_of(step, **given):
    """Return the code with which a step is refused; one that is not fails."""
    with pytest.raises(ReviewRefused) as refusal:
        step(**given)
    return refusal.value.code


def test_an_item_goes_from_draft_by_review_into_use(draft, author, reviewer):
    assert state(draft) == ("draft", "draft")
    submit_item(item=fresh(draft), by=author, now=at(1))
    assert state(draft) == ("draft", "in_review")
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    assert state(draft) == ("reviewed", "")
    steps = ItemReview.objects.filter(item=draft).values_list("step", "by")
    assert list(steps) == [("submitted", author.pk), ("approved", reviewer.pk)]
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["item_written", "item_reviewed", "item_reviewed"]


def test_nobody_approves_their_own_text(draft, author, reviewer):
    submit_item(item=fresh(draft), by=reviewer, now=at(1))
    code = refusal_of(approve_item, item=fresh(draft), by=author, now=at(2))
    assert code == "own_text"
    assert state(draft) == ("draft", "in_review")


def test_who_changed_it_since_the_last_approval_is_an_author_too(
    draft, author, reviewer
):
    third = UserFactory()
    write(draft, "改过一次", third, 1)
    submit_item(item=fresh(draft), by=author, now=at(2))
    code = refusal_of(approve_item, item=fresh(draft), by=third, now=at(3))
    assert code == "own_text"
    approve_item(item=fresh(draft), by=reviewer, now=at(3))
    write(draft, "再改一次", reviewer, 4)
    submit_item(item=fresh(draft), by=reviewer, now=at(5))
    code = refusal_of(approve_item, item=fresh(draft), by=reviewer, now=at(6))
    assert code == "own_text"
    approve_item(item=fresh(draft), by=author, now=at(6))
    assert fresh(draft).content["stem"] == "再改一次"


def test_exams_ask_the_approved_text_until_the_next_is_approved(
    draft, author, reviewer
):
    submit_item(item=fresh(draft), by=author, now=at(1))
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    write(draft, "新的说法", author, 3)
    assert state(draft) == ("reviewed", "draft")
    assert asked(draft) == ["下列说法正确的是"]
    submit_item(item=fresh(draft), by=author, now=at(4))
    assert asked(draft) == ["下列说法正确的是"]
    approve_item(item=fresh(draft), by=reviewer, now=at(5))
    assert asked(draft) == ["新的说法"]
    assert fresh(draft).draft_revision is None


def test_a_change_during_the_review_has_to_be_sent_again(draft, author, reviewer):
    submit_item(item=fresh(draft), by=author, now=at(1))
    write(draft, "改过", author, 2)
    assert state(draft) == ("draft", "draft")
    code = refusal_of(approve_item, item=fresh(draft), by=reviewer, now=at(3))
    assert code == "not_in_review"


def test_back_to_the_text_in_use_leaves_nothing_to_approve(draft, author, reviewer):
    submit_item(item=fresh(draft), by=author, now=at(1))
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    write(draft, "改过", author, 3)
    write(draft, "下列说法正确的是", author, 4)
    assert state(draft) == ("reviewed", "")
    assert ItemRevision.objects.filter(item=draft).count() == 2


def test_it_is_sent_back_with_a_reason(draft, author, reviewer):
    submit_item(item=fresh(draft), by=author, now=at(1))
    code = refusal_of(return_item, item=fresh(draft), note=" ", by=reviewer, now=at(2))
    assert code == "no_reason"
    return_item(item=fresh(draft), note="选项有歧义", by=reviewer, now=at(2))
    assert state(draft) == ("draft", "draft")
    assert ItemReview.objects.last().note == "选项有歧义"


def test_sent_twice_is_sent_once_and_nothing_changed_is_not_sent(
    draft, author, reviewer
):
    submit_item(item=fresh(draft), by=author, now=at(1))
    submit_item(item=fresh(draft), by=author, now=at(1))
    assert ItemReview.objects.count() == 1
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    code = refusal_of(submit_item, item=fresh(draft), by=author, now=at(3))
    assert code == "nothing_to_review"


def test_a_key_that_was_corrected_meanwhile_is_not_overwritten(draft, author, reviewer):
    submit_item(item=fresh(draft), by=author, now=at(1))
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    write(draft, "改过", author, 3)
    submit_item(item=fresh(draft), by=author, now=at(4))
    item = fresh(draft)
    # A correction takes the newer number while the draft is looked at.
    kept = item.draft_revision
    revise_item(
        item=item, content=item.content | {"correct": True}, by=reviewer, now=at(5)
    )
    Item.objects.non_polymorphic().filter(pk=item.pk).update(draft_revision=kept)
    third = UserFactory()
    code = refusal_of(approve_item, item=fresh(draft), by=third, now=at(6))
    assert code == "text_outdated"


def test_a_retired_item_rests_and_can_be_taken_up_again(draft, author, reviewer):
    submit_item(item=fresh(draft), by=author, now=at(1))
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    retire_item(item=fresh(draft), by=author, now=at(3))
    retire_item(item=fresh(draft), by=author, now=at(3))
    assert state(draft) == ("retired", "")
    assert not Item.objects.non_polymorphic().usable(T0.date()).exists()
    assert refusal_of(submit_item, item=fresh(draft), by=author, now=at(4)) == "retired"
    reopen_item(item=fresh(draft), by=author, now=at(4))
    assert state(draft) == ("draft", "draft")
    code = refusal_of(reopen_item, item=fresh(draft), by=author, now=at(5))
    assert code == "not_retired"
    assert ItemReview.objects.filter(step="retired").count() == 1


def test_an_item_in_doubt_rests_until_somebody_looked(draft, author, reviewer):
    submit_item(item=fresh(draft), by=author, now=at(1))
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    ask_recheck(item=fresh(draft), note="第二十八条已修改", by=author, now=at(3))
    assert state(draft) == ("needs_recheck", "")
    assert not Item.objects.non_polymorphic().usable(T0.date()).exists()
    confirm_recheck(item=fresh(draft), by=author, now=at(4))
    assert state(draft) == ("reviewed", "")
    code = refusal_of(confirm_recheck, item=fresh(draft), by=author, now=at(5))
    assert code == "nothing_to_recheck"


def test_a_case_and_its_parts_are_approved_together(bank, author, reviewer):
    case = add_item(
        bank=bank,
        type_name="case",
        content={"stem": "有限空间", "explanation": ""},
        citations=[],
        by=author,
        now=at(0),
    )
    code = refusal_of(submit_item, item=fresh(case), by=author, now=at(1))
    assert code == "case_empty"

    def part(stem, hours):
        return add_item(
            bank=bank,
            type_name="true_false",
            content=content_for("true_false", stem=stem),
            citations=[],
            by=author,
            now=at(hours),
            parent=fresh(case),
        )

    first = part("先通风", 1)
    submit_item(item=fresh(first), by=author, now=at(2))
    approve_item(item=fresh(case), by=reviewer, now=at(3))
    assert (state(case), state(first)) == (("reviewed", ""), ("reviewed", ""))
    part("再检测", 4)
    assert state(case) == ("reviewed", "draft")
    assert asked(case) == ["先通风"]
    submit_item(item=fresh(case), by=author, now=at(5))
    approve_item(item=fresh(case), by=reviewer, now=at(6))
    assert asked(case) == ["先通风", "再检测"]
    retire_item(item=fresh(first), by=author, now=at(7))
    assert asked(case) == ["再检测"]
    last = case.children.non_polymorphic().get(status="reviewed")
    code = refusal_of(retire_item, item=fresh(last), by=author, now=at(8))
    assert code == "last_part"


def test_an_older_text_is_restored_as_a_new_draft(draft, author, reviewer):
    submit_item(item=fresh(draft), by=author, now=at(1))
    approve_item(item=fresh(draft), by=reviewer, now=at(2))
    write(draft, "第二稿", author, 3)
    write(draft, "第三稿", author, 4)
    second = draft.revisions.get(number=2)
    restore_revision(item=fresh(draft), revision=second, by=author, now=at(5))
    item = fresh(draft)
    assert item.newest_revision.content["stem"] == "第二稿"
    assert item.newest_revision.number == 4
    assert item.content["stem"] == "下列说法正确的是"


def test_history_is_never_changed(draft):
    submit_item(item=fresh(draft), by=UserFactory(), now=at(1))
    with pytest.raises(AppendOnlyError):
        ItemReview.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        ItemRevision.objects.all().update(number=9)


def test_a_text_over_a_newer_one_is_refused(draft, author):
    opened = fresh(draft).newest_revision.pk
    write(draft, "别人的", UserFactory(), 1)
    with pytest.raises(TextChanged):
        save_item(
            item=fresh(draft),
            content=content_for("true_false", stem="我的"),
            citations=[],
            based_on=opened,
            by=author,
            now=at(2),
        )


def test_facts_beside_the_text_count_at_once_and_are_recorded(bank, author):
    item = make_item(bank, "true_false")
    write(item, "下列说法正确的是", author, 1, difficulty=5)
    assert (fresh(item).difficulty, state(item)) == (5, ("reviewed", ""))
    (event,) = AuditEvent.objects.filter(verb="item_written")
    assert event.data["fields"] == ["difficulty"]
