"""Certificates issued by themselves: exams and duties that earn one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from certificates.award_forms import AwardForm
from certificates.domain.awards import end_award, set_up_award
from certificates.models import Award
from certificates.permissions import require_issuer
from lms.core import clock


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List what earns certificates, and add to it."""
    require_issuer(request.user)
    is_sent = request.method == "POST"
    form = AwardForm(request.POST if is_sent else None, user=request.user)
    if is_sent and form.is_valid():
        set_up_award(
            award=form.instance,
            by=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
        messages.success(request, _("From now on it earns a certificate."))
        return redirect("certificates_office:awards")
    awards = Award.objects.visible_to(request.user).select_related("template", "exam")
    words = dict(form.fields["rule_code"].choices)  # type: ignore[attr-defined]
    rows = [
        (award, award.exam or words.get(award.rule_code, award.rule_code))
        for award in awards
    ]
    context = {"form": form, "rows": rows}
    status = 422 if is_sent else 200
    return render(request, "certificates/admin/awards.html", context, status=status)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue no more for this exam or duty."""
    require_issuer(request.user)
    award = get_object_or_404(Award.objects.visible_to(request.user), pk=pk)
    end_award(award=award, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("It earns no certificate any more."))
    return redirect("certificates_office:awards")
