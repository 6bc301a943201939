"""People in the editors' admin: one name field, no user name."""

from wagtail.admin.views.account import (
    AccountView,
    BaseSettingsPanel,
    NameEmailSettingsPanel,
)
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet

FIELDS = {"email", "display_name", "is_superuser", "groups"}


class LowerCaseEmail:
    def clean_email(self) -> str:
        """Addresses are kept in lower case: the table insists."""
        return self.cleaned_data["email"].lower()  # type: ignore[attr-defined]


class PersonCreationForm(LowerCaseEmail, UserCreationForm):
    first_name = None
    last_name = None

    class Meta(UserCreationForm.Meta):
        fields = FIELDS


class PersonEditForm(LowerCaseEmail, UserEditForm):
    first_name = None
    last_name = None

    class Meta(UserEditForm.Meta):
        fields = FIELDS | {"is_active"}


class PersonViewSet(UserViewSet):
    def get_form_class(self, for_update: bool = False) -> type:
        return PersonEditForm if for_update else PersonCreationForm


class PersonAccountView(AccountView):
    """The desk's settings of one's own account, without the panel for a name.

    It asks for a first and a last name, which people here do not have: nothing on the
    page could be saved, the language neither. A person's name is changed by the office.
    """

    def get_panels(self) -> list[BaseSettingsPanel]:
        return [
            panel
            for panel in super().get_panels()
            if not isinstance(panel, NameEmailSettingsPanel)
        ]
