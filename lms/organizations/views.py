"""Staff sign-in, and a person's answers to employers."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lms.accounts.requests import signed_in
from lms.core import clock
from lms.core.errors import DomainError
from lms.organizations.domain.first_codes import redeem_first_code
from lms.organizations.domain.members import accept_membership, decline_membership
from lms.organizations.forms import EmployeeSignInForm, FirstSignInForm
from lms.organizations.models import Membership
from lms.organizations.querysets import MembershipQuerySet

BACKEND = "lms.organizations.backends.EmployeeNumberBackend"


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class EmployeeSignIn(View):
    """Sign in by organization code and employee number.

    Goes through the same stages as every sign-in: rate limits, second factor, audit.
    """

    template_name = "organizations/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(get_adapter().get_login_redirect_url(request))
        return self._show(EmployeeSignInForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        limited = ratelimit.consume_or_429(request, action="login")
        if limited is not None:
            return limited
        form = EmployeeSignInForm(request.POST)
        if not form.is_valid():
            return self._show(form)
        try:
            user = get_adapter().authenticate(request, **form.credentials())
        except ValidationError as error:
            form.add_error(None, error)
            return self._show(form)
        if user is None:
            form.add_error(
                None, _("The code, the employee number or the password is not right.")
            )
            return self._show(form)
        return self._sign_in(user, remember=form.cleaned_data["remember"])

    def _sign_in(self, user: Any, *, remember: bool) -> HttpResponse:
        response = sign_in(self.request, user)
        age = settings.SESSION_COOKIE_AGE if remember else 0
        self.request.session.set_expiry(age)
        return response

    def _show(self, form: EmployeeSignInForm) -> HttpResponse:
        status = 422 if form.errors else 200
        context = {"form": form, "next": get_next_redirect_url(self.request) or ""}
        return render(self.request, self.template_name, context, status=status)


def sign_in(request: HttpRequest, user: Any) -> HttpResponse:
    """Go through the stages of every sign-in; lead to where the person wanted."""
    login = Login(
        user=user,
        email_verification=EmailVerificationMethod.NONE,
        redirect_url=get_next_redirect_url(request),
    )
    record_authentication(request, user, method="password")
    return perform_login(request, login)


@method_decorator(
    [never_cache, sensitive_post_parameters("password", "repeated", "code")],
    name="dispatch",
)
class FirstSignIn(View):
    """Choose the first password with a one-time code from paper."""

    template_name = "organizations/first_sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(get_adapter().get_login_redirect_url(request))
        return self._show(FirstSignInForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        limited = ratelimit.consume_or_429(request, action="login")
        if limited is not None:
            return limited
        form = FirstSignInForm(request.POST)
        if form.is_valid():
            try:
                user = redeem_first_code(**form.parts(), now=clock.now())
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                user.backend = BACKEND  # type: ignore[attr-defined]
                return sign_in(request, user)
        return self._show(form)

    def _show(self, form: FirstSignInForm) -> HttpResponse:
        status = 422 if form.errors else 200
        return render(self.request, self.template_name, {"form": form}, status=status)


def _own(request: HttpRequest) -> MembershipQuerySet:
    rows = Membership.objects.visible_to(request.user).filter(user=signed_in(request))
    return rows.with_people()


@login_required
@never_cache
def memberships(request: HttpRequest) -> HttpResponse:
    """Show where the person works, and who waits for an answer."""
    rows = list(_own(request).order_by("state", "-starts_on"))
    context = {
        "waiting": [m for m in rows if m.state == "pending"],
        "active": [m for m in rows if m.state == "active"],
        "ended": [m for m in rows if m.state == "ended"],
    }
    return render(request, "organizations/memberships.html", context)


@login_required
@require_POST
def membership_accept(request: HttpRequest, public_id: str) -> HttpResponse:
    membership = get_object_or_404(_own(request), public_id=public_id)
    accept_membership(membership=membership, by=signed_in(request), now=clock.now())
    name = membership.organization.name
    messages.success(request, _("You are a member of %(name)s now.") % {"name": name})
    return redirect("organizations:memberships")


@login_required
@require_POST
def membership_decline(request: HttpRequest, public_id: str) -> HttpResponse:
    membership = get_object_or_404(_own(request), public_id=public_id)
    decline_membership(membership=membership, by=signed_in(request), now=clock.now())
    messages.success(request, _("Declined. They see nothing of you."))
    return redirect("organizations:memberships")
