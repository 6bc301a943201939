import pytest
from django.core.files.storage import storages
from django.test import override_settings

from certificates.domain.issuing import attach_pdf, issue_certificate
from tests.factories.certificates import (
    NOW,
    CompletedEnrollmentFactory,
    TemplateFactory,
)


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Give every test its own private storage, so that no register is remembered."""
    changed = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }
    with override_settings(STORAGES=changed):
        from certificates.models import Certificate

        field = Certificate._meta.get_field("pdf")
        before, field.storage = field.storage, storages["private"]
        yield tmp_path / "private"
        field.storage = before


@pytest.fixture
def template(db):
    return TemplateFactory()


@pytest.fixture
def issue(template):
    """Issue a certificate with its document: `issue(enrollment=…)`."""

    def do(*, now=NOW, document=True, **kwargs):
        enrollment = kwargs.pop("enrollment", None) or CompletedEnrollmentFactory(
            **kwargs
        )
        certificate = issue_certificate(enrollment=enrollment, now=now)
        return attach_pdf(certificate_id=certificate.pk) if document else certificate

    return do


@pytest.fixture
def certificate(issue):
    return issue()
