"""The items of the banks one writes for."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.domain.item_list import figures_of, listed_items
from exams.enums import CandidateRole, ItemType
from exams.forms import DIFFICULTIES
from exams.models import ItemBank, Topic
from exams.views.authoring.bulk import ACTIONS
from exams.views.authoring.finding import require_author

PER_PAGE = 50
ANY = [("", _("all"))]
STATE_CHOICES = [
    ("draft", _("Draft")),
    ("in_review", _("In review")),
    ("reviewed", _("Reviewed")),
    ("needs_recheck", _("Needs a recheck")),
    ("retired", _("Retired")),
]


class FilterForm(forms.Form):
    """What the list can be narrowed to; nonsense narrows nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.SearchInput,
    )
    bank = forms.ModelChoiceField(
        ItemBank.objects.none(), label=_("bank"), required=False, empty_label=_("all")
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=pgettext_lazy("item", "topic"),
        required=False,
        empty_label=_("all"),
    )
    type = forms.ChoiceField(
        label=_("type"), required=False, choices=[*ANY, *ItemType.choices]
    )
    difficulty = forms.ChoiceField(
        label=_("difficulty"), required=False, choices=[*ANY, *DIFFICULTIES]
    )
    status = forms.ChoiceField(
        label=_("status"),
        required=False,
        choices=[("", _("all but retired")), *STATE_CHOICES],
    )
    role = forms.ChoiceField(
        label=_("written for"), required=False, choices=[*ANY, *CandidateRole.choices]
    )

    def __init__(self, *args: object, user: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["bank"].queryset = ItemBank.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["topic"].queryset = Topic.objects.visible_to(user)  # type: ignore[attr-defined]


def index(request: HttpRequest) -> HttpResponse:
    """List items with their use and figures."""
    require_author(request)
    form = FilterForm(request.GET or None, user=request.user)
    form.is_valid()
    chosen = dict(getattr(form, "cleaned_data", {}))
    chosen["state"] = chosen.pop("status", "")
    items = listed_items(user=request.user, chosen=chosen)
    page = Paginator(items, PER_PAGE).get_page(request.GET.get("p"))
    figures = figures_of(items=page.object_list, user=request.user)
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        "form": form,
        "page": page,
        "lines": [(item, figures[item.pk]) for item in page.object_list],
        "query": query.urlencode(),
        "is_narrowed": any(chosen.values()),
        "actions": ACTIONS,
        "bank": chosen.get("bank"),
    }
    return render(request, "exams/authoring/list.html", context)
