"""How an owner is chosen in the editors' admin: by name, not by number."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from lms.organizations.models import Organization


class OwnerSelect(forms.Select):
    """The platform, or one of the organizations; for fields that keep the number."""

    @property  # type: ignore[override]
    def choices(self) -> Any:
        """Ask the database when the widget is drawn: organizations come and go."""
        named = Organization.objects.order_by("name").values_list("pk", "name")
        return [("", _("The platform")), *named]

    @choices.setter
    def choices(self, value: Any) -> None:
        """Ignore what a field without choices sets."""
