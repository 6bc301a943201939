"""Staff lists in, and how far the work on them is."""

from typing import Any, cast

from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lms.accounts.enums import TokenScope
from lms.accounts.models import User
from lms.api.administered import administered_or_404
from lms.api.authentication import HasScope
from lms.api.idempotency import idempotent
from lms.core.enums import JobState
from lms.core.errors import TooLarge
from lms.core.sheets.refusals import remark_from_json
from lms.core.uploads import body_is_larger
from lms.organizations.domain.staff_import.importing import submit_import
from lms.organizations.domain.staff_import.messages import message_of
from lms.organizations.domain.staff_import.reading import MAX_FILE_BYTES
from lms.organizations.enums import ImportPolicy
from lms.organizations.errors import ApprovalNeeded
from lms.organizations.models import StaffImport
from lms.ui.languages import site_path

SHOWN = 500


class StaffListSerializer(serializers.Serializer):
    file = serializers.FileField(help_text="XLSX or CSV, up to 30 MB")
    policy = serializers.ChoiceField(
        choices=ImportPolicy.choices, default=ImportPolicy.ALL_OR_NOTHING
    )
    dry_run = serializers.BooleanField(default=False)
    complete_list = serializers.BooleanField(
        default=False, help_text="who is not in the file has left"
    )
    invite = serializers.BooleanField(
        default=False, help_text="write to new people with an e-mail address"
    )


class JobErrorSerializer(serializers.Serializer):
    row = serializers.IntegerField(help_text="as the sheet counts; 0 is the file")
    column = serializers.CharField(allow_blank=True)
    severity = serializers.ChoiceField(choices=["error", "warning"])
    code = serializers.CharField()
    message = serializers.CharField()


class JobResultSerializer(serializers.Serializer):
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="rows by what they did: joined, asked, rehired, moved, left, "
        "unchanged",
    )
    taken = serializers.IntegerField()
    refused = serializers.IntegerField()


class JobSerializer(serializers.Serializer):
    """Long work. Ask again until `state` is `done` or `failed`."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=JobState.choices)
    total = serializers.IntegerField(help_text="rows, once they are counted")
    checked = serializers.IntegerField()
    dry_run = serializers.BooleanField()
    errors = JobErrorSerializer(  # type: ignore[assignment]
        many=True, help_text="the first 500, errors first"
    )
    result = JobResultSerializer(allow_null=True)
    url = serializers.CharField(help_text="ask here for progress")
    page = serializers.CharField(help_text="the same for a person's eyes")


def job_body(job: StaffImport, request: Request) -> dict[str, Any]:
    """Return what is told of a job; the result comes when it has ended."""
    remarks = [remark_from_json(one) for one in job.remarks]
    remarks.sort(key=lambda remark: not remark.is_error)
    place = f"enterprise/{job.organization.code}/members/import/{job.public_id}/"
    body = {
        "id": job.public_id,
        "state": job.state,
        "total": job.total,
        "checked": job.checked,
        "dry_run": job.is_dry_run,
        "errors": [
            {
                "row": one.place.row or one.place.line,
                "column": one.place.column,
                "severity": one.severity,
                "code": one.code,
                "message": message_of(one),
            }
            for one in remarks[:SHOWN]
        ],
        "result": None,
        "url": request.build_absolute_uri(reverse("api:job", args=[job.public_id])),
        "page": request.build_absolute_uri(site_path(place)),
    }
    if job.state in (JobState.DONE, JobState.FAILED):
        body["result"] = {
            "counts": job.counts,
            "taken": job.taken,
            "refused": job.refused,
        }
    return JobSerializer(body).data  # type: ignore[return-value]


class StaffImportView(APIView):
    """For those who administer the enterprise."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_WRITE
    parser_classes = [parsers.MultiPartParser]

    @extend_schema(
        operation_id="organization_import_members",
        tags=["organizations"],
        request={"multipart/form-data": StaffListSerializer},
        responses={
            202: JobSerializer,
            404: OpenApiResponse(description="unknown, or not administered by you"),
            413: OpenApiResponse(description="the file is too large"),
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """Take a staff list in; the work goes on in a job."""
        if body_is_larger(request._request, MAX_FILE_BYTES):  # noqa: SLF001 -- before the body is read
            limit = MAX_FILE_BYTES // 1024 // 1024
            raise TooLarge(
                "file_too_large",
                _("The file is larger than %(limit)s MB.") % {"limit": limit},
            )
        return self._take(request, code=code)

    @idempotent
    def _take(self, request: Request, code: str) -> Response:
        organization = administered_or_404(request, code)
        form = StaffListSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        if data["complete_list"] and not data["dry_run"]:
            raise ApprovalNeeded(
                "approval_needed",
                _(
                    "A complete list ends people's employment. Send it as a check; "
                    "then a second administrator approves it in the console."
                ),
            )
        job = submit_import(
            organization=organization,
            file=data["file"],
            size=data["file"].size,
            filename=data["file"].name,
            policy=data["policy"],
            is_dry_run=data["dry_run"],
            is_complete_list=data["complete_list"],
            sends_invitations=data["invite"],
            by=cast("User", request.user),
        )
        return Response(job_body(job, request), status=status.HTTP_202_ACCEPTED)


class JobView(APIView):
    """For those who administer the enterprise that the job works for."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_READ

    @extend_schema(
        operation_id="job",
        tags=["organizations"],
        responses={200: JobSerializer, 404: OpenApiResponse()},
    )
    def get(self, request: Request, public_id: str) -> Response:
        """Return state, progress, errors and result of a job."""
        rows = StaffImport.objects.visible_to(request.user)
        job = rows.select_related("organization").filter(public_id=public_id).first()
        if job is None:
            raise Http404
        return Response(job_body(job, request))


urlpatterns = [
    path(
        "organizations/<str:code>/members:import",
        StaffImportView.as_view(),
        name="organization_import_members",
    ),
    path("jobs/<uuid:public_id>", JobView.as_view(), name="job"),
]
