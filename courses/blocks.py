"""StreamField blocks of lessons: transcript, self-check and exercises."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class SlideBlock(blocks.StructBlock):
    """One slide of the video: what it shows and what is said."""

    title = blocks.CharBlock(label=_("Title"))
    bullets = blocks.ListBlock(
        blocks.CharBlock(max_length=300), label=_("Points"), default=[]
    )
    narration = blocks.TextBlock(label=_("What is said"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("Slide")


class TranscriptBlocks(blocks.StreamBlock):
    slide = SlideBlock()


class OptionBlock(blocks.StructBlock):
    key = blocks.CharBlock(label=_("Key"), max_length=12)
    text = blocks.TextBlock(label=_("Text"), rows=2)
    why = blocks.TextBlock(label=_("Why"), rows=2, required=False)


class CheckBlocks(blocks.StreamBlock):
    """Questions to ask oneself; not scored and not stored."""

    question = blocks.StructBlock(
        [
            (
                "type",
                blocks.ChoiceBlock(
                    choices=[
                        ("single", _("One answer")),
                        ("multiple", _("Several answers")),
                        ("true_false", _("True or false")),
                    ],
                    default="single",
                    label=_("Type"),
                ),
            ),
            ("stem", blocks.TextBlock(label=_("Question"), rows=2)),
            ("options", blocks.ListBlock(OptionBlock(), label=_("Options"))),
            ("answer", blocks.ListBlock(blocks.CharBlock(), label=_("Right answers"))),
            (
                "explanation",
                blocks.TextBlock(label=_("Explanation"), rows=2, required=False),
            ),
        ],
        label=_("Question"),
        icon="help",
    )


class ExerciseBlock(blocks.StructBlock):
    """What the four kinds of exercises share."""

    prompt = blocks.TextBlock(label=_("Task"), rows=2)
    right = blocks.TextBlock(label=_("Said when right"), rows=2, required=False)
    wrong = blocks.TextBlock(label=_("Said when wrong"), rows=2, required=False)


class OrderingBlock(ExerciseBlock):
    """The steps in their right order; they are shown shuffled."""

    steps = blocks.ListBlock(
        OptionBlock(), label=_("Steps, in the right order"), min_num=2
    )

    class Meta:
        icon = "list-ol"
        label = _("Put in order")


class MatchingBlock(ExerciseBlock):
    pairs = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("left", blocks.TextBlock(label=_("This"), rows=1)),
                ("right", blocks.TextBlock(label=_("belongs to"), rows=1)),
            ]
        ),
        label=_("Pairs"),
        min_num=2,
    )

    class Meta:
        icon = "link"
        label = _("Match")


class ScenarioBlock(ExerciseBlock):
    options = blocks.ListBlock(OptionBlock(), label=_("Options"), min_num=2)
    answer = blocks.ListBlock(blocks.CharBlock(), label=_("Right answers"))

    class Meta:
        icon = "help"
        label = _("Decide")


class HotspotBlock(ExerciseBlock):
    """Places on a plan; sizes in percent of width and height, origin top left."""

    scene = blocks.TextBlock(label=_("What the plan shows"), rows=3)
    spots = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("key", blocks.CharBlock(label=_("Key"), max_length=12)),
                ("text", blocks.CharBlock(label=_("What is there"))),
                ("x", blocks.IntegerBlock(min_value=0, max_value=100)),
                ("y", blocks.IntegerBlock(min_value=0, max_value=100)),
                ("w", blocks.IntegerBlock(min_value=1, max_value=100)),
                ("h", blocks.IntegerBlock(min_value=1, max_value=100)),
                ("is_hazard", blocks.BooleanBlock(label=_("Hazard"), required=False)),
                ("why", blocks.TextBlock(label=_("Why"), rows=2, required=False)),
            ]
        ),
        label=_("Places"),
        min_num=2,
    )

    class Meta:
        icon = "crosshairs"
        label = _("Find the hazards")


class ExerciseBlocks(blocks.StreamBlock):
    """One exercise of a lesson."""

    ordering = OrderingBlock()
    matching = MatchingBlock()
    scenario = ScenarioBlock()
    hotspot = HotspotBlock()

    class Meta:
        max_num = 1
