"""StreamField blocks of all pages that carry text."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from cms.labels import number_label
from lms.core.text import parse_article_number
from lms.ui.languages import site_path

RICH_TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "h3", "h4"]


class CitationBlock(blocks.StructBlock):
    """A provision named by its law and article; stored as a `Citation` on publish."""

    law = blocks.CharBlock(label=_("Law (slug)"), default="work-safety-law")
    article = blocks.CharBlock(label=_("Article"), help_text="28, 第二十八条, 134-1")
    why = blocks.CharBlock(label=_("Why it matters here"), required=False)

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        number = parse_article_number(str(value["article"])) or str(value["article"])
        return context | {
            "label": number_label(number),
            "url": site_path(f"laws/{value['law']}/{number}/"),
        }

    class Meta:
        icon = "link"
        label = _("Cited article")
        template = "cms/blocks/citation.html"


class CalloutBlock(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        choices=[
            ("info", _("Note")),
            ("signal", _("Attention")),
            ("danger", _("Danger")),
            ("success", _("Good practice")),
        ],
        default="info",
        label=_("Kind"),
    )
    title = blocks.CharBlock(label=_("Title"), required=False)
    text = blocks.TextBlock(label=_("Text"))

    class Meta:
        icon = "warning"
        label = _("Callout")
        template = "cms/blocks/callout.html"


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alternative_text = blocks.CharBlock(label=_("What it shows (for screen readers)"))
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "cms/blocks/figure.html"


class TableBlock(blocks.StructBlock):
    """A small table: first row is the head, one line per row, cells split by `|`."""

    caption = blocks.CharBlock(label=_("Caption"), required=False)
    rows = blocks.TextBlock(label=_("Rows"), help_text=_("One row a line, cells by |"))

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        lines = [line for line in value["rows"].splitlines() if line.strip()]
        rows = [[cell.strip() for cell in line.split("|")] for line in lines]
        return context | {"head": rows[0] if rows else [], "body": rows[1:]}

    class Meta:
        icon = "table"
        label = _("Table")
        template = "cms/blocks/table.html"


class BodyBlocks(blocks.StreamBlock):
    """The text of a page: what editors may put in it, and nothing else."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", template="cms/blocks/heading.html"
    )
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)
    callout = CalloutBlock()
    figure = FigureBlock()
    table = TableBlock()
    citation = CitationBlock()


class CitationsBlock(blocks.StreamBlock):
    citation = CitationBlock()


class PointsBlock(blocks.StreamBlock):
    point = blocks.TextBlock(label=_("Point"), rows=2)


class ChapterBlock(blocks.StructBlock):
    number = blocks.CharBlock(label=_("Number"))
    heading = blocks.CharBlock(label=_("Heading"))

    class Meta:
        icon = "folder-open-inverse"
        label = _("Chapter")


class SectionBlock(ChapterBlock):
    class Meta:
        icon = "folder"
        label = _("Section")


class ArticleBlock(blocks.StructBlock):
    """One article; each line of its text is a paragraph (款) or an item (项)."""

    number = blocks.CharBlock(label=_("Number"), help_text="28, 134-1")
    heading = blocks.CharBlock(label=_("Heading (ours)"), required=False)
    text = blocks.TextBlock(label=_("Text"))
    annotation = blocks.TextBlock(label=_("In plain words"), required=False)
    keywords = blocks.CharBlock(
        label=_("Keywords"), required=False, help_text=_("Separated by commas")
    )
    related = blocks.CharBlock(
        label=_("Related articles"), required=False, help_text="21 27 97"
    )
    is_unsure = blocks.BooleanBlock(
        label=_("To be checked against the official text"), required=False
    )

    class Meta:
        icon = "doc-full"
        label = _("Article")


class LawTextBlocks(blocks.StreamBlock):
    """A law in reading order. Flat, so that an article is inserted at its place."""

    chapter = ChapterBlock()
    section = SectionBlock()
    article = ArticleBlock()


class TimelineBlocks(blocks.StreamBlock):
    event = blocks.StructBlock(
        [("at", blocks.CharBlock(label=_("When"))), ("event", blocks.TextBlock())],
        label=_("Event"),
    )


class KeyPointBlocks(blocks.StreamBlock):
    point = blocks.StructBlock(
        [
            ("point", blocks.TextBlock(label=_("Requirement"), rows=2)),
            ("who", blocks.CharBlock(label=_("Who"), required=False)),
            ("deadline", blocks.CharBlock(label=_("By when"), required=False)),
        ],
        label=_("Key point"),
    )


class ChecklistBlocks(blocks.StreamBlock):
    item = blocks.StructBlock(
        [
            ("item_id", blocks.CharBlock(label=_("Identifier"))),
            ("question", blocks.TextBlock(label=_("Question"), rows=2)),
            ("how_to_check", blocks.TextBlock(label=_("How to check"), required=False)),
            ("evidence", blocks.TextBlock(label=_("Evidence"), required=False)),
            (
                "severity",
                blocks.IntegerBlock(label=_("Severity"), min_value=1, max_value=3),
            ),
            ("remedy", blocks.TextBlock(label=_("What to do"), required=False)),
            ("citations", blocks.ListBlock(CitationBlock(), default=[])),
        ],
        label=_("Check"),
    )


class TopicBlocks(blocks.StreamBlock):
    section = blocks.StructBlock(
        [
            ("heading", blocks.CharBlock(label=_("Heading"))),
            ("items", blocks.ListBlock(blocks.TextBlock(rows=2), label=_("Points"))),
            ("citations", blocks.ListBlock(CitationBlock(), default=[])),
        ],
        label=_("Section"),
    )
