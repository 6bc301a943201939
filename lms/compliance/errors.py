from lms.core.errors import Invalid, NotPermitted


class AssignmentNotPermitted(NotPermitted):
    """Only an administrator of the organization, and only courses open to it."""


class AssignmentInvalid(Invalid):
    """The assignment asks for something that can't be."""


class RuleNotPermitted(NotPermitted):
    """Rules are written by editors and approved by somebody else."""


class RuleInvalid(Invalid):
    """A rule that can't take effect."""


class PostingInvalid(Invalid):
    """A post that the person can't have held."""
