"""Organizations in the admin, for the operators of the platform only.

Enterprises administer themselves in their console; these screens register them.
"""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from lms.accounts.models import User
from lms.organizations.admin_forms import (
    DepartmentForm,
    MembershipForm,
    OrganizationForm,
)
from lms.organizations.models import Department, Membership, Organization, Position

# A mark and a word instead of True and False.
IS_ACTIVE = BooleanColumn("is_active", label=_("In use"), sort_key="is_active")


class OrganizationChooser(ChooserViewSet):
    model = Organization
    icon = "group"
    choose_one_text = _("Choose an organization")
    per_page = 30


class DepartmentChooser(ChooserViewSet):
    model = Department
    icon = "folder-open-inverse"
    choose_one_text = _("Choose a department")
    per_page = 30


class PersonChooser(ChooserViewSet):
    model = User
    icon = "user"
    choose_one_text = _("Choose a person")
    per_page = 30


class OrganizationViewSet(ModelViewSet):
    model = Organization
    # `organizations` is the namespace of the public pages.
    url_namespace = "organizations_admin"
    icon = "group"
    menu_label = _("Organizations")
    inspect_view_enabled = True
    copy_view_enabled = False
    list_display = ["name", "code", "kind", "region", "industry", IS_ACTIVE]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "code", "short_code"]

    def get_form_class(self, for_update: bool = False) -> type:
        return OrganizationForm


class DepartmentViewSet(ModelViewSet):
    model = Department
    icon = "folder-open-inverse"
    menu_label = _("Departments")
    copy_view_enabled = False
    list_display = ["name", "organization", "parent"]
    search_fields = ["name"]

    def get_form_class(self, for_update: bool = False) -> type:
        return DepartmentForm


class PositionViewSet(ModelViewSet):
    model = Position
    icon = "tag"
    menu_label = _("Positions")
    copy_view_enabled = False
    list_display = ["name", "organization", "category"]
    list_filter = ["category"]
    search_fields = ["name"]
    form_fields = ["organization", "name", "category"]


class MembershipViewSet(ModelViewSet):
    model = Membership
    icon = "user"
    menu_label = _("Memberships")
    copy_view_enabled = False
    list_display = ["listed_name", "organization", "role", "state", "employee_number"]
    list_filter = ["role", "state", "kind"]
    search_fields = ["listed_name", "employee_number"]

    def get_form_class(self, for_update: bool = False) -> type:
        return MembershipForm


class OrganizationGroup(ViewSetGroup):
    menu_label = _("Organizations")
    menu_icon = "group"
    menu_order = 800
    items = (
        OrganizationViewSet("organizations"),
        DepartmentViewSet("departments"),
        PositionViewSet("positions"),
        MembershipViewSet("memberships"),
    )


@hooks.register("register_admin_viewset")
def register_organizations() -> list[object]:
    return [
        OrganizationChooser("organization_chooser"),
        DepartmentChooser("department_chooser"),
        PersonChooser("person_chooser"),
        OrganizationGroup(),
    ]
