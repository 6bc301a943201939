from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet


@register_snippet
class GlossaryTerm(models.Model):
    """A term of the law, and the words that people really type for it."""

    term = models.CharField(_("term"), max_length=80, unique=True)
    pinyin = models.CharField(_("pinyin"), max_length=160, blank=True)
    english = models.CharField(_("English"), max_length=160, blank=True)
    definition = models.TextField(_("definition"), blank=True)
    definition_english = models.TextField(_("definition in English"), blank=True)
    synonyms = models.JSONField(_("what people type"), default=list, blank=True)
    law_slug = models.CharField(_("law"), max_length=255, blank=True)
    articles = models.JSONField(_("articles"), default=list, blank=True)

    panels = [
        FieldPanel("term"),
        FieldPanel("pinyin"),
        FieldPanel("english"),
        FieldPanel("definition"),
        FieldPanel("definition_english"),
        FieldPanel("synonyms"),
        FieldPanel("law_slug"),
        FieldPanel("articles"),
    ]

    class Meta:
        ordering = ["term"]
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")

    def __str__(self) -> str:
        return self.term
