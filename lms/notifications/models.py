"""Messages to people: a site inbox, and e-mails as rows that a worker sends."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.core.models import PublicIdModel, TimeStampedModel
from lms.notifications.enums import DeliveryState, MessageKind
from lms.notifications.querysets import EmailDeliveryQuerySet, MessageQuerySet


class Message(PublicIdModel):
    """One message in a person's inbox, in the language they read."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="messages",
        verbose_name=_("recipient"),
    )
    kind = models.CharField(
        _("kind"), max_length=40, default=MessageKind.GENERAL, blank=True
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    dedupe_key = models.CharField(max_length=120, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("sent at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "dedupe_key"],
                name="notifications_message_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-created_at"], name="notifications_message_inbox"
            ),
            models.Index(
                fields=["recipient"],
                condition=models.Q(read_at__isnull=True),
                name="notifications_message_unread",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class EmailDelivery(PublicIdModel, TimeStampedModel):
    """One e-mail on its way. A worker claims it by compare-and-set.

    `handed_over_at` is written just before the mail server gets it: when a worker
    dies after that, nobody knows whether it went out, and it is not sent again.
    """

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, null=True, related_name="email_delivery"
    )
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    is_secret = models.BooleanField(
        _("secret"),
        default=False,
        help_text=_("Carries a link that opens an account: erased once sent."),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DeliveryState.choices,
        default=DeliveryState.QUEUED,
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    run_after = models.DateTimeField(_("not before"))
    claimed_by = models.CharField(max_length=80, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = EmailDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "run_after"], name="notifications_email_due"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"
