from lms.compliance.models.assignment import Assignment, AssignmentEntry
from lms.compliance.models.credit import CreditChain, CreditEntry
from lms.compliance.models.duty import Obligation, Posting, TrainingRule
from lms.compliance.models.plan import Exemption, Plan

__all__ = [
    "Assignment",
    "AssignmentEntry",
    "CreditChain",
    "CreditEntry",
    "Exemption",
    "Obligation",
    "Plan",
    "Posting",
    "TrainingRule",
]
