from cms.models.base import BasePage, SourcedPage
from cms.models.citations import Citation
from cms.models.glossary import GlossaryTerm
from cms.models.guidance import (
    ChecklistIndexPage,
    ChecklistPage,
    FaqIndexPage,
    FaqPage,
    TopicIndexPage,
    TopicPage,
)
from cms.models.home import HomePage
from cms.models.laws import LawIndexPage, LawPage, LawVersionPage, Provision
from cms.models.library import (
    CaseIndexPage,
    CasePage,
    CaseTag,
    PolicyIndexPage,
    PolicyPage,
    PolicyTag,
)
from cms.models.search import SearchEntry

__all__ = [
    "BasePage",
    "CaseIndexPage",
    "CasePage",
    "CaseTag",
    "ChecklistIndexPage",
    "ChecklistPage",
    "Citation",
    "FaqIndexPage",
    "FaqPage",
    "GlossaryTerm",
    "HomePage",
    "LawIndexPage",
    "LawPage",
    "LawVersionPage",
    "PolicyIndexPage",
    "PolicyPage",
    "PolicyTag",
    "Provision",
    "SearchEntry",
    "SourcedPage",
    "TopicIndexPage",
    "TopicPage",
]
