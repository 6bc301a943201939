"""The public check. No session is read or written: no CSRF token, no cookie."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from certificates.domain.pdf_inspection import MAX_PDF_BYTES
from certificates.domain.tokens import published_jwks
from certificates.domain.verification import (
    Report,
    verify_number,
    verify_pdf,
    verify_token,
)
from certificates.enums import Verdict
from certificates.forms import NumberForm
from certificates.limits import require_allowed
from certificates.views.presentation import present
from lms.core.clock import now
from lms.core.uploads import takes_any_length

# The multipart envelope around the largest file we look at.
MAX_BODY = MAX_PDF_BYTES + 64 * 1024


def answer(
    request: HttpRequest,
    report: Report,
    *,
    form: NumberForm | None = None,
    template: str = "certificates/verdict.html",
) -> HttpResponse:
    """Render a report; an unknown certificate is a 404 of the same shape."""
    context = {"report": present(report), "form": form or NumberForm()}
    status = 404 if report.verdict == Verdict.UNKNOWN else 200
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


# Open to everyone and changing nothing: there is no session to protect.
@method_decorator(csrf_exempt, name="dispatch")
class VerifyView(View):
    """One field for the number; the QR code's address ends here as well."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "certificates/verify.html", {"form": NumberForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        token = request.POST.get("token")
        if token:
            require_allowed(request)
            report = verify_token(token=token, now=now())
            return answer(request, report, template="certificates/report.html")
        form = NumberForm(request.POST)
        if not form.is_valid():
            context = {"form": form}
            return render(request, "certificates/verify.html", context, status=422)
        number, name = form.cleaned_data["number"], form.cleaned_data["name"]
        if not name:
            return redirect("certificates:verdict", number)
        require_allowed(request)
        report = verify_number(number=number, name=name, now=now())
        return answer(request, report, form=form)


def verdict(request: HttpRequest, number: str) -> HttpResponse:
    """Answer for one number: the address that paper and messages can carry."""
    require_allowed(request)
    return answer(request, verify_number(number=number, now=now()))


@method_decorator([takes_any_length, csrf_exempt], name="dispatch")
class VerifyFileView(View):
    """A PDF, judged by its bytes. The declared size is looked at before the body."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("certificates:verify")

    def post(self, request: HttpRequest) -> HttpResponse:
        require_allowed(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            return answer(request, verify_pdf(data=bytes(MAX_PDF_BYTES + 1), now=now()))
        upload = request.FILES.get("file")
        if upload is None:
            context = {
                "form": NumberForm(),
                "file_error": _("Choose a PDF file first."),
            }
            return render(request, "certificates/verify.html", context, status=422)
        data = upload.read(MAX_PDF_BYTES + 1)
        return answer(request, verify_pdf(data=data, now=now()))


def jwks(request: HttpRequest) -> HttpResponse:
    """Publish the keys, so that anyone can verify tokens without us."""
    response = JsonResponse(published_jwks())
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response
