"""A law as work (LawPage), expressions (LawVersionPage) and projected provisions."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.blocks import LawTextBlocks
from cms.enums import EntryType, LawLevel, ProvisionKind
from cms.labels import part_label
from cms.models.base import BasePage, SourcedPage
from cms.querysets import LawVersionManager, ProvisionQuerySet


class LawIndexPage(BasePage):
    parent_page_types = ["cms.HomePage"]
    max_count_per_parent = 1
    template = "cms/law_index_page.html"

    class Meta:
        verbose_name = _("law library")
        verbose_name_plural = _("law libraries")


class LawPage(BasePage):
    """A law as a work, whatever its wording was on a day. Its slug names it."""

    short_title = models.CharField(_("short title"), max_length=120)
    level = models.CharField(
        _("level"), max_length=30, choices=LawLevel.choices, default=LawLevel.LAW
    )
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    document_number = models.CharField(_("document number"), max_length=120, blank=True)
    history = models.JSONField(
        _("history"),
        default=list,
        blank=True,
        help_text=_("All versions ever: label, adopted, effective, decree."),
    )

    parent_page_types = ["cms.LawIndexPage"]
    template = "cms/law_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("short_title"),
        FieldRowPanel([FieldPanel("level"), FieldPanel("issuer")]),
        FieldRowPanel([FieldPanel("adopted_on"), FieldPanel("document_number")]),
        FieldPanel("history"),
    ]

    class Meta:
        verbose_name = _("law")
        verbose_name_plural = _("laws")


class LawVersionPage(SourcedPage, BasePage):  # type: ignore[django-manager-missing]
    """One wording of a law with the days on which it held."""

    entry_type = EntryType.LAW

    label = models.CharField(
        _("label"), max_length=20, help_text=_("The year people call it by: 2021.")
    )
    in_force_from = models.DateField(_("in force from"))
    in_force_to = models.DateField(
        _("in force to"), null=True, blank=True, help_text=_("Last day; empty: open.")
    )
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    decree = models.CharField(_("decree"), max_length=120, blank=True)
    text = StreamField(LawTextBlocks(), verbose_name=_("text"), blank=True)
    wid_map = models.JSONField(
        _("persistent identifiers"),
        default=dict,
        blank=True,
        help_text=_(
            "Confirmed by an editor: eid of this version → wid. What is not named "
            "here is new in this version."
        ),
    )
    derived_map = models.JSONField(
        _("origins of split articles"), default=dict, blank=True
    )
    # Copied from the parent on publish, so that a provision's law needs no tree walk.
    law_key = models.UUIDField(editable=False, null=True, db_index=True)
    law_slug = models.CharField(max_length=255, editable=False, blank=True)
    law_title = models.CharField(max_length=120, editable=False, blank=True)

    objects = LawVersionManager()  # type: ignore[django-manager-missing]

    parent_page_types = ["cms.LawPage"]
    subpage_types: list[str] = []
    template = "cms/law_page.html"
    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("label"), FieldPanel("decree")]),
        FieldRowPanel(
            [
                FieldPanel("adopted_on"),
                FieldPanel("in_force_from"),
                FieldPanel("in_force_to"),
            ]
        ),
        FieldPanel("text"),
        MultiFieldPanel(
            [FieldPanel("wid_map"), FieldPanel("derived_map")],
            heading=_("Amendment"),
            classname="collapsed",
        ),
        *SourcedPage.source_panels,
    ]

    class Meta:
        verbose_name = _("version of a law")
        verbose_name_plural = _("versions of laws")
        constraints = [
            models.CheckConstraint(
                name="cms_lawversionpage_ends_after_start",
                condition=models.Q(in_force_to__isnull=True)
                | models.Q(in_force_to__gte=models.F("in_force_from")),
            )
        ]


class Provision(models.Model):
    """A part of one version, projected from its text; rebuilt at each publish.

    `eid` addresses it inside the version (`art_28__para_1`), `wid` names the same
    rule across versions (`2014:art_25`: where it first appeared). Rows of the
    English translation carry the `wid` of the Chinese version they translate.
    """

    version = models.ForeignKey(
        LawVersionPage, on_delete=models.CASCADE, related_name="provisions"
    )
    law_key = models.UUIDField()
    language = models.CharField(max_length=12)
    eid = models.CharField(max_length=80)
    wid = models.CharField(max_length=100)
    derived_from = models.JSONField(default=list, blank=True)
    parent_eid = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=12, choices=ProvisionKind.choices)
    number = models.CharField(max_length=20, blank=True)
    heading = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    annotation = models.TextField(blank=True)
    keywords = models.JSONField(default=list, blank=True)
    related = models.JSONField(default=list, blank=True)
    is_unsure = models.BooleanField(default=False)
    order = models.PositiveIntegerField()

    # Rebuilt from the page, which Wagtail's reference index already follows.
    wagtail_reference_index_ignore = True

    objects = ProvisionQuerySet.as_manager()

    class Meta:
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(
                name="cms_provision_eid_unique", fields=["version", "eid"]
            ),
            models.UniqueConstraint(
                name="cms_provision_order_unique", fields=["version", "order"]
            ),
        ]
        indexes = [
            models.Index(name="cms_provision_wid", fields=["law_key", "wid"]),
            models.Index(
                name="cms_provision_number", fields=["version", "kind", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.eid} {self.heading}".strip()

    @property
    def label(self) -> str:
        """第二十八条, 第一章 or "Article 28", in the language of the text."""
        return part_label(self.kind, self.number, self.language)
