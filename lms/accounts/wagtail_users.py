"""People in the editors' admin: one name field, no user name."""

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
