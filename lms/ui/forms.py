"""A form that shows the states of fields on the style page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """Never saved; it exists to be looked at."""

    name = forms.CharField(label=_("Full name"), max_length=40)
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("We send the certificate there.")
    )
    hours = forms.IntegerField(label=_("Credit hours"), max_value=100, required=False)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("employee", _("Employee")), ("admin", _("Administrator"))],
    )
    level = forms.ChoiceField(
        label=_("Training level"),
        widget=forms.RadioSelect,
        choices=[("plant", _("Plant")), ("workshop", _("Workshop"))],
    )
    note = forms.CharField(
        label=_("Remark"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    due_on = forms.DateField(
        label=_("Due on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    agrees = forms.BooleanField(label=_("I have read the rules"))
