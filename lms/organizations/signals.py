"""What organizations tell the packages above them."""

from django.dispatch import Signal

# A staff list was taken in; with `organization_id`. Told by the worker, at its end.
staff_imported = Signal()
