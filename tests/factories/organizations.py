"""Organizations and members for tests: the valid minimum."""

from datetime import date

import factory
from stdnum.cn import uscc

from lms.organizations.enums import MembershipRole, MembershipState, OrganizationKind
from lms.organizations.models import (
    Department,
    Jurisdiction,
    Membership,
    Organization,
    OrganizationName,
    Position,
)
from tests.factories.accounts import UserFactory


def credit_code(sequence: int) -> str:
    """Return a valid unified social credit code."""
    first = f"91329900MA{sequence:07d}"
    return first + uscc.calc_check_digit(first)


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization
        skip_postgeneration_save = True

    code = factory.Sequence(credit_code)
    name = factory.Sequence(lambda n: f"第{n}机械厂")
    region = "329901"
    industry = "C34"

    @factory.post_generation
    def names(self, create, extracted, **kwargs):
        if create:
            OrganizationName.objects.create(
                organization=self, name=self.name, starts_on=date(2020, 1, 1)
            )


class AuthorityFactory(OrganizationFactory):
    kind = OrganizationKind.AUTHORITY
    name = factory.Sequence(lambda n: f"第{n}应急管理局")
    region = "329900"
    industry = ""


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"{n}车间")


class PositionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Position

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"操作工{n}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    listed_name = factory.SelfAttribute("user.display_name")
    employee_number = factory.Sequence(lambda n: f"E{n:04d}")
    state = MembershipState.ACTIVE
    starts_on = date(2025, 1, 1)


class AdministratorFactory(MembershipFactory):
    role = MembershipRole.ADMIN
    employee_number = ""


class RegulatorFactory(MembershipFactory):
    """A regulator with one jurisdiction, `region_prefix` (3299 by default)."""

    class Meta:
        skip_postgeneration_save = True

    organization = factory.SubFactory(AuthorityFactory)
    role = MembershipRole.REGULATOR
    employee_number = ""

    @factory.post_generation
    def region_prefix(self, create, extracted, **kwargs):
        if create:
            Jurisdiction.objects.create(
                membership=self, region_prefix=extracted or "3299"
            )
