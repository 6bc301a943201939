"""Forms of the admin. Names and trees change through the domain here, too."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.organizations.domain.jurisdictions import (
    grant_jurisdiction,
    revoke_jurisdiction,
)
from lms.organizations.domain.queries import descendant_ids
from lms.organizations.domain.structure import rename_organization
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import (
    Department,
    Membership,
    Organization,
    OrganizationName,
)
from lms.organizations.validators import normalize_credit_code, validate_region

REGION_SEPARATORS = re.compile(r"[\s,，、;；]+")


class OrganizationForm(WagtailAdminModelForm):
    class Meta:
        model = Organization
        fields = [
            "code",
            "short_code",
            "name",
            "kind",
            "parent",
            "successor",
            "region",
            "industry",
            "is_active",
        ]

    def clean_code(self) -> str:
        return normalize_credit_code(self.cleaned_data["code"])

    def clean_short_code(self) -> str | None:
        return self.cleaned_data["short_code"] or None

    def clean_parent(self) -> Organization | None:
        parent = self.cleaned_data["parent"]
        ancestor, seen = parent, {self.instance.pk}
        while ancestor is not None:
            if ancestor.pk in seen:
                raise ValidationError(_("An organization can't belong to itself."))
            seen.add(ancestor.pk)
            ancestor = ancestor.parent
        return parent

    @transaction.atomic
    def save(self, commit: bool = True) -> Organization:
        """Keep the history of names: a new one begins today."""
        if not commit:
            return super().save(commit=False)
        today = clock.shanghai_date(clock.now())
        if self.instance.pk is None:
            organization = super().save()
            OrganizationName.objects.create(
                organization=organization, name=organization.name, starts_on=today
            )
            return organization
        new_name = self.instance.name
        self.instance.name = Organization.objects.get(pk=self.instance.pk).name
        organization = super().save()
        return rename_organization(
            organization=organization, name=new_name, on=today, by=self.for_user
        )


def _refuse_foreign(form: Any, *names: str) -> None:
    organization = form.cleaned_data.get("organization")
    for name in names:
        part = form.cleaned_data.get(name)
        if part is not None and part.organization_id != getattr(
            organization, "pk", None
        ):
            form.add_error(name, _("This belongs to another organization."))


class DepartmentForm(WagtailAdminModelForm):
    class Meta:
        model = Department
        fields = ["organization", "parent", "name"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _refuse_foreign(self, "parent")
        parent = data.get("parent")
        if (
            parent is not None
            and self.instance.pk
            and parent.pk in descendant_ids(department=self.instance)
        ):
            self.add_error("parent", _("A department can't stand below itself."))
        return data


class MembershipForm(WagtailAdminModelForm):
    regions = forms.CharField(
        label=_("Regions a regulator answers for"),
        required=False,
        max_length=400,
        help_text=_(
            "Region codes (GB/T 2260), parted by commas: 3299 is a whole city, 329901 "
            "one district. For active regulators only."
        ),
    )

    class Meta:
        model = Membership
        fields = [
            "user",
            "organization",
            "listed_name",
            "role",
            "kind",
            "department",
            "position",
            "employee_number",
            "state",
            "starts_on",
            "ends_on",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regions"].initial = ", ".join(sorted(self._granted()))

    def _granted(self) -> set[str]:
        if self.instance.pk is None:
            return set()
        rows = self.instance.jurisdictions.all()
        return set(rows.values_list("region_prefix", flat=True))

    def clean_regions(self) -> set[str]:
        codes = set(filter(None, REGION_SEPARATORS.split(self.cleaned_data["regions"])))
        for code in sorted(codes):
            try:
                validate_region(code)
            except ValidationError as error:
                raise ValidationError(
                    _("“%(code)s”: %(reason)s"),
                    code="region",
                    params={"code": code, "reason": error.messages[0]},
                ) from error
        return codes

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        _refuse_foreign(self, "department", "position")
        is_regulator = data.get("role") == MembershipRole.REGULATOR
        is_active = data.get("state") == MembershipState.ACTIVE
        if data.get("regions") and not (is_regulator and is_active):
            self.add_error("regions", _("Only an active regulator has a jurisdiction."))
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> Membership:
        """Save, grant and take regions, with a trace of each."""
        if not commit:
            return super().save(commit=False)
        is_new = self.instance.pk is None
        before = self._granted()
        membership = super().save()
        if is_new or set(self.changed_data) - {"regions"}:
            record(
                actor=self.for_user,
                verb=Verb.MEMBERSHIP_CREATED if is_new else Verb.MEMBERSHIP_CHANGED,
                obj=membership,
                data={"role": membership.role, "state": membership.state},
            )
        wanted = self.cleaned_data["regions"]
        step = {"membership": membership, "by": self.for_user}
        for code in sorted(wanted - before):
            grant_jurisdiction(region_prefix=code, **step)
        for code in sorted(before - wanted):
            revoke_jurisdiction(region_prefix=code, **step)
        return membership
