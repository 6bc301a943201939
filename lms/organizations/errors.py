from lms.core.errors import Conflict, Invalid, NotPermitted


class OrganizationTaken(Conflict):
    """The unified social credit code is registered already."""


class TreeCycle(Conflict):
    """A department or organization can't stand below itself."""


class DepartmentNameTaken(Conflict):
    """There is a department of this name at this place."""


class ForeignDepartment(Invalid):
    """The department or position belongs to another organization."""


class EmployeeNumberTaken(Conflict):
    """Another active member has this employee number."""


class AlreadyMember(Conflict):
    """The person holds this role here already."""


class MembershipNotOpen(Conflict):
    """The membership is not in the state that the step needs."""


class NotYourMembership(NotPermitted):
    """Only the person concerned may answer."""


class NotAdministrator(NotPermitted):
    """The person does not administer this organization."""


class InvitationNotPossible(Conflict):
    """There is no address to write to, or the person can sign in already."""


class PositionNameTaken(Conflict):
    """There is a position of this name already."""


class PositionInUse(Conflict):
    """Somebody holds the position: it can't be deleted."""


class StaffImportRefused(Conflict):
    """The file can't be taken in: too large, or not in this state."""


class ChangeAskedAlready(Conflict):
    """The same change waits for a decision."""


class ChangeNotOpen(Conflict):
    """The request was decided, withdrawn, or its time is over."""


class OwnChange(NotPermitted):
    """Nobody approves what they asked for; nobody withdraws for others."""


class ReasonMissing(Invalid):
    """A change or its refusal needs a reason."""


class LastAdministrator(Conflict):
    """Somebody has to administer the enterprise."""


class ApprovalNeeded(Conflict):
    """A second person has to agree; the console asks them."""


class NotAnAssociation(Conflict):
    """Only an association has members and packages."""


class InvitationAnswered(Conflict):
    """The enterprise has answered, or the association took its invitation back."""


class PackageEmpty(Invalid):
    """A package is opened when there is something in it."""


class PackageTitleTaken(Conflict):
    """The association has a package of this title."""


class OriginInvalid(Invalid):
    """A line is no site that may show the badge."""


class FirstCodeWrong(Invalid):
    """A code from paper that opens nothing; why is not told."""


class TooManySlips(Invalid):
    """More slips at once than a person cuts and hands out."""
