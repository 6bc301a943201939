import uuid
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from cms.domain.citations import (
    CitationInput,
    citations_of,
    citations_of_many,
    cited_by,
    clear_citations,
    set_citations,
)
from cms.models import Citation
from tests.factories.cms import make_law

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

KEY = uuid.UUID(int=1)
NOBODY = AnonymousUser()


def cite(*citations, kind="lesson", key=KEY, **values):
    return set_citations(
        source_kind=kind,
        source_key=key,
        citations=citations,
        **{"title": "一节课", "url": "/courses/x/"} | values,
    )


def test_a_citation_stores_law_version_and_eid(amended_law):
    _older, newer = amended_law

    cite(CitationInput("sample-law", "第三条", why="培训"))

    row = Citation.objects.get()
    assert (row.law_key, row.version_label, row.eid, row.wid, row.why) == (
        newer.law.translation_key,
        "2021",
        "art_3",
        "2014:art_2",
        "培训",
    )


def test_a_citation_of_the_old_text_leads_to_the_article_it_became(amended_law):
    cite(CitationInput("sample-law", 2, version="2014"))

    (cited,) = citations_of(source_kind="lesson", source_key=KEY)

    assert (cited.number, cited.number_label, cited.url, cited.has_newer_version) == (
        "3",
        "第三条",
        "/laws/sample-law/art_3/",
        True,
    )


@pytest.mark.parametrize(
    ("day", "number"), [(date(2021, 8, 31), "2"), (date(2021, 9, 1), "3")]
)
def test_a_citation_resolves_to_the_wording_of_a_day(amended_law, day, number):
    cite(CitationInput("sample-law", 3))

    (cited,) = citations_of(source_kind="lesson", source_key=KEY, on=day)

    assert cited.number == number


def test_a_paragraph_that_was_dropped_leads_to_its_article(amended_law):
    cite(CitationInput("sample-law", "art_2__para_1__item_2", version="2014"))
    make_law(
        {"1": "制定本法。", "2": "培训。"},
        effective="2025-01-01",
        wid_map={
            "art_1": "2014:art_1",
            "art_2": "2014:art_2",
        },
    )

    (cited,) = citations_of(source_kind="lesson", source_key=KEY)

    assert (cited.eid, cited.text) == ("art_2", "培训。")


def test_setting_citations_again_replaces_them_and_repeats_nothing(amended_law):
    cite(CitationInput("sample-law", 1), CitationInput("sample-law", 2))

    cite(CitationInput("sample-law", 4), CitationInput("sample-law", 4))

    assert [row.eid for row in Citation.objects.all()] == ["art_4"]


def test_a_law_that_is_not_held_waits_and_resolves_when_it_is_published(db):
    cite(CitationInput("sample-law", 1))
    assert citations_of(source_kind="lesson", source_key=KEY) == []

    make_law({"1": "制定本法。"})

    (cited,) = citations_of(source_kind="lesson", source_key=KEY)
    assert cited.eid == "art_1"


def test_an_article_that_does_not_exist_is_kept_but_not_shown(amended_law):
    cite(CitationInput("sample-law", 999), CitationInput("sample-law", "不是数字"))

    assert citations_of(source_kind="lesson", source_key=KEY) == []
    assert Citation.objects.count() == 2


def test_many_sources_cost_the_same_queries(amended_law, django_assert_num_queries):
    keys = [uuid.UUID(int=number) for number in range(1, 31)]
    for key in keys:
        cite(CitationInput("sample-law", 1), CitationInput("sample-law", 3), key=key)

    with django_assert_num_queries(2):
        found = citations_of_many(source_kind="lesson", source_keys=keys)

    assert {len(cited) for cited in found.values()} == {2}
    assert len(found) == 30


def test_cited_by_counts_citations_of_older_texts_and_of_parts(amended_law):
    cite(CitationInput("sample-law", 2, version="2014"), title="旧课")
    cite(
        CitationInput("sample-law", "art_3__para_1__item_1"),
        kind="case",
        key="c1",
        title="案例",
    )

    found = cited_by(law_slug="sample-law", eid="art_3", user=NOBODY)

    assert [(one.kind, one.title) for one in found] == [
        ("lesson", "旧课"),
        ("case", "案例"),
    ]


def test_items_are_never_shown_not_even_to_staff(amended_law, django_user_model):
    staff = django_user_model(is_staff=True, is_superuser=True)
    cite(CitationInput("sample-law", 3), kind="item", key="i1", title="题目")

    assert cited_by(law_slug="sample-law", eid="art_3", user=staff) == []


@pytest.mark.parametrize("audience", ["organization", "assigned", "package"])
def test_what_belongs_to_an_organization_is_not_shown_to_strangers(
    amended_law, audience
):
    cite(CitationInput("sample-law", 3), audience=audience, organization_id=7)

    assert cited_by(law_slug="sample-law", eid="art_3", user=NOBODY) == []


def test_a_source_in_two_languages_is_listed_once_in_the_readers(amended_law):
    one = CitationInput("sample-law", 3)
    cite(one, title="一节课")
    cite(one, title="A lesson", url="/en/courses/x/", language="en")

    found = cited_by(law_slug="sample-law", eid="art_3", user=NOBODY, language="en")

    assert [(source.title, source.url) for source in found] == [
        ("A lesson", "/en/courses/x/")
    ]


def test_clear_citations_forgets_one_source_only(amended_law):
    cite(CitationInput("sample-law", 1))
    cite(CitationInput("sample-law", 1), key="other")

    clear_citations(source_kind="lesson", source_key=KEY)

    assert [row.source_key for row in Citation.objects.all()] == ["other"]
