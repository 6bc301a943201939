"""What packages above may react to.

`unit_completed` and `study_time_verified` are sent inside the transaction of the change
and a receiver that fails undoes it: no progress without its credit. The others are sent
after the commit.
"""

from django.dispatch import Signal

# enrollment, unit_key, credit_seconds, evidence, now. `credit_seconds` is what the
# completion itself earns (on-site training, quizzes); watched and read time is
# announced by `study_time_verified` and not repeated here.
unit_completed = Signal()
# enrollment, unit_key, seconds, now and the session (PlaybackSession)
study_time_verified = Signal()
# enrollment, now
enrollment_completed = Signal()
# enrollment, now, by: an administrator put someone into a course
course_assigned = Signal()
# syllabus: a new version of what a course asks for
syllabus_published = Signal()
