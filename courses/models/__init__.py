from courses.models.activities import (
    ActivityAnswer,
    ActivityVersion,
    Handout,
    HandoutDownload,
)
from courses.models.enrollment import Enrollment, Syllabus, UnitProgress
from courses.models.lessons import LessonPage
from courses.models.onsite import Attendance, OnSiteTraining
from courses.models.pages import CourseIndexPage, CoursePage, ModulePage
from courses.models.playback import (
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    PresenceCheck,
)
from courses.models.statements import StatementDelivery
from courses.models.versions import RequiredMove, SyllabusMove

__all__ = [
    "ActivityAnswer",
    "ActivityVersion",
    "Attendance",
    "CourseIndexPage",
    "CoursePage",
    "Enrollment",
    "Handout",
    "HandoutDownload",
    "LearnerPresence",
    "LessonPage",
    "ModulePage",
    "OnSiteTraining",
    "PlaybackInterval",
    "PlaybackSession",
    "PresenceCheck",
    "RequiredMove",
    "StatementDelivery",
    "Syllabus",
    "SyllabusMove",
    "UnitProgress",
]
