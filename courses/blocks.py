"""StreamField blocks of lessons: transcript, self-check and exercises."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock


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
    """Questions to ask oneself, scored by the server as often as one tries."""

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


class ChoiceOfWayBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("What one may do"), rows=2)
    outcome = blocks.TextBlock(label=_("What comes of it"), rows=2)
    next = blocks.CharBlock(
        label=_("Goes on with situation"),
        max_length=12,
        required=False,
        help_text=_("The key of a situation; empty: the story ends here."),
    )
    is_best = blocks.BooleanBlock(label=_("Right"), required=False)


class SituationBlock(blocks.StructBlock):
    key = blocks.CharBlock(label=_("Key"), max_length=12)
    text = blocks.TextBlock(label=_("Situation"), rows=3)
    choices = blocks.ListBlock(ChoiceOfWayBlock(), label=_("Choices"), min_num=2)


class BranchingBlock(ExerciseBlock):
    """A story that goes on as the learner decides; it begins with the first one."""

    situations = blocks.ListBlock(SituationBlock(), label=_("Situations"), min_num=1)

    class Meta:
        icon = "decimal"
        label = _("Scenario with ways")

    def clean(self, value):
        cleaned = super().clean(value)
        check_situations(cleaned["situations"])
        return cleaned


def check_situations(situations):
    """Refuse a story that can't be told to its end.

    Raises:
        ValidationError: naming the situation.
    """
    keys = [one["key"] for one in situations]
    if len(set(keys)) != len(keys):
        raise ValidationError(_("Two situations have the same key."))
    for place, one in enumerate(situations):
        if sum(bool(choice["is_best"]) for choice in one["choices"]) != 1:
            raise ValidationError(
                _("Situation %(key)s: mark exactly one choice as right.")
                % {"key": one["key"]}
            )
        for choice in one["choices"]:
            if choice["next"] and choice["next"] not in keys[place + 1 :]:
                raise ValidationError(
                    _("Situation %(key)s leads to “%(next)s”, which is not after it.")
                    % {"key": one["key"], "next": choice["next"]}
                )


class ExerciseBlocks(blocks.StreamBlock):
    """The exercises of a lesson."""

    ordering = OrderingBlock()
    matching = MatchingBlock()
    scenario = ScenarioBlock()
    hotspot = HotspotBlock()
    branching = BranchingBlock()

    class Meta:
        max_num = 12


class CourseBlocks(blocks.StreamBlock):
    course = blocks.PageChooserBlock(
        page_type="courses.CoursePage", label=_("Course"), icon="doc-full"
    )


class HandoutBlocks(blocks.StreamBlock):
    handout = SnippetChooserBlock(
        "courses.Handout", label=_("Hand-out"), icon="download"
    )
