from django.db import models
from django.utils.translation import gettext_lazy as _


class LawLevel(models.TextChoices):
    """Rank of a legal text (Legislation Law of the PRC, chapter V)."""

    LAW = "law", _("Law")
    ADMINISTRATIVE_REGULATION = (
        "administrative_regulation",
        _("Administrative regulation"),
    )
    DEPARTMENTAL_RULE = "departmental_rule", _("Departmental rule")
    LOCAL_REGULATION = "local_regulation", _("Local regulation")
    JUDICIAL_INTERPRETATION = "judicial_interpretation", _("Judicial interpretation")
    STANDARD = "standard", _("Standard")


class ProvisionKind(models.TextChoices):
    CHAPTER = "chapter", _("Chapter")
    SECTION = "section", _("Section")
    ARTICLE = "article", _("Article")
    PARAGRAPH = "paragraph", _("Paragraph")
    ITEM = "item", _("Item")


class PolicyScope(models.TextChoices):
    NATIONAL = "national", _("National")
    INDUSTRY = "industry", _("Industry")
    LOCAL = "local", _("Local")


class AccidentLevel(models.TextChoices):
    """State Council Order 493, article 3."""

    EXCEPTIONALLY_MAJOR = "exceptionally_major", _("Exceptionally major")
    MAJOR = "major", _("Major")
    RELATIVELY_MAJOR = "relatively_major", _("Relatively major")
    ORDINARY = "ordinary", _("Ordinary")


class SourceState(models.TextChoices):
    """How far a text was checked; shown to readers."""

    OFFICIAL = "official", _("Compared with the official text")
    GENERAL_KNOWLEDGE = "general_knowledge", _("Facts from general knowledge")
    TO_BE_CHECKED = "to_be_checked", _("To be checked against the official text")
    UNOFFICIAL_TRANSLATION = "unofficial_translation", _("Unofficial translation")


class CitationSource(models.TextChoices):
    """What cites a provision. Items are never shown in public."""

    LESSON = "lesson", _("Lesson")
    COURSE = "course", _("Course")
    ITEM = "item", _("Item")
    CASE = "case", _("Case")
    POLICY = "policy", _("Policy")
    FAQ = "faq", _("Question")
    CHECKLIST = "checklist", _("Check-list")
    TOPIC = "topic", _("Topic")


class EntryType(models.TextChoices):
    """Types of search results, in the order in which the filter lists them."""

    LAW = "law", _("Laws")
    POLICY = "policy", _("Policies")
    CASE = "case", _("Cases")
    COURSE = "course", _("Courses")
    FAQ = "faq", _("Questions and answers")
    CHECKLIST = "checklist", _("Check-lists")
    TOPIC = "topic", _("Topics")


class Change(models.TextChoices):
    """What happened to a provision between two versions."""

    ADDED = "added", _("Added")
    REMOVED = "removed", _("Removed")
    CHANGED = "changed", _("Changed")
    MOVED = "moved", _("Moved")
