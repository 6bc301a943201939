from certificates.models.award import Award
from certificates.models.batch import BatchRow, CertificateBatch
from certificates.models.bulk import BulkCheck
from certificates.models.certificate import Certificate, IssueProblem, Revocation
from certificates.models.inspection import (
    Finding,
    SampledCertificate,
    SamplingPlan,
)
from certificates.models.issuer import (
    CertificateTemplate,
    Issuer,
    NumberSeries,
    PublishedKey,
)
from certificates.models.photo import HolderPhoto
from certificates.models.picture import TemplatePicture
from certificates.models.register import (
    Checkpoint,
    RegisterEntry,
    RegisterHead,
    RegisterNode,
)
from certificates.models.validity import ValidityRule

__all__ = [
    "Award",
    "BatchRow",
    "BulkCheck",
    "Certificate",
    "CertificateBatch",
    "CertificateTemplate",
    "Checkpoint",
    "Finding",
    "HolderPhoto",
    "IssueProblem",
    "Issuer",
    "NumberSeries",
    "PublishedKey",
    "RegisterEntry",
    "RegisterHead",
    "RegisterNode",
    "Revocation",
    "SampledCertificate",
    "SamplingPlan",
    "TemplatePicture",
    "ValidityRule",
]
