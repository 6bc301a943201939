"""Certificates for tests: an issuer with a template, a completed enrollment."""

import uuid
from datetime import UTC, datetime

import factory

from certificates.domain.templates import LAYOUTS
from certificates.models import CertificateTemplate, Issuer
from courses.enums import EnrollmentState
from courses.models import Enrollment, Syllabus
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class IssuerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Issuer
        django_get_or_create = ("code",)

    code = "AX"
    name = "安学安全生产培训平台"
    name_en = "Anxue Work Safety Training"


class TemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CertificateTemplate
        django_get_or_create = ("issuer", "name", "language", "version")

    issuer = factory.SubFactory(IssuerFactory)
    name = "培训结业证明"
    language = "zh-hans"
    version = 1
    layout = factory.LazyAttribute(lambda o: LAYOUTS[o.language])


class CertifiedSyllabusFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Syllabus

    course_key = factory.LazyFunction(uuid.uuid4)
    version = 1
    content = factory.LazyFunction(
        lambda: {
            "titles": {"zh-hans": "十分钟安全入门", "en": "Safety in ten minutes"},
            "credit_seconds": 600,
            "modules": [],
        }
    )
    sha256 = "0" * 64
    published_at = NOW


class CompletedEnrollmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Enrollment

    learner = factory.SubFactory(UserFactory, display_name="张伟")
    syllabus = factory.SubFactory(CertifiedSyllabusFactory)
    course_key = factory.SelfAttribute("syllabus.course_key")
    state = EnrollmentState.COMPLETED
    enrolled_at = NOW
    completed_at = NOW
