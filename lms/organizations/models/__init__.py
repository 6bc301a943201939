from lms.organizations.models.membership import Jurisdiction, Membership
from lms.organizations.models.organization import (
    Department,
    Organization,
    OrganizationName,
    Position,
)
from lms.organizations.models.staff_import import StaffImport, StaffImportEntry

__all__ = [
    "Department",
    "Jurisdiction",
    "Membership",
    "Organization",
    "OrganizationName",
    "Position",
    "StaffImport",
    "StaffImportEntry",
]
