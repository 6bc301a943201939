"""What courses refuse, in the words of the domain."""

from lms.core.errors import Conflict, Invalid, NotFound, NotPermitted


class CourseNotOpen(Conflict):
    """The course is not published or has nothing to learn in it."""


class EnrollmentNotPermitted(NotPermitted):
    """The course is not for this person, or only by assignment."""


class EnrollmentClosed(Conflict):
    """Withdrawn: nothing is earned any more."""


class UnitUnknown(NotFound):
    """The syllabus of this enrollment has no such unit."""


class UnitNotPlayable(Conflict):
    """This unit is not earned by watching or reading, or its video is not ready."""


class SignOffNotPermitted(NotPermitted):
    """Only the enterprise that the enrollment belongs to signs off."""


class IntervalInvalid(Invalid):
    """A report of viewing that can't be true or can't be read."""


class SequenceConflict(Conflict):
    """The same sequence number with other content."""


class SessionUnknown(NotFound):
    """No such playback session of this person and lesson."""


class CheckUnknown(NotFound):
    """No such check of presence of this person."""


class OnSiteRefused(Conflict):
    """On-site training that can't be joined, left or closed so."""


class OnSiteNotPermitted(NotPermitted):
    """Only who leads the training or administers the enterprise."""


class UnitLocked(Conflict):
    """Something else comes first: a course, a module or a lesson."""


class PrerequisiteMissing(Conflict):
    """Another course has to be completed before this one is begun."""


class MoveOnRefused(Conflict):
    """The lesson is not complete: something in it was not worked through."""


class AnswerInvalid(Invalid):
    """An answer that does not fit its question."""


class ActivityUnknown(NotFound):
    """No such question in this lesson."""


class AnswerOutOfStep(Conflict):
    """The scenario has gone on meanwhile, in another tab."""


class HandoutUnknown(NotFound):
    """No such hand-out in this lesson."""


class MoveRefused(Conflict):
    """This enrollment can't go over to that version."""


class RequirementRefused(Invalid):
    """A required move needs a reason and a newer version."""
