"""An association opens packages; members assign from them while they are members."""

from datetime import timedelta

import pytest
from django.urls import reverse

from courses.models import CoursePage, Enrollment
from exams.domain.practice_pool import practicable_banks
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.compliance.domain.assignments import assign_course, reach_members
from lms.compliance.errors import AssignmentNotPermitted
from lms.core import clock
from lms.core.enums import Audience
from lms.notifications.models import Message
from lms.organizations.domain.associations import (
    accept_invitation,
    decline_invitation,
    end_association_member,
    invite_association_member,
)
from lms.organizations.domain.packages import PackageTerms
from lms.organizations.enums import AssociationMemberState, OrganizationKind
from lms.organizations.errors import InvitationAnswered, NotAdministrator
from lms.organizations.models import AssociationMember, Package, PackageItem
from lms.reporting.domain.packages import save_package
from lms.reporting.errors import NotOffered
from tests.factories.courses import make_published_course
from tests.factories.exams import ItemBankFactory
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]
DAY = timedelta(days=1)


class World:
    """An association with one open package, a member and an outsider."""

    def __init__(self):
        association = OrganizationFactory(kind=OrganizationKind.ASSOCIATION)
        self.head = AdministratorFactory(organization=association)
        self.association = association
        owned = {"owner_organization_id": association.pk, "audience": Audience.PACKAGE}
        self.course = make_published_course(**owned)
        self.bank = ItemBankFactory(title="化工题库", **owned)
        self.member = AdministratorFactory()
        self.outsider = AdministratorFactory()
        self.today = clock.shanghai_date(clock.now())
        self.belongs = AssociationMember.objects.create(
            association=association,
            enterprise=self.member.organization,
            starts_on=self.today - 30 * DAY,
            state=AssociationMemberState.ACCEPTED,
        )
        self.package = save_package(
            association=association,
            terms=self.terms(),
            by=self.head.user,
            language="zh-hans",
        )

    def terms(self, **changes):
        values = {
            "title": "化工安全包",
            "is_open": True,
            "courses": [self.course.translation_key],
            "banks": [self.bank.public_id],
        }
        return PackageTerms(**values | changes)

    def assign(self, admin):
        return assign_course(
            organization=admin.organization,
            department=None,
            course_key=self.course.translation_key,
            due_on=None,
            by=admin.user,
            now=clock.now(),
        )


@pytest.fixture
def world():
    return World()


def at(name, membership, *more):
    return reverse(f"portal:{name}", args=[membership.organization.code, *more])


def test_member_sees_and_assigns(client, world):
    employee = MembershipFactory(organization=world.member.organization)
    client.force_login(world.member.user)

    page = client.get(at("packages", world.member)).text
    world.assign(world.member)

    assert "化工安全包" in page
    assert "化工题库" in page
    assert str(world.course.translation_key) in page
    assert Enrollment.objects.get().learner == employee.user
    seen = CoursePage.objects.visible_to(world.member.user)
    assert seen.filter(pk=world.course.pk).exists()


def test_outsider_neither_sees_nor_assigns(client, world):
    MembershipFactory(organization=world.outsider.organization)
    client.force_login(world.outsider.user)

    page = client.get(at("packages", world.outsider)).text
    with pytest.raises(AssignmentNotPermitted):
        world.assign(world.outsider)

    assert "化工安全包" not in page
    assert not Enrollment.objects.exists()
    seen = CoursePage.objects.visible_to(world.outsider.user)
    assert not seen.filter(pk=world.course.pk).exists()


def test_employees_of_a_member_see_nothing_before_they_are_assigned(world):
    employee = MembershipFactory(organization=world.member.organization)

    seen = CoursePage.objects.visible_to(employee.user)

    assert not seen.filter(pk=world.course.pk).exists()
    enrollable = CoursePage.objects.enrollable_by(employee.user)
    assert not enrollable.filter(pk=world.course.pk).exists()


def test_bank_is_practiced_by_the_people_of_members_only(world):
    inside = MembershipFactory(organization=world.member.organization).user
    outside = MembershipFactory(organization=world.outsider.organization).user

    assert list(practicable_banks(user=inside)) == [world.bank]
    assert list(practicable_banks(user=outside)) == []


def test_end_of_membership_ends_new_assignments_and_keeps_the_old(world):
    first = MembershipFactory(organization=world.member.organization)
    assignment = world.assign(world.member)
    assert Enrollment.objects.get().learner == first.user

    end_association_member(member=world.belongs, by=world.head.user, now=clock.now())
    newcomer = MembershipFactory(organization=world.member.organization)

    assert reach_members(assignment=assignment, now=clock.now()) == 0
    assert not Enrollment.objects.filter(learner=newcomer.user).exists()
    kept = Enrollment.objects.get(learner=first.user)
    assert kept.is_open
    assert CoursePage.objects.visible_to(first.user).filter(pk=world.course.pk).exists()
    assert list(practicable_banks(user=newcomer.user)) == []
    with pytest.raises(AssignmentNotPermitted):
        world.assign(world.member)


@pytest.mark.parametrize("change", ["closed", "future", "removed", "inactive"])
def test_what_is_not_open_today_is_not_assigned(world, change):
    if change == "closed":
        Package.objects.update(is_open=False)
    elif change == "future":
        AssociationMember.objects.update(starts_on=world.today + DAY)
    elif change == "removed":
        PackageItem.objects.filter(kind="course").delete()
    else:
        world.association.is_active = False
        world.association.save()

    with pytest.raises(AssignmentNotPermitted):
        world.assign(world.member)

    assert not Enrollment.objects.exists()


def test_package_opens_only_what_its_own_association_owns(world):
    """A row that names somebody else's course opens nothing."""
    foreign = make_published_course(
        slug="foreign",
        owner_organization_id=world.outsider.organization.pk,
        audience=Audience.PACKAGE,
    )
    PackageItem.objects.create(
        package=world.package, kind="course", key=foreign.translation_key
    )

    assignable = CoursePage.objects.assignable_by(world.member.organization.pk)

    assert not assignable.filter(pk=foreign.pk).exists()
    with pytest.raises(NotOffered):
        save_package(
            association=world.association,
            terms=world.terms(title="外来", courses=[foreign.translation_key]),
            by=world.head.user,
            language="zh-hans",
        )
    assert not Package.objects.filter(title="外来").exists()


def test_association_writes_its_package_through_the_page(client, world):
    client.force_login(world.head.user)
    data = {
        "title": "化工安全包（新版）",
        "courses": [str(world.course.translation_key)],
        "is_open": "on",
    }

    client.post(at("package", world.head, world.package.public_id), data)

    world.package.refresh_from_db()
    assert world.package.title == "化工安全包（新版）"
    assert [i.kind for i in world.package.items.all()] == ["course"]
    event = AuditEvent.objects.filter(verb=Verb.PACKAGE_CHANGED).latest("pk")
    assert event.organization_id == world.association.pk


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "空", "is_open": "on"}, "is_open"),
        ({"title": "化工安全包"}, "title"),
        ({"title": "x", "courses": ["00000000-0000-0000-0000-000000000000"]},
         "courses"),
    ],
)  # fmt: skip
def test_bad_package_names_its_field(client, world, data, field):
    client.force_login(world.head.user)

    page = client.post(at("package_new", world.head), data)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert Package.objects.count() == 1


def invite(world):
    return invite_association_member(
        association=world.association,
        enterprise=world.outsider.organization,
        starts_on=world.today,
        by=world.head.user,
    )


def test_nothing_is_open_before_the_enterprise_has_accepted(client, world):
    client.force_login(world.head.user)
    address = at("packages", world.head)
    data = {
        "code": world.outsider.organization.code,
        "starts_on": world.today.isoformat(),
    }

    client.post(address, data)
    twice = client.post(address, data)

    assert list(twice.context["form"].errors) == ["code"]
    asked = AssociationMember.objects.get(enterprise=world.outsider.organization)
    assert asked.state == AssociationMemberState.INVITED
    with pytest.raises(AssignmentNotPermitted):
        world.assign(world.outsider)
    message = Message.objects.get(recipient=world.outsider.user)
    assert world.association.name in message.subject
    assert message.url == f"/enterprise/{world.outsider.organization.code}/packages/"


def test_enterprise_accepts_in_its_console_and_leaves_later(client, world):
    asked = invite(world)
    client.force_login(world.outsider.user)
    address = at("association_answer", world.outsider, asked.public_id)
    overview = client.get(at("enterprise", world.outsider)).text
    assert world.association.name in overview

    client.post(address, {"answer": "accept"})
    page = client.get(at("packages", world.outsider)).text
    assert "化工安全包" in page
    world.assign(world.outsider)
    client.post(address, {"answer": "leave"})

    # It began today, so that it never was; nothing new may be assigned.
    assert not AssociationMember.objects.filter(pk=asked.pk).exists()
    with pytest.raises(AssignmentNotPermitted):
        world.assign(world.outsider)
    told = Message.objects.filter(recipient=world.head.user)
    assert told.count() == 2
    for side in (world.association, world.outsider.organization):
        verbs = AuditEvent.objects.filter(organization_id=side.pk).values_list(
            "verb", flat=True
        )
        assert [v for v in verbs.order_by("pk") if v.startswith("association_")] == [
            Verb.ASSOCIATION_MEMBER_INVITED,
            Verb.ASSOCIATION_MEMBER_ACCEPTED,
            Verb.ASSOCIATION_MEMBER_ENDED,
        ]


def test_declined_stays_on_record_and_may_be_asked_again(client, world):
    asked = invite(world)
    client.force_login(world.outsider.user)
    address = at("association_answer", world.outsider, asked.public_id)

    client.post(address, {"answer": "decline"})
    client.post(address, {"answer": "accept"})

    asked.refresh_from_db()
    assert asked.state == AssociationMemberState.DECLINED
    assert asked.answered_by == world.outsider.user
    client.force_login(world.head.user)
    shown = client.get(at("packages", world.head)).context["members"]
    assert [m.state for m in shown if m.pk == asked.pk] == ["declined"]
    again = invite(world)
    members = client.get(at("packages", world.head)).context["members"]
    assert [m.pk for m in members if m.enterprise_id == again.enterprise_id] == [
        again.pk
    ]


def test_answers_are_repeatable_and_only_the_first_one_counts(world):
    asked, now = invite(world), clock.now()

    for _attempt in range(2):
        accept_invitation(member=asked, by=world.outsider.user, now=now)
    with pytest.raises(InvitationAnswered):
        decline_invitation(member=asked, by=world.outsider.user, now=now)

    verb = Verb.ASSOCIATION_MEMBER_ACCEPTED
    assert AuditEvent.objects.filter(verb=verb).count() == 2
    assert AssociationMember.objects.active(world.today).filter(pk=asked.pk).exists()


def test_invitation_that_was_taken_back_is_not_accepted(world):
    asked = invite(world)
    end_association_member(member=asked, by=world.head.user, now=clock.now())

    with pytest.raises(InvitationAnswered):
        accept_invitation(member=asked, by=world.outsider.user, now=clock.now())


def test_acceptance_opens_nothing_for_the_past(world):
    asked = invite_association_member(
        association=world.association,
        enterprise=world.outsider.organization,
        starts_on=world.today - 30 * DAY,
        by=world.head.user,
    )

    accept_invitation(member=asked, by=world.outsider.user, now=clock.now())

    assert asked.starts_on == world.today


@pytest.mark.parametrize("who", ["head", "member", "employee"])
def test_only_the_enterprise_answers_for_itself(client, world, who):
    asked = invite(world)
    user = {
        "head": world.head.user,
        "member": world.member.user,
        "employee": MembershipFactory(organization=world.outsider.organization).user,
    }[who]
    client.force_login(user)

    answer = client.post(
        at("association_answer", world.outsider, asked.public_id), {"answer": "accept"}
    )

    assert answer.status_code == 404
    for step in (accept_invitation, decline_invitation):
        with pytest.raises(NotAdministrator):
            step(member=asked, by=user, now=clock.now())
    asked.refresh_from_db()
    assert asked.state == AssociationMemberState.INVITED


def test_association_ends_a_membership_and_the_member_is_told(client, world):
    client.force_login(world.head.user)

    for _attempt in range(2):
        client.post(at("association_member_end", world.head, world.belongs.public_id))

    world.belongs.refresh_from_db()
    assert world.belongs.ends_on == world.today - DAY
    assert Message.objects.filter(recipient=world.member.user).count() == 1
    # Once in the chain of each side.
    assert AuditEvent.objects.filter(verb=Verb.ASSOCIATION_MEMBER_ENDED).count() == 2


def test_unknown_code_is_said(client, world):
    client.force_login(world.head.user)

    page = client.post(
        at("packages", world.head),
        {"code": "91000000000000000X", "starts_on": world.today.isoformat()},
    )

    assert list(page.context["form"].errors) == ["code"]
    assert AssociationMember.objects.count() == 1


def test_enterprise_makes_no_packages(client, world):
    client.force_login(world.member.user)

    made = client.post(at("package_new", world.member), {"title": "自办"})
    added = client.post(
        at("packages", world.member), {"code": world.outsider.organization.code}
    )

    assert (made.status_code, added.status_code) == (404, 404)
    assert Package.objects.count() == 1
    assert AssociationMember.objects.count() == 1


def test_member_changes_nothing_of_the_association(client, world):
    client.force_login(world.member.user)
    code = world.association.code
    addresses = [
        reverse("portal:package", args=[code, world.package.public_id]),
        reverse("portal:association_member_end", args=[code, world.belongs.public_id]),
    ]

    statuses = [client.post(a, {"title": "偷改"}).status_code for a in addresses]

    assert statuses == [404, 404]
    world.package.refresh_from_db()
    world.belongs.refresh_from_db()
    assert (world.package.title, world.belongs.ends_on) == ("化工安全包", None)
