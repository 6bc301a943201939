from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.accounts.enums import TokenScope
from lms.accounts.querysets import ApiTokenQuerySet
from lms.core.models import PublicIdModel, TimeStampedModel


class ApiToken(PublicIdModel, TimeStampedModel):
    """A program's key to act for a person. Only a hash of the secret is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=80)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12)
    scopes = models.JSONField(_("scopes"), default=list)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def scope_words(self) -> list[str]:
        """What the token allows, in words."""
        words = dict(TokenScope.choices)
        return [str(words.get(scope, scope)) for scope in self.scopes]
