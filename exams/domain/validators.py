"""Is this the content of such an item? Shared by forms, imports and loaders."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exams.interactions import INTERACTIONS


def validate_content(*, type_name: str, content: dict[str, Any]) -> None:
    """Check the content of a revision.

    Raises:
        ValidationError: a dictionary that names each field and says what is wrong.
    """
    interaction = INTERACTIONS.get(type_name)
    if interaction is None:
        raise ValidationError(
            {"type": _("There is no item type “%(type)s”.") % {"type": type_name}}
        )
    interaction.validate(content)
