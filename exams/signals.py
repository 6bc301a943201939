"""What other packages may listen to. Sent after the commit."""

from django.dispatch import Signal

# attempt
attempt_submitted = Signal()
# attempt, result
attempt_finalized = Signal()
# attempt, result, before (a Standing), reason: a released result became another one
result_changed = Signal()
