"""`check --deploy` refuses an unsafe production set-up."""

import pytest

from lms.core import checks

pytestmark = pytest.mark.unit

SAFE = {
    "SECRET_KEY_IS_GIVEN": True,
    "FIELD_ENCRYPTION_KEYS_ARE_GIVEN": True,
    "SIGNING_KEY_FILE": "/run/secrets/issuer.p12",
    "HTTPS": True,
    "LMS_REQUIRE_STAFF_MFA": True,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "REDIS_URL": "redis://cache",
    "CELERY_BROKER_URL": "amqp://broker",
    "S3_BUCKET": "anxue",
}


def found(settings, **changes):
    for name, value in (SAFE | changes).items():
        setattr(settings, name, value)
    messages = checks.check_secrets_are_given(None) + checks.check_public_address(None)
    return [message.id for message in messages]


def test_a_safe_set_up_passes(settings):
    assert found(settings) == []


@pytest.mark.parametrize(
    ("change", "identifier"),
    [
        ({"SECRET_KEY_IS_GIVEN": False}, "core.E010"),
        ({"FIELD_ENCRYPTION_KEYS_ARE_GIVEN": False}, "core.E010"),
        ({"SIGNING_KEY_FILE": ""}, "core.E010"),
        ({"HTTPS": False}, "core.E011"),
        ({"LMS_REQUIRE_STAFF_MFA": False}, "core.E012"),
        (
            {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
            "core.E013",
        ),
    ],
)
def test_each_unsafe_setting_is_named(settings, change, identifier):
    assert found(settings, **change) == [identifier]


def test_embedded_services_are_a_warning_that_names_them(settings):
    found(settings, CELERY_BROKER_URL="filesystem://", S3_BUCKET="")
    (message,) = checks.check_services(None)
    assert message.id == "core.W014"
    assert "CELERY_BROKER_URL" in message.msg
    assert "S3_BUCKET" in message.msg
