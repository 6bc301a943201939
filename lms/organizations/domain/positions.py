"""The posts of an organization. Their category decides which rules apply."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.enums import PositionCategory
from lms.organizations.errors import PositionInUse, PositionNameTaken
from lms.organizations.models import Organization, Position


def _taken() -> PositionNameTaken:
    return PositionNameTaken(
        "position_name_taken", _("There is a position of this name already.")
    )


@transaction.atomic
def create_position(
    *, organization: Organization, name: str, category: str, by: User | None
) -> Position:
    """Create a position.

    Raises:
        PositionNameTaken: the organization has one of this name.
    """
    try:
        with transaction.atomic():
            position = Position.objects.create(
                organization=organization,
                name=name.strip(),
                category=PositionCategory(category),
            )
    except IntegrityError as error:
        raise _taken() from error
    record(actor=by, verb=Verb.POSITION_CREATED, obj=position)
    return position


@transaction.atomic
def change_position(
    *, position: Position, name: str, category: str, by: User | None
) -> Position:
    """Rename a position or put it into another category; no change, no entry.

    Raises:
        PositionNameTaken: the organization has another one of this name.
    """
    name, category = name.strip(), PositionCategory(category)
    if (position.name, position.category) == (name, category):
        return position
    before = position.category
    position.name, position.category = name, category
    try:
        with transaction.atomic():
            position.save(update_fields=["name", "category", "updated_at"])
    except IntegrityError as error:
        position.refresh_from_db()
        raise _taken() from error
    record(
        actor=by,
        verb=Verb.POSITION_CHANGED,
        obj=position,
        data={"title": name, "category": str(category), "category_before": before},
    )
    return position


@transaction.atomic
def delete_position(*, position: Position, by: User | None) -> None:
    """Delete a position that nobody ever held.

    Raises:
        PositionInUse: it stands in a membership, today's or a past one.
    """
    organization_id, public_id = position.organization_id, str(position.public_id)
    data = {"title": position.name}
    try:
        position.delete()
    except ProtectedError as error:
        raise PositionInUse(
            "position_in_use",
            _("Somebody holds or held this position; their records name it."),
        ) from error
    record(
        actor=by,
        verb=Verb.POSITION_DELETED,
        object_type="organizations.position",
        object_id=public_id,
        organization_id=organization_id,
        data=data,
    )
