"""Sample organizations, staff and sign-ins. Every number in it is made up.

Regions 3299.. do not exist; identity numbers name a birth on 1900-01-01.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.models import GroupPagePermission, Page

from lms.accounts.domain.people import create_user, find_by_email
from lms.accounts.models import User
from lms.accounts.validators import check_character
from lms.organizations.domain.jurisdictions import grant_jurisdiction
from lms.organizations.domain.members import NewMember, add_member
from lms.organizations.domain.structure import (
    create_organization,
    ensure_department_path,
    ensure_position,
    find_organization,
)
from lms.organizations.enums import (
    MembershipKind,
    MembershipRole,
    OrganizationKind,
    PositionCategory,
)
from lms.organizations.models import Membership, Organization

PASSWORD = "anxue-demo"  # noqa: S105 -- the documented password of the demo
AUTHORITY_CODE = "113299000000000193"
MACHINERY_CODE = "91329901MA00TE5T2B"
CHEMISTRY_CODE = "91329902MA00DEM227"
SAMPLE_CODES = (AUTHORITY_CODE, MACHINERY_CODE, CHEMISTRY_CODE)
SAMPLE_DOMAIN = "@example.com"
CITY_REGION = "3299"


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of a sample staff list."""

    number: str
    name: str
    department: str
    position: str
    category: str = PositionCategory.WORKER
    since: date = date(2025, 3, 3)
    kind: str = MembershipKind.EMPLOYEE
    email: str = ""


P = PositionCategory
D = MembershipKind.DISPATCHED
MACHINERY = (
    Sample("JH001", "周建国", "总经理办公室", "总经理", P.PRINCIPAL, date(2019, 6, 1)),
    Sample("JH002", "沈丽华", "总经理办公室", "行政专员", P.OTHER, date(2021, 9, 1)),
    Sample(
        "JH010",
        "王敏",
        "安全环保部",
        "安全管理员",
        P.SAFETY_MANAGER,
        date(2020, 4, 1),
        email="admin@example.com",
    ),
    Sample(
        "JH011", "赵志强", "安全环保部", "安全主管", P.SAFETY_MANAGER, date(2018, 7, 2)
    ),
    Sample("JH020", "孙立新", "生产部", "生产部长", P.OTHER, date(2017, 3, 1)),
    Sample("JH101", "陈大勇", "生产部/冲压车间", "车间主任", P.OTHER, date(2016, 5, 3)),
    Sample(
        "JH110",
        "李明",
        "生产部/冲压车间/甲班",
        "冲压工",
        since=date(2025, 10, 9),
        email="employee@example.com",
    ),
    Sample("JH111", "张伟", "生产部/冲压车间/甲班", "冲压工", since=date(2023, 2, 13)),
    Sample("JH112", "刘洋", "生产部/冲压车间/甲班", "冲压工"),
    Sample("JH113", "杨晓燕", "生产部/冲压车间/甲班", "质检员"),
    Sample("JH114", "黄志远", "生产部/冲压车间/甲班", "班组长", since=date(2019, 8, 1)),
    Sample("JH120", "吴海涛", "生产部/冲压车间/乙班", "冲压工"),
    Sample("JH121", "徐静", "生产部/冲压车间/乙班", "质检员"),
    Sample("JH122", "马超", "生产部/冲压车间/乙班", "冲压工", kind=D),
    Sample("JH130", "朱春梅", "生产部/焊接车间", "车间主任", P.OTHER, date(2015, 4, 1)),
    Sample("JH131", "胡建平", "生产部/焊接车间", "焊工", P.SPECIAL_OPERATOR),
    Sample("JH132", "郭强", "生产部/焊接车间", "焊工", P.SPECIAL_OPERATOR),
    Sample("JH133", "何文斌", "生产部/焊接车间", "焊工", P.SPECIAL_OPERATOR, kind=D),
    Sample("JH140", "林小军", "设备部", "维修电工", P.SPECIAL_OPERATOR),
    Sample("JH141", "罗国庆", "设备部", "设备管理员", P.OTHER),
    Sample("JH150", "梁桂芳", "仓储部", "仓库主管", P.OTHER, date(2018, 1, 8)),
    Sample("JH151", "宋刚", "仓储部", "叉车司机", P.SPECIAL_OPERATOR),
    Sample("JH152", "唐慧", "仓储部", "仓管员"),
    Sample(
        "JH153",
        "许佳",
        "仓储部",
        "仓管员",
        since=date(2026, 9, 1),
        kind=MembershipKind.INTERN,
    ),
)
CHEMISTRY = (
    Sample("HY001", "陈海燕", "安全部", "安全总监", P.SAFETY_MANAGER, date(2020, 1, 6)),
    Sample("HY101", "韩磊", "一车间", "操作工"),
    Sample("HY102", "冯雪", "一车间", "操作工"),
    Sample("HY103", "董浩", "罐区", "巡检员", P.SPECIAL_OPERATOR),
)


def synthetic_resident_id(sequence: int) -> str:
    """Return a number with a right check digit that belongs to nobody alive."""
    first = f"11010119000101{sequence:03d}"
    return first + check_character(first)


def _organization(
    *,
    code: str,
    name: str,
    short_code: str,
    region: str,
    kind: str = OrganizationKind.ENTERPRISE,
    industry: str = "",
) -> Organization:
    return find_organization(code=code) or create_organization(
        code=code,
        name=name,
        short_code=short_code,
        region=region,
        kind=kind,
        industry=industry,
        starts_on=date(2015, 1, 1),
        by=None,
    )


def _add_staff(
    organization: Organization, staff: tuple[Sample, ...], *, first_id: int
) -> None:
    known = set(
        Membership.objects.filter(organization=organization).values_list(
            "employee_number", flat=True
        )
    )
    for offset, sample in enumerate(staff):
        if sample.number in known:
            continue
        add_member(
            organization=organization,
            member=NewMember(
                name=sample.name,
                employee_number=sample.number,
                mobile=f"1380000{first_id + offset:04d}",
                email=sample.email,
                identity_number=synthetic_resident_id(first_id + offset),
                department=ensure_department_path(
                    organization=organization, path=sample.department, by=None
                ),
                position=ensure_position(
                    organization=organization,
                    name=sample.position,
                    category=sample.category,
                ),
                kind=sample.kind,
                starts_on=sample.since,
            ),
            by=None,
        )


def _give_role(
    *, organization: Organization, user: User, role: str, since: date
) -> Membership:
    """Give an existing person a role, already accepted: nobody is there to click."""
    membership, _is_new = Membership.objects.get_or_create(
        user=user,
        organization=organization,
        role=role,
        state="active",
        defaults={"listed_name": user.display_name, "starts_on": since},
    )
    return membership


def _person(email: str, name: str) -> User:
    return find_by_email(email=email) or create_user(
        display_name=name, email=email, by=None
    )


def sample_people() -> QuerySet[User]:
    """Return everybody whose account the demo opens with the published password."""
    return User.objects.filter(
        Q(memberships__organization__code__in=SAMPLE_CODES)
        | Q(email__endswith=SAMPLE_DOMAIN)
    ).distinct()


def _open_accounts() -> None:
    """Let all sample people sign in with the one documented password."""
    hashed = make_password(PASSWORD)
    for user in sample_people():
        if not user.has_usable_password():
            user.password = hashed
            user.save(update_fields=["password"])
    for user in User.objects.filter(email__endswith=SAMPLE_DOMAIN):
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


def _editors() -> None:
    """Put editor and reviewer into Wagtail's groups, with rights on all pages."""
    access = Permission.objects.get(
        codename="access_admin", content_type__app_label="wagtailadmin"
    )
    root = Page.get_first_root_node()
    rights = {
        "Editors": ("editor@example.com", "编辑 林悦", ("add_page", "change_page")),
        "Moderators": (
            "reviewer@example.com",
            "审核 高远",
            ("add_page", "change_page", "publish_page"),
        ),
    }
    handouts = Permission.objects.filter(
        content_type__app_label="courses",
        codename__in=("add_handout", "change_handout", "view_handout"),
    )
    for group_name, (email, name, codenames) in rights.items():
        group, _is_new = Group.objects.get_or_create(name=group_name)
        group.permissions.add(access, *handouts)
        for codename in codenames:
            permission = Permission.objects.get(
                codename=codename, content_type__app_label="wagtailcore"
            )
            GroupPagePermission.objects.get_or_create(
                group=group, page=root, permission=permission
            )
        _person(email, name).groups.add(group)


def _examiners() -> None:
    """Let one person mark and watch the exams of the platform, and nothing else."""
    group, _is_new = Group.objects.get_or_create(name="Examiners")
    group.permissions.add(
        *Permission.objects.filter(
            content_type__app_label="exams",
            codename__in=("mark_attempts", "invigilate_exam"),
        )
    )
    _person("examiner@example.com", "阅卷 苏宁").groups.add(group)


def _superuser() -> None:
    user = _person("superuser@example.com", "平台管理员")
    if not user.is_superuser:
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])


def _organizations() -> tuple[Organization, Organization, Organization]:
    authority = _organization(
        code=AUTHORITY_CODE,
        name="江海市应急管理局",
        short_code="jianghai-yj",
        region="329900",
        kind=OrganizationKind.AUTHORITY,
    )
    machinery = _organization(
        code=MACHINERY_CODE,
        name="江海精工机械有限公司",
        short_code="jinggong",
        region="329901",
        industry="C34",
    )
    chemistry = _organization(
        code=CHEMISTRY_CODE,
        name="海晏化工有限公司",
        short_code="haiyan",
        region="329902",
        industry="C26",
    )
    return authority, machinery, chemistry


@transaction.atomic
def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Load the sample people. Running it again changes nothing."""
    authority, machinery, chemistry = _organizations()
    _add_staff(machinery, MACHINERY, first_id=100)
    _add_staff(chemistry, CHEMISTRY, first_id=200)
    _give_role(
        organization=machinery,
        user=_person("admin@example.com", "王敏"),
        role=MembershipRole.ADMIN,
        since=date(2020, 4, 1),
    )
    _give_role(
        organization=chemistry,
        user=Membership.objects.get(
            organization=chemistry, employee_number="HY001"
        ).user,
        role=MembershipRole.ADMIN,
        since=date(2020, 1, 6),
    )
    inspector = _give_role(
        organization=authority,
        user=_person("regulator@example.com", "顾正"),
        role=MembershipRole.REGULATOR,
        since=date(2022, 1, 4),
    )
    grant_jurisdiction(membership=inspector, region_prefix=CITY_REGION, by=None)
    _editors()
    _examiners()
    _superuser()
    _open_accounts()
    log(
        f"{User.objects.count()} people in {Organization.objects.count()} organizations"
    )
