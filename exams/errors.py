"""Why an exam refuses something, in the words of the domain."""

from lms.core.errors import Conflict, Invalid, NotFound, NotPermitted, TooMany


class ExamNotOpen(Conflict):
    """The window, the limit of attempts or the paper does not allow a start."""


class ExamNotPermitted(NotPermitted):
    """The person is none of those this exam is for."""


class AttemptNotFound(NotFound):
    """No such attempt, or not this person's."""


class AttemptClosed(Conflict):
    """Answers are no longer taken."""


class AttemptPaused(Conflict):
    """An invigilator stopped the clock; answers may come again later."""


class TooManyTries(TooMany):
    """Wrong access codes, one after the other."""


class NothingToDo(Conflict):
    """The attempt is not in the state that an intervention needs."""


class SequenceConflict(Conflict):
    """A writer used one number for two different answers."""


class ResponsesMissing(Conflict):
    """A numbered answer has not arrived."""


class InvalidResponse(Invalid):
    """An answer has no place on this paper, or not the form of an answer."""


class InfeasibleBlueprint(Invalid):
    """The banks do not hold the items that the blueprint asks for."""


class TooManyEvents(TooMany):
    """A browser reports more than anyone can read."""


class TaskTaken(Conflict):
    """An answer is not this examiner's to mark, or no longer."""


class InvalidPoints(Invalid):
    """Points that the rubric does not allow."""


class CorrectionRefused(Conflict):
    """A key can't be corrected this way."""


class AppealRefused(Conflict):
    """An appeal can't be made or answered this way."""


class ReleaseRefused(Conflict):
    """The results of an exam can't be released this way."""


class ImportRefused(Conflict):
    """A file is not taken in, or an import can't be taken back."""


class NothingToPractice(Conflict):
    """The choice of items is empty for this learner."""


class AlreadyAnswered(Conflict):
    """This question of a practice, or this card, was answered in the meantime."""


class ReviewRefused(Conflict):
    """The item is not in the state for this step, or the person may not take it."""


class TextChanged(Conflict):
    """Somebody saved a newer text since this one was opened."""


class FileRefused(Invalid):
    """A picture or sound that can't be shown."""
