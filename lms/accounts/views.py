"""A person's own account: overview, language, API tokens."""

from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lms.accounts.domain.people import set_language
from lms.accounts.domain.tokens import create_token, revoke_token
from lms.accounts.forms import LanguageForm, TokenForm
from lms.accounts.models import ApiToken, IdentityDocument
from lms.accounts.requests import signed_in
from lms.core import clock


@login_required
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Show what the site knows of the person, and the ways to change it."""
    documents = IdentityDocument.objects.visible_to(signed_in(request))
    context = {
        "documents": documents,
        "language_form": LanguageForm(
            initial={"language": signed_in(request).language}
        ),
    }
    return render(request, "account/home.html", context)


@login_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:home")
    set_language(user=signed_in(request), language=form.cleaned_data["language"])
    with override(signed_in(request).language):
        messages.success(request, _("Saved. We write to you in this language now."))
        return redirect("accounts:home")


@login_required
@never_cache
@reauthentication_required
def tokens(request: HttpRequest) -> HttpResponse:
    """List the person's API tokens and create one; its secret is shown once."""
    form = TokenForm(request.POST or None)
    secret = None
    if request.method == "POST" and form.is_valid():
        _token, secret = create_token(
            user=signed_in(request),
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            by=signed_in(request),
            expires_at=clock.now() + timedelta(days=form.cleaned_data["days"]),
        )
        form = TokenForm()
    rows = ApiToken.objects.visible_to(signed_in(request)).filter(
        revoked_at__isnull=True
    )
    context = {"form": form, "secret": secret, "tokens": rows, "now": clock.now()}
    return render(request, "account/tokens.html", context)


@login_required
@require_POST
def token_revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = ApiToken.objects.visible_to(signed_in(request))
    token = get_object_or_404(rows, public_id=public_id)
    revoke_token(token=token, by=signed_in(request), now=clock.now())
    messages.success(request, _("The token no longer works."))
    return redirect("accounts:tokens")
