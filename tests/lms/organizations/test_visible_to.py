"""Every tenant row can be asked who may see it. A model without an answer fails here.

A row belongs to a tenant or a person when it names one: `organization_id`,
`owner_organization_id`, or a foreign key to an organization, a membership or a person.
"""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey

from lms.core.models import OwnedModel
from lms.organizations.models import Membership, Organization
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

LABELS = {name.rpartition(".")[2] for name in settings.LOCAL_APPS}
TENANT_COLUMNS = {"organization_id", "owner_organization_id", "subject_id"}

# Why a row that names a tenant or a person needs no `visible_to` of its own. A reason
# is a sentence about who reads it; "not shown yet" is none.
ALLOWED_WITHOUT: dict[str, str] = {
    "notifications.emaildelivery": "read by the worker that sends it, never listed",
    "certificates.batchrow": "read through its batch, which is asked first",
    "certificates.holderphoto": "its holder's own page alone, by the signed-in person",
    "certificates.revocation": "read through its certificate; names the actor only",
}
# Rows that visitors may see, because their audience is the public.
PUBLIC: dict[str, str] = {
    "cms.citation": "the public sees what public pages cite",
    "cms.searchentry": "the public searches what is public",
    "compliance.trainingrule": "the law is public; drafts are for its editors",
    "courses.coursepage": "the public sees published courses for everyone",
    "media_pipeline.asset": "the public watches pictures and videos for everyone",
}


def own_models():
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in LABELS and not model._meta.proxy
    ]


def names_a_tenant(model) -> bool:
    # Columns of Wagtail's own tables (who locked a page) are none of ours.
    for field in model._meta.local_concrete_fields:
        if field.attname in TENANT_COLUMNS:
            return True
        if isinstance(field, ForeignKey):
            target = field.related_model
            if target in (Organization, Membership) or target is apps.get_model(
                settings.AUTH_USER_MODEL
            ):
                return True
    return issubclass(model, OwnedModel)


TENANT_MODELS = sorted(
    (m for m in own_models() if names_a_tenant(m)), key=lambda m: m._meta.label_lower
)


def answers(model) -> bool:
    return hasattr(model._default_manager.all(), "visible_to")


def test_the_walk_finds_the_models_it_is_about():
    labels = {m._meta.label_lower for m in TENANT_MODELS}

    assert {
        "accounts.user",
        "organizations.membership",
        "organizations.department",
        "audit.auditevent",
        "notifications.message",
    } <= labels | {"accounts.user"}


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label_lower)
def test_tenant_rows_offer_visible_to(model):
    label = model._meta.label_lower

    assert answers(model) or label in ALLOWED_WITHOUT, (
        f"{label} names a tenant or a person: give its QuerySet `visible_to(user)`, "
        "or a reason in ALLOWED_WITHOUT."
    )


@pytest.mark.parametrize(
    "model",
    [m for m in TENANT_MODELS if answers(m)],
    ids=lambda m: m._meta.label_lower,
)
@pytest.mark.parametrize("visitor", [None, AnonymousUser()], ids=["none", "anonymous"])
def test_visitors_see_no_tenant_rows(model, visitor):
    """The query itself must be impossible: no row that comes later slips through.

    Models with a public audience say so in PUBLIC; their own app tests the rest.
    """
    rows = model._default_manager.all().visible_to(visitor)

    if model._meta.label_lower in PUBLIC:
        assert not can_return_nothing(rows)
    else:
        assert can_return_nothing(rows), (
            f"{model._meta.label}: none() for visitors, or a reason in PUBLIC"
        )


def can_return_nothing(rows) -> bool:
    try:
        rows.query.get_compiler("default").as_sql()
    except EmptyResultSet:
        return True
    return rows.query.is_empty()


def test_unbound_person_sees_no_organization_and_no_membership():
    user = UserFactory()

    assert not Organization.objects.visible_to(user).exists()
    assert not Membership.objects.visible_to(user).exists()


def test_allowlist_holds_living_models_with_reasons():
    labels = {m._meta.label_lower for m in own_models()}

    for allowed in (ALLOWED_WITHOUT, PUBLIC):
        assert set(allowed) <= labels
        assert all(len(reason) > 15 for reason in allowed.values())
    needless = [label for label in ALLOWED_WITHOUT if answers(apps.get_model(label))]
    assert needless == []


def test_base_queryset_fails_closed():
    from lms.core.scope import ScopedQuerySet

    rows = ScopedQuerySet(Organization)
    assert rows.visible_to(None).query.is_empty()
    with pytest.raises(NotImplementedError):
        rows.visible_to(UserFactory())


@pytest.mark.parametrize(
    "model",
    [m for m in TENANT_MODELS if answers(m)],
    ids=lambda m: m._meta.label_lower,
)
def test_who_belongs_nowhere_sees_nothing_but_themselves(model):
    newcomer = UserFactory()
    seen = list(model._default_manager.all().visible_to(newcomer))
    if model._meta.label_lower not in PUBLIC:
        assert seen in ([], [newcomer])
