from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganizationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    AUTHORITY = "authority", _("Authority")
    TRAINING_PROVIDER = "training_provider", _("Training provider")
    ASSOCIATION = "association", _("Association")
    OTHER = "other", _("Other organization")


class PositionCategory(models.TextChoices):
    """The groups that training rules tell apart."""

    PRINCIPAL = "principal", _("Principal person in charge")
    SAFETY_MANAGER = "safety_manager", _("Safety manager")
    SPECIAL_OPERATOR = "special_operator", _("Special-operation worker")
    WORKER = "worker", _("Worker")
    OTHER = "other", _("Other staff")


class MembershipRole(models.TextChoices):
    EMPLOYEE = "employee", _("Employee")
    ADMIN = "admin", _("Administrator")
    UNIT_ADMIN = "unit_admin", _("Department administrator")
    REGULATOR = "regulator", _("Regulator")
    EXPERT = "expert", _("Expert")


class MembershipKind(models.TextChoices):
    EMPLOYEE = "employee", _("Own employee")
    PART_TIME = "part_time", _("Part-time employee")
    DISPATCHED = "dispatched", _("Dispatched worker")
    INTERN = "intern", _("Intern")
    CONTRACTOR = "contractor", _("Contractor's worker")


class MembershipState(models.TextChoices):
    PENDING = "pending", _("Waiting for the person")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


class StaffAction(models.TextChoices):
    """What a row of a staff list leads to."""

    JOINED = "joined", _("New account")
    ASKED = "asked", _("Has an account and is asked")
    REHIRED = "rehired", _("Was here before and is asked")
    MOVED = "moved", _("Place changed")
    LEFT = "left", _("Leaves")
    UNCHANGED = "unchanged", _("Unchanged")


class ImportPolicy(models.TextChoices):
    ALL_OR_NOTHING = "all_or_nothing", _("Take nothing while a row is wrong")
    GOOD_ROWS = "good_rows", _("Take the rows that are right")


class ChangeKind(models.TextChoices):
    """Changes that a second administrator has to agree to."""

    ROLE = "role", _("Gives or takes an administrator's rights")
    COMPLETE_LIST = "complete_list", _("Staff list that ends people's employment")
    EXEMPTION = "exemption", _("Exemption from a duty")
    ARCHIVE_DELETION = "archive_deletion", _("Deletion of training archives")


class ChangeState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a second person")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", pgettext_lazy("change", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("change", "Withdrawn")
    EXPIRED = "expired", _("Expired")


class AssociationMemberState(models.TextChoices):
    """What the enterprise has answered to an association."""

    INVITED = "invited", _("Waiting for the enterprise")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class PackageItemKind(models.TextChoices):
    COURSE = "course", _("Course")
    BANK = "bank", _("Item bank")
