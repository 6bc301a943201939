"""Validity rules in the admin: rows with citations, each from a day on."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from certificates.domain.validity import add_rule
from certificates.errors import RuleRefused
from certificates.models import ValidityRule
from certificates.permissions import can_design_certificates


class ValidityRuleForm(forms.ModelForm):
    class Meta:
        model = ValidityRule
        fields = [
            "code", "name", "name_en", "effective_from", "months", "review_months",
            "basis", "article", "source", "note",
        ]  # fmt: skip
        widgets = {
            "effective_from": forms.DateInput(attrs={"type": "date"}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List the rows and add the next one; a row that is there never changes."""
    if not can_design_certificates(request.user):
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = ValidityRuleForm(request.POST if is_sent else None)
    if is_sent and form.is_valid():
        try:
            add_rule(rule=form.instance, by=request.user)  # type: ignore[arg-type]
        except RuleRefused as error:
            form.add_error("effective_from", str(error.message))
        else:
            messages.success(request, _("The rule is kept and holds from its day on."))
            return redirect("certificates_office:rules")
    context = {"form": form, "rules": ValidityRule.objects.all()}
    status = 422 if is_sent else 200
    return render(request, "certificates/admin/rules.html", context, status=status)
