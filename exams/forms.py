"""An item as its author writes it: what all types share, and one class for each type.

Rows of a type (options, blanks, …) are sets of small forms; see `exams.row_forms`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cms.domain.citations import CitationInput
from exams.domain.authoring import add_item, save_item
from exams.domain.exchange.bank_drafts import law_names
from exams.domain.item_citations import citations_written, known_article
from exams.domain.item_files import AUDIO, VIDEO, kind_of
from exams.domain.validators import validate_content
from exams.enums import CandidateRole
from exams.models import Item, ItemBank, Topic
from exams.row_forms import CitationRows, MediaRows, RowSet
from lms.core.clock import now
from media_pipeline.enums import AssetKind
from media_pipeline.models import Asset

SHARED = ("stem", "explanation", "media")
DIFFICULTIES = [
    (1, _("1 very easy")),
    (2, _("2 easy")),
    (3, _("3 medium")),
    (4, _("4 hard")),
    (5, _("5 very hard")),
]
OUTSIDE = ("bank", "stem", "explanation", "base")


class ItemForm(forms.ModelForm):
    """Base of the types. `rows` holds its sets of rows by name.

    Args:
        for_user: whose banks, topics and videos are offered, and who signs the text.
        parent: the case that a new part belongs to.
    """

    type_name: ClassVar[str] = ""
    row_classes: ClassVar[dict[str, type[RowSet]]] = {}
    # Fields of the content that stand outside of the shared ones, in this order.
    own_fields: ClassVar[tuple[str, ...]] = ()
    # Those that stand below the rows.
    late_fields: ClassVar[tuple[str, ...]] = ()
    # Where a message about a part of the content is shown.
    homes: ClassVar[Mapping[str, str]] = {}

    stem = forms.CharField(
        label=_("question"), widget=forms.Textarea(attrs={"rows": 4})
    )
    explanation = forms.CharField(
        label=_("explanation"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown with the result: why it is so, and what it is good for."),
    )
    roles = forms.MultipleChoiceField(
        label=_("written for"),
        choices=CandidateRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Empty: for everybody."),
    )
    difficulty = forms.TypedChoiceField(
        label=_("difficulty"), choices=DIFFICULTIES, coerce=int, initial=3
    )
    score = forms.DecimalField(
        label=_("score"),
        min_value=Decimal("0.01"),
        max_digits=6,
        decimal_places=2,
        initial=1,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    language = forms.ChoiceField(
        label=_("language"), choices=settings.LANGUAGES, initial="zh-hans"
    )
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Item
        fields = [
            *("bank", "code", "stem", "explanation", "topic", "difficulty", "score"),
            *("roles", "effective_to", "note", "language"),
        ]
        widgets = {
            "effective_to": forms.DateInput(attrs={"type": "date"}),
        }
        help_texts = {"code": _("Your own name of it. Empty: one is given.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.for_user = kwargs.pop("for_user")
        self.parent = kwargs.pop("parent", None)
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        if not self.is_new:
            self.parent = self.instance.parent
        self.content: dict[str, Any] = {}
        self.old = self._old_content()
        self._offer()
        initial = {name: self.old.get(name, "") for name in ("stem", "explanation")}
        for name, value in (initial | self.initial_of(self.old)).items():
            self.initial.setdefault(name, value)
        newest = None if self.is_new else self.instance.newest_revision
        if not self.is_new:
            self.initial["score"] = f"{self.instance.score.normalize():f}"
        self.initial["base"] = newest.pk if newest else None
        self.rows = self._row_sets()

    def _old_content(self) -> dict[str, Any]:
        newest = None if self.is_new else self.instance.newest_revision
        return newest.content if newest else {}

    def _offer(self) -> None:
        banks = ItemBank.objects.visible_to(self.for_user)
        topics = Topic.objects.visible_to(self.for_user)
        self.fields["code"].required = False
        self.fields["bank"].queryset = banks  # type: ignore[attr-defined]
        bank = (
            self.parent.bank
            if self.parent
            else None
            if self.is_new
            else self.instance.bank
        )
        if bank is not None:
            # An item stays where its papers, citations and history know it.
            self.fields["bank"].queryset = banks.filter(pk=bank.pk)  # type: ignore[attr-defined]
            self.fields["bank"].disabled = True
            self.initial["bank"] = bank.pk
            topics = topics.filter(owner_organization_id=bank.owner_organization_id)
        self.fields["topic"].queryset = topics  # type: ignore[attr-defined]

    def _row_sets(self) -> dict[str, RowSet]:
        classes = {**self.row_classes, "media": MediaRows, "citations": CitationRows}
        known = self.rows_of(self.old)
        known["media"] = self._media_initial()
        self._cited = [] if self.is_new else citations_written(self.instance)
        known["citations"] = self._cited
        made = {}
        for name, cls in classes.items():
            extra = (
                {"form_kwargs": {"videos": self._videos()}} if name == "media" else {}
            )
            if self.is_bound:
                made[name] = cls(self.data, self.files, prefix=name, **extra)
            else:
                made[name] = cls(prefix=name, initial=known.get(name, []), **extra)
        return made

    def _videos(self) -> list[tuple[str, str]]:
        if not hasattr(self, "_known_videos"):
            rows = Asset.objects.editable_by(self.for_user).ready()
            found = rows.filter(kind=AssetKind.VIDEO).values_list("public_id", "title")
            self._known_videos = [(str(key), title) for key, title in found[:200]]
            # What the item shows already stays, whoever may edit the video.
            listed = {key for key, _title in self._known_videos}
            self._known_videos += [
                (one["asset"], one.get("alt", ""))
                for one in self.old.get("media", [])
                if one.get("kind") == VIDEO and one["asset"] not in listed
            ]
        return self._known_videos

    def _media_initial(self) -> list[dict[str, Any]]:
        return [
            {
                "source": one.get("src", ""),
                "video": one.get("asset", ""),
                "alt": one.get("alt", ""),
            }
            for one in self.old.get("media", [])
        ]

    # ---- what a type says -----------------------------------------------------

    def initial_of(self, content: dict[str, Any]) -> dict[str, Any]:
        """Return what the own fields show for a content."""
        return {}

    def rows_of(self, content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Return what the sets of rows show for a content."""
        return {}

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the part of the content that only this type has."""
        return {}

    # ---- checking -------------------------------------------------------------

    def is_valid(self) -> bool:
        """Tell whether the fields and every row may be taken."""
        is_good = super().is_valid()
        # Each set is asked, so that every mistake is named at once.
        answers = [rows.is_in_order() for rows in self.rows.values()]
        return is_good and all(answers)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_bank(data)
        answers = [rows.is_valid() for rows in self.rows.values()]
        self._check_articles()
        if self.errors or not all(answers):
            return data
        # What this form does not show (a key of its own, a rule) is kept.
        unseen = {k: v for k, v in self.old.items() if k not in (*SHARED, *self.seen())}
        self.content = (
            unseen
            | {"stem": data["stem"], "explanation": data["explanation"]}
            | self._media()
            | self.own_content(data)
        )
        self.content = {k: v for k, v in self.content.items() if v is not None}
        try:
            validate_content(type_name=self.type_name, content=self.content)
        except ValidationError as refusal:
            for field, messages in refusal.message_dict.items():
                self._say(self.homes.get(field, field), messages)
        return data

    def seen(self) -> tuple[str, ...]:
        """Return the names of the content that this form writes."""
        return ()

    def _say(self, home: str, messages: list[str]) -> None:
        if home in self.rows:
            self.rows[home].texts += messages
        else:
            self.add_error(home if home in self.fields else None, messages)

    def _check_bank(self, data: dict[str, Any]) -> None:
        bank, topic = data.get("bank"), data.get("topic")
        if bank is None:
            return
        if topic and topic.owner_organization_id != bank.owner_organization_id:
            self.add_error("topic", _("This topic belongs to another owner's banks."))
        taken = Item.objects.non_polymorphic().filter(bank=bank, code=data.get("code"))
        if data.get("code") and taken.exclude(pk=self.instance.pk).exists():
            self.add_error("code", _("Another item of this bank has this code."))

    def _check_articles(self) -> None:
        rows = self.rows["citations"]
        names = law_names() if any(row.has_changed() for row in rows.forms) else {}
        for row in rows.forms:
            data = getattr(row, "cleaned_data", {})
            if not row.has_changed() or row.errors or not data:
                continue
            slug = names.get(data["law"].strip().strip("《》"))
            if slug is None:
                row.add_error("law", _("We have no law of this name."))
                continue
            problem = known_article(law_slug=slug, number=data["article"])
            if problem:
                row.add_error("article", problem)
            data["slug"] = slug

    def _media(self) -> dict[str, Any]:
        media = []
        for row in self.rows["media"].filled:
            if row["video"]:
                media.append({"kind": VIDEO, "asset": row["video"], "alt": row["alt"]})
            elif kind_of(row["source"]) == AUDIO:
                one = {"kind": AUDIO, "src": row["source"], "alt": row["alt"]}
                media.append(one)
            else:
                media.append({"src": row["source"], "alt": row["alt"]})
        return {"media": media} if media else {}

    # ---- saving ---------------------------------------------------------------

    def citations(self) -> list[CitationInput]:
        """Return what the rows cite."""
        # A citation that was not touched stays with the version it was written for:
        # the same number may be another article by now.
        versions = {
            (one["slug"], one["article"]): one["version"] for one in self._cited
        }
        return [
            CitationInput(
                row["slug"],
                row["article"],
                row["why"],
                versions.get((row["slug"], row["article"]), ""),
            )
            for row in self.rows["citations"].filled
        ]

    def _post_clean(self) -> None:
        """The domain writes the row, so nothing is put on the instance here."""

    def save(self, commit: bool = True) -> Item:
        """Write the item; only after `is_valid`.

        Raises:
            TextChanged: somebody saved in between.
        """
        facts = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.Meta.fields and name not in OUTSIDE
        }
        shared: dict[str, Any] = {
            "content": self.content,
            "citations": self.citations(),
            "by": self.for_user,
            "now": now(),
        }
        if self.is_new:
            return add_item(
                bank=self.cleaned_data["bank"],
                type_name=self.type_name,
                parent=self.parent,
                **shared,
                **facts,
            )
        facts["code"] = facts["code"] or self.instance.code
        return save_item(
            item=self.instance,
            based_on=self.cleaned_data["base"],
            **shared,
            **facts,
        )

    # ---- the page -------------------------------------------------------------

    def own_bound_fields(self) -> list[forms.BoundField]:
        """Return the fields that only this type has."""
        return [self[name] for name in self.own_fields]

    def late_bound_fields(self) -> list[forms.BoundField]:
        """Return those below the rows."""
        return [self[name] for name in self.late_fields]

    def own_rows(self) -> dict[str, RowSet]:
        """Return the sets of rows that only this type has."""
        return {name: self.rows[name] for name in self.row_classes}

    def all_messages(self) -> list[str]:
        """Return every message with the name of its field, for a summary."""
        said = []
        for name, messages in self.errors.items():
            field = self.fields.get(name)
            head = f"{field.label}: " if field else ""
            said += [f"{head}{message}" for message in messages]
        for rows in self.rows.values():
            said += rows.texts
            for number, row in enumerate(rows.forms, start=1):
                for name, messages in row.errors.items():
                    label = row.fields[name].label if name in row.fields else ""
                    head = gettext("Row %(number)d, %(label)s") % {
                        "number": number,
                        "label": label,
                    }
                    said += [f"{head}: {message}" for message in messages]
        return said
