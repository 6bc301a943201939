"""Reviews are history, too; the parts of a case share its state from now on."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

from lms.core.append_only import GuardAppendOnly


def share_state(apps: Any, schema_editor: Any) -> None:
    """Parts of a reviewed case that were left as drafts were asked all the same."""
    item = apps.get_model("exams", "Item")
    own = item._base_manager.filter(parent__isnull=False)  # noqa: SLF001 -- all rows
    parts = own.exclude(status="retired")
    whole = item._base_manager.filter(pk=OuterRef("parent_id"))  # noqa: SLF001
    parts.update(status=Subquery(whole.values("status")[:1]))


class Migration(migrations.Migration):
    dependencies = [("exams", "0011_item_review")]
    operations = [
        GuardAppendOnly("exams_itemreview"),
        # Going back leaves the states as they are: nothing was lost by sharing them.
        migrations.RunPython(share_state, migrations.RunPython.noop),
    ]
