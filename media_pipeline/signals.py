"""What others may react to."""

from django.dispatch import Signal

# asset: the renditions in force have been switched; sent after the commit.
asset_ready = Signal()
