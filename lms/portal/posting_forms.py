"""Forms about the posts of a person: a second one, its end, days away, the return."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.compliance.models import Posting
from lms.organizations.models import Membership, Position
from lms.portal.staff_forms import DayInput


class SecondPostForm(forms.Form):
    """Another post that the person holds beside the main one."""

    position = forms.ModelChoiceField(
        label=_("Position"),
        queryset=Position.objects.none(),
        to_field_name="public_id",
        empty_label=_("Choose"),
    )
    starts_on = forms.DateField(label=_("First day"), widget=DayInput())

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        position = cast("forms.ModelChoiceField", self.fields["position"])
        positions = Position.objects.filter(organization=membership.organization_id)
        if membership.position_id is not None:
            positions = positions.exclude(pk=membership.position_id)
        position.queryset = positions


class PostField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.position)


class EndPostForm(forms.Form):
    """The last day of a second post."""

    post = PostField(
        label=_("Second post"),
        queryset=Posting.objects.none(),
        empty_label=_("Choose"),
    )
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput())

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        post = cast("forms.ModelChoiceField", self.fields["post"])
        post.queryset = Posting.objects.filter(
            membership=membership, is_additional=True, ends_on__isnull=True
        ).select_related("position")


class AbsenceForm(forms.Form):
    """Days away from the post; the last one may not be known yet."""

    starts_on = forms.DateField(label=_("First day away"), widget=DayInput())
    ends_on = forms.DateField(
        label=_("Last day away"),
        required=False,
        help_text=_("Leave it empty while the return is not known."),
        widget=DayInput(),
    )


class ReturnForm(forms.Form):
    """The first day back at the post."""

    on = forms.DateField(label=_("First day back"), widget=DayInput())
