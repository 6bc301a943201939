import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.accounts.enums import Language
from lms.accounts.querysets import UserManager
from lms.core.crypto import decrypt


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do, and where, is said by memberships.

    Ledgers and registers name the random `subject_id` only, so that the person behind
    it can be forgotten when the retention ends.
    """

    subject_id = models.UUIDField(
        _("subject"), default=uuid.uuid4, unique=True, editable=False
    )
    display_name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    mobile_ciphertext = models.BinaryField(null=True)
    mobile_index = models.CharField(
        max_length=64, unique=True, null=True, editable=False
    )
    mobile_key_version = models.CharField(max_length=20, blank=True, editable=False)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=Language.choices,
        default=Language.CHINESE,
    )
    is_staff = models.BooleanField(
        _("platform operator"),
        default=False,
        help_text=_("Runs this installation and sees every organization."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=True) | Q(email=Lower("email")),
                name="accounts_user_email_lowercase",
            ),
            # An empty text would be one "taken" address for everybody without one.
            models.CheckConstraint(
                condition=Q(email__isnull=True) | ~Q(email=""),
                name="accounts_user_email_null_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(
                    mobile_ciphertext__isnull=True,
                    mobile_index__isnull=True,
                    mobile_key_version="",
                )
                | (
                    Q(mobile_ciphertext__isnull=False, mobile_index__isnull=False)
                    & ~Q(mobile_key_version="")
                ),
                name="accounts_user_mobile_complete",
            ),
        ]
        indexes = [
            models.Index(
                fields=["mobile_key_version", "id"], name="accounts_user_mobile_key"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def mobile_context(self) -> str:
        """What the ciphertext is bound to: it does not decrypt in another row."""
        return f"accounts.user.mobile:{self.subject_id}"

    @property
    def mobile(self) -> str:
        """The number in clear, decrypted on demand; empty without one."""
        if self.mobile_ciphertext is None:
            return ""
        return decrypt(bytes(self.mobile_ciphertext), context=self.mobile_context)

    @property
    def masked_mobile(self) -> str:
        """The number as pages show it: 138****5678."""
        number = self.mobile
        return f"{number[:3]}****{number[-4:]}" if number else ""

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name
