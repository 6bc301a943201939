"""Laws and library pages: a valid minimum; publishing is the test's own step."""

from datetime import date
from typing import Any

import factory
import wagtail_factories

from cms.domain.law_documents import ImportedLaw, import_law
from cms.enums import AccidentLevel, PolicyScope
from cms.models import (
    CaseIndexPage,
    CasePage,
    FaqIndexPage,
    FaqPage,
    PolicyIndexPage,
    PolicyPage,
)


def chinese(index_class: type) -> Any:
    return index_class.objects.get(locale__language_code="zh-hans")


class FaqPageFactory(wagtail_factories.PageFactory):
    title = factory.Sequence(lambda n: f"第{n}个问题怎么办？")
    slug = factory.Sequence(lambda n: f"question-{n}")
    parent = factory.LazyFunction(lambda: chinese(FaqIndexPage))
    locale = factory.SelfAttribute("parent.locale")
    answer = "照章办事。"
    category = "教育培训"

    class Meta:
        model = FaqPage


class CasePageFactory(wagtail_factories.PageFactory):
    title = factory.Sequence(lambda n: f"第{n}起事故")
    slug = factory.Sequence(lambda n: f"case-{n}")
    parent = factory.LazyFunction(lambda: chinese(CaseIndexPage))
    locale = factory.SelfAttribute("parent.locale")
    occurred_on = date(2015, 8, 12)
    industry = "化工"
    accident_type = "爆炸"
    level = AccidentLevel.MAJOR

    class Meta:
        model = CasePage


class PolicyPageFactory(wagtail_factories.PageFactory):
    title = factory.Sequence(lambda n: f"第{n}号通知")
    slug = factory.Sequence(lambda n: f"policy-{n}")
    parent = factory.LazyFunction(lambda: chinese(PolicyIndexPage))
    locale = factory.SelfAttribute("parent.locale")
    issued_on = date(2022, 5, 1)
    scope = PolicyScope.NATIONAL

    class Meta:
        model = PolicyPage


def law_document(
    articles: dict[str, str], *, effective: str = "2021-09-01", **values: Any
) -> dict[str, Any]:
    """Return a law in our JSON form: one chapter, articles by number."""
    rows = [{"number": number, "text": text} for number, text in articles.items()]
    return {
        "slug": "sample-law",
        "title": "样例安全法",
        "short_title": "样例法",
        "level": "law",
        "effective": effective,
        "chapters": [{"number": 1, "title": "总则", "articles": rows}],
    } | values


def make_law(
    articles: dict[str, str],
    *,
    effective: str = "2021-09-01",
    wid_map: dict[str, str] | None = None,
    **values: Any,
) -> ImportedLaw:
    """Import and publish a small law; see `law_document`."""
    return import_law(
        document=law_document(articles, effective=effective, **values), wid_map=wid_map
    )
