"""`/certificates/…`: public facts and verdicts. No account, no personal number."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from certificates.domain.pdf_inspection import MAX_PDF_BYTES
from certificates.domain.verification import (
    Report,
    verify_number,
    verify_pdf,
    verify_token,
)
from certificates.enums import CertificateState, Outcome, Verdict
from certificates.errors import CertificateNotFound
from certificates.limits import VerifyThrottle
from lms.core.clock import now


class CertificateFactsSerializer(serializers.Serializer):
    """What a stranger may know of a certificate."""

    number = serializers.CharField()
    state = serializers.ChoiceField(choices=CertificateState.choices)
    holder = serializers.CharField(help_text="masked: 张*, 欧阳**")
    title = serializers.CharField()
    hours = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    issuer = serializers.CharField()
    register_index = serializers.IntegerField()


class CheckSerializer(serializers.Serializer):
    code = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    text = serializers.CharField()


class VerdictSerializer(serializers.Serializer):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    checks = CheckSerializer(many=True)
    certificate = CertificateFactsSerializer(allow_null=True)


class CertificateSerializer(CertificateFactsSerializer):
    verdict = serializers.ChoiceField(choices=Verdict.choices)


class VerifySerializer(serializers.Serializer):
    """One of the three: a file (multipart), the text of a QR code, or a number."""

    file = serializers.FileField(required=False)
    qr = serializers.CharField(required=False, max_length=4000)
    number = serializers.CharField(required=False, max_length=200)
    name = serializers.CharField(required=False, max_length=200, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"file", "qr", "number"} & attrs.keys()) != 1:
            raise serializers.ValidationError("give one of: file, qr, number")
        return attrs


def report_body(report: Report) -> dict[str, Any]:
    """Return the answer; it has the same members whatever the verdict."""
    body = {
        "verdict": report.verdict,
        "checks": report.checks,
        "certificate": report.public_facts,
    }
    return VerdictSerializer(body).data  # type: ignore[return-value]


class PublicView(APIView):
    """Needs nobody: no session is read, so no CSRF token is asked for."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [VerifyThrottle]


class CertificateView(PublicView):
    @extend_schema(
        operation_id="certificate_retrieve",
        responses={200: CertificateSerializer, 404: OpenApiResponse()},
    )
    def get(self, request: Request, number: str) -> Response:
        """Return state and public facts of one certificate."""
        report = verify_number(number=number, now=now())
        if report.certificate is None:
            raise CertificateNotFound("unknown_certificate", report.checks[0].text)
        facts = report.public_facts or {}
        return Response(CertificateSerializer(facts | {"verdict": report.verdict}).data)


class VerifyView(PublicView):
    parser_classes = [parsers.JSONParser, parsers.MultiPartParser]

    @extend_schema(
        operation_id="certificate_verify",
        request=VerifySerializer,
        responses={200: VerdictSerializer},
    )
    def post(self, request: Request) -> Response:
        """Judge a PDF, a QR code or a number with name."""
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > MAX_PDF_BYTES + 64 * 1024:
            # Said before the body is read.
            report = verify_pdf(data=bytes(MAX_PDF_BYTES + 1), now=now())
            return Response(report_body(report))
        form = VerifySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(report_body(_verify(form.validated_data)), status.HTTP_200_OK)


def _verify(data: dict[str, Any]) -> Report:
    if "file" in data:
        content = data["file"].read(MAX_PDF_BYTES + 1)
        return verify_pdf(data=content, now=now())
    if "qr" in data:
        return verify_token(token=data["qr"], now=now())
    return verify_number(number=data["number"], name=data.get("name"), now=now())


urlpatterns = [
    path("certificates/verify", VerifyView.as_view(), name="certificate_verify"),
    path("certificates/<str:number>", CertificateView.as_view(), name="certificate"),
]
