"""The front door. What a signed-in person has to do is fetched apart, by htmx."""

from typing import Any

from django.http import HttpRequest

from cms.contexts import builds_context_of
from cms.domain.glossary import popular_terms
from cms.domain.library_queries import (
    asked_questions,
    counts_of,
    featured_case,
    newest_policies,
)
from cms.models import HomePage
from cms.models.base import points_in

TERMS = 3
TERM_LENGTH = 24
QUESTIONS = 4


@builds_context_of(HomePage)
def home_context(page: HomePage, request: HttpRequest) -> dict[str, Any]:
    language = page.locale.language_code
    case = featured_case(language=language)
    terms = popular_terms(language=language)
    return {
        "terms": [term for term in terms if len(term) <= TERM_LENGTH][:TERMS],
        "policies": newest_policies(language=language, limit=3),
        "case": case,
        "lesson": next(iter(points_in(case.lessons)), "") if case else "",
        "questions": asked_questions(language=language, limit=QUESTIONS),
        "counts": counts_of(language=language),
    }
