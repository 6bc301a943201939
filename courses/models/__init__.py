from courses.models.enrollment import Enrollment, Syllabus, UnitProgress
from courses.models.onsite import Attendance, OnSiteTraining
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.models.playback import (
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    PresenceCheck,
)

__all__ = [
    "Attendance",
    "CourseIndexPage",
    "CoursePage",
    "Enrollment",
    "LearnerPresence",
    "LessonPage",
    "ModulePage",
    "OnSiteTraining",
    "PlaybackInterval",
    "PlaybackSession",
    "PresenceCheck",
    "Syllabus",
    "UnitProgress",
]
