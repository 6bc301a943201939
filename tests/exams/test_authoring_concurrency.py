"""Two people at one item: no text is lost, nothing is approved twice."""

from datetime import UTC, datetime
from functools import partial

import pytest

from exams.domain.authoring import save_item
from exams.domain.reviewing import approve_item, submit_item
from exams.errors import ReviewRefused, TextChanged
from exams.models import Item, ItemReview
from tests.concurrency import at_once as together
from tests.factories.accounts import UserFactory
from tests.factories.exams import ItemBankFactory, content_for, make_item

pytestmark = [
    pytest.mark.unit,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
at_once = partial(
    together,
    refusals=(
        ReviewRefused,
        TextChanged,
    ),
)


def test_of_two_who_save_at_once_one_is_told():
    item = make_item(ItemBankFactory(), "true_false", status="draft")
    opened = item.current_revision_id

    def save(stem, by):
        return lambda: save_item(
            item=item,
            content=content_for("true_false", stem=stem),
            citations=[],
            based_on=opened,
            by=by,
            now=NOW,
        )

    answers = at_once(*(save(f"第{n}稿", UserFactory()) for n in range(4)))
    assert sum(isinstance(one, TextChanged) for one in answers) == 3
    assert list(item.revisions.values_list("number", flat=True)) == [1, 2]


def test_two_reviewers_at_once_approve_once():
    item = make_item(ItemBankFactory(), "true_false", status="draft")
    submit_item(item=item, by=UserFactory(), now=NOW)

    def approve(by):
        return lambda: approve_item(item=item, by=by, now=NOW)

    answers = at_once(*(approve(UserFactory()) for _ in range(3)))
    refused = [one.code for one in answers if isinstance(one, ReviewRefused)]
    assert refused == ["not_in_review"] * 2
    assert ItemReview.objects.filter(step="approved").count() == 1
    assert Item.objects.non_polymorphic().get().status == "reviewed"
