from exams.models.attempts import (
    Attempt,
    AttemptEvent,
    AttemptKey,
    AttemptPaper,
    AttemptWriter,
    ResponseEvent,
)
from exams.models.banks import (
    Item,
    ItemBank,
    ItemReview,
    ItemRevision,
    RevisionSignature,
    Topic,
)
from exams.models.corrections import Appeal, KeyCorrection
from exams.models.exams import Exam
from exams.models.exchange import ImportedItem, ItemImport
from exams.models.item_types import (
    ITEM_CLASSES,
    CaseItem,
    ChoiceItem,
    ExtendedTextItem,
    HotspotItem,
    MatchItem,
    NumericItem,
    OrderItem,
    TextEntryItem,
    TrueFalseItem,
)
from exams.models.marking import (
    Assessment,
    MarkingPolicy,
    MarkingTask,
    ResultRelease,
)
from exams.models.pages import QuizPage
from exams.models.papers import Paper, PaperItem, PaperSection
from exams.models.practice import (
    BookFilling,
    Favorite,
    PracticeAnswer,
    PracticeSession,
    WrongAnswerCard,
)
from exams.models.prints import ItemExposure, PaperPrint
from exams.models.results import Mark, Result
from exams.models.sittings import (
    AccessTry,
    Accommodation,
    AttemptIntervention,
    AttemptPresence,
    PreparedPaper,
)
from exams.models.statistics import ExamStatistics, ItemStatistics

__all__ = [
    "ITEM_CLASSES",
    "AccessTry",
    "Accommodation",
    "Appeal",
    "Assessment",
    "Attempt",
    "AttemptEvent",
    "AttemptIntervention",
    "AttemptKey",
    "AttemptPaper",
    "AttemptPresence",
    "AttemptWriter",
    "BookFilling",
    "CaseItem",
    "ChoiceItem",
    "Exam",
    "ExamStatistics",
    "ExtendedTextItem",
    "Favorite",
    "HotspotItem",
    "ImportedItem",
    "Item",
    "ItemBank",
    "ItemExposure",
    "ItemImport",
    "ItemReview",
    "ItemRevision",
    "ItemStatistics",
    "KeyCorrection",
    "Mark",
    "MarkingPolicy",
    "MarkingTask",
    "MatchItem",
    "NumericItem",
    "OrderItem",
    "Paper",
    "PaperItem",
    "PaperPrint",
    "PaperSection",
    "PracticeAnswer",
    "PracticeSession",
    "PreparedPaper",
    "QuizPage",
    "ResponseEvent",
    "Result",
    "ResultRelease",
    "RevisionSignature",
    "TextEntryItem",
    "Topic",
    "TrueFalseItem",
    "WrongAnswerCard",
]
