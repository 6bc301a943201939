from lms.organizations.models.access import FirstCode, StatusBadge
from lms.organizations.models.approval import ChangeRequest
from lms.organizations.models.figures import OrganizationFigures
from lms.organizations.models.membership import Jurisdiction, Membership
from lms.organizations.models.organization import (
    Department,
    Organization,
    OrganizationName,
    Position,
)
from lms.organizations.models.package import AssociationMember, Package, PackageItem
from lms.organizations.models.staff_import import StaffImport, StaffImportEntry

__all__ = [
    "AssociationMember",
    "ChangeRequest",
    "Department",
    "FirstCode",
    "Jurisdiction",
    "Membership",
    "Organization",
    "OrganizationFigures",
    "OrganizationName",
    "Package",
    "PackageItem",
    "Position",
    "StaffImport",
    "StaffImportEntry",
    "StatusBadge",
]
