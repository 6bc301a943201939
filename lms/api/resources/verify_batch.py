"""`/certificates/verify-batch`: many certificates at once, for regulators' systems."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from certificates.domain.bulk_checking import (
    MAX_BYTES,
    MAX_ROWS,
    result_of,
    submit_bulk_check,
    submit_numbers,
)
from certificates.enums import Verdict
from certificates.limits import BatchThrottle
from certificates.models import BulkCheck
from lms.accounts.enums import TokenScope
from lms.accounts.models import User
from lms.api.authentication import HasScope
from lms.api.idempotency import idempotent
from lms.api.parsers import JSONParser
from lms.core.enums import JobState
from lms.core.errors import TooLarge
from lms.core.scope import scope_for
from lms.core.uploads import body_is_larger
from lms.ui.languages import site_path

# 20,000 rows with the longest numbers and names people have.
MAX_JSON_BYTES = 4 * 1024 * 1024


class NumberSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=200)
    name = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="full name of the holder; left out, it is not compared",
    )


class NumbersSerializer(serializers.Serializer):
    """Numbers, or a file (multipart)."""

    certificates = serializers.ListField(
        child=NumberSerializer(),
        allow_empty=False,
        max_length=MAX_ROWS,
        help_text="1 to 20,000",
    )


class ListFileSerializer(serializers.Serializer):
    file = serializers.FileField(
        help_text="XLSX or CSV with a column `number` (and `name`; Chinese headings "
        "are known too), or a ZIP of PDFs; up to 200 MB, 20,000 rows, 2,000 PDFs"
    )


class RowSerializer(serializers.Serializer):
    row = serializers.IntegerField(
        help_text="place in `certificates` from 1, row of the sheet, or file of the ZIP"
    )
    given = serializers.CharField(help_text="the number or file name handed in")
    number = serializers.CharField(
        allow_blank=True, help_text="empty for unknown and undecided"
    )
    verdict = serializers.ChoiceField(choices=Verdict.choices)


class BatchSerializer(serializers.Serializer):
    """Ask `url` again until `state` is `done` or `failed`."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=JobState.choices)
    total = serializers.IntegerField(help_text="rows, once they are counted")
    done = serializers.IntegerField()
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="rows by verdict"
    )
    results = RowSerializer(
        many=True, help_text="a row per certificate, in the order handed in"
    )
    error = serializers.CharField(allow_blank=True, help_text="why it failed")
    url = serializers.CharField(help_text="ask here for progress and result")
    page = serializers.CharField(help_text="the same for a person's eyes")


class IsRegulator(IsAuthenticated):
    """Someone who answers for a region."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        signed_in = super().has_permission(request, view)
        return signed_in and bool(scope_for(request.user).region_prefixes)


def batch_body(check: BulkCheck, request: Request) -> dict[str, Any]:
    """Return progress and, once it has ended, the result."""
    rows = result_of(check)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["verdict"]] = counts.get(row["verdict"], 0) + 1
    address = reverse("api:certificate_batch", args=[check.public_id])
    body = {
        "id": check.public_id,
        "state": check.state,
        "total": check.total,
        "done": check.done,
        "counts": counts,
        # As they are: a serializer for each of 20,000 rows would cost a second.
        "results": [],
        "error": check.error,
        "url": request.build_absolute_uri(address),
        "page": request.build_absolute_uri(
            site_path(f"regulator/bulk/{check.public_id}/")
        ),
    }
    return {**BatchSerializer(body).data, "results": rows}


class VerifyBatchView(APIView):
    """For regulators."""

    permission_classes = [IsRegulator, HasScope]
    required_scope = TokenScope.VERIFY
    throttle_classes = [BatchThrottle]
    parser_classes = [JSONParser, parsers.MultiPartParser]

    @extend_schema(
        operation_id="certificate_verify_batch",
        tags=["certificates"],
        request={
            "application/json": NumbersSerializer,
            "multipart/form-data": ListFileSerializer,
        },
        responses={
            200: OpenApiResponse(BatchSerializer, description="judged at once"),
            202: OpenApiResponse(BatchSerializer, description="a job has begun"),
            413: OpenApiResponse(description="the body is too large"),
        },
    )
    def post(self, request: Request) -> Response:
        """Judge a list of numbers, a spreadsheet or a ZIP of PDFs.

        Up to 500 numbers as JSON are answered at once; longer lists and files become a
        job.
        """
        is_json = request.content_type.startswith("application/json")
        limit = MAX_JSON_BYTES if is_json else MAX_BYTES
        if body_is_larger(request._request, limit):  # noqa: SLF001 -- before the body is read
            raise TooLarge(
                "body_too_large",
                _("The file is larger than %(limit)s MB.")
                % {"limit": limit // 1024 // 1024},
            )
        return self._take(request)

    @idempotent
    def _take(self, request: Request) -> Response:
        user = cast("User", request.user)
        form: serializers.Serializer
        if request.FILES:
            form = ListFileSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            upload = form.validated_data["file"]
            check = submit_bulk_check(
                data=upload.read(MAX_BYTES + 1), filename=upload.name, by=user
            )
        else:
            form = NumbersSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            rows = form.validated_data["certificates"]
            pairs = [(row["number"], row["name"]) for row in rows]
            check = submit_numbers(pairs=pairs, by=user)
        ended = check.state in (JobState.DONE, JobState.FAILED)
        code = status.HTTP_200_OK if ended else status.HTTP_202_ACCEPTED
        return Response(batch_body(check, request), status=code)


class BatchView(APIView):
    """For the regulator who handed it in."""

    permission_classes = [IsRegulator, HasScope]
    required_scope = TokenScope.VERIFY

    @extend_schema(
        operation_id="certificate_verify_batch_result",
        tags=["certificates"],
        responses={200: BatchSerializer, 404: OpenApiResponse()},
    )
    def get(self, request: Request, public_id: str) -> Response:
        """Return progress and result of a check of many certificates."""
        rows = BulkCheck.objects.visible_to(request.user)
        check = get_object_or_404(rows, public_id=public_id)
        return Response(batch_body(check, request))


urlpatterns = [
    path(
        "certificates/verify-batch",
        VerifyBatchView.as_view(),
        name="certificate_verify_batch",
    ),
    path(
        "certificates/verify-batch/<uuid:public_id>",
        BatchView.as_view(),
        name="certificate_batch",
    ),
]
