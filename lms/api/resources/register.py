"""`/register/…`: the append-only register for witnesses (RFC 6962 hashing).

Entries hold salted commitments and no personal data, so everything is public. Hashes
are lower-case hexadecimal.
"""

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from certificates.domain import merkle
from certificates.domain.register import (
    origin,
    prove_consistency,
    prove_inclusion,
    publish_checkpoint,
    register_size,
    root_at,
)
from certificates.errors import BadRange
from certificates.models import RegisterEntry
from lms.api.resources.certificates import PublicView
from lms.core.clock import now

MAX_ENTRIES = 500


class RegisterThrottle(SimpleRateThrottle):
    """Witnesses follow the register in big steps; this stops a flood only."""

    scope = "register"
    rate = "600/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {
            "scope": self.scope,
            "ident": self.get_ident(request),
        }


class CheckpointSerializer(serializers.Serializer):
    origin = serializers.CharField()
    size = serializers.IntegerField()
    root_hash = serializers.CharField()
    signed_at = serializers.DateTimeField()
    kid = serializers.CharField()
    token = serializers.CharField(help_text="compact JWS, type checkpoint+jws")


class EntrySerializer(serializers.Serializer):
    index = serializers.IntegerField()
    kind = serializers.CharField()
    leaf = serializers.CharField(help_text="the bytes that are hashed, UTF-8")
    leaf_hash = serializers.CharField()


class EntriesSerializer(serializers.Serializer):
    entries = EntrySerializer(many=True)
    size = serializers.IntegerField()


class InclusionSerializer(serializers.Serializer):
    index = serializers.IntegerField()
    size = serializers.IntegerField()
    leaf_hash = serializers.CharField()
    root_hash = serializers.CharField()
    proof = serializers.ListField(child=serializers.CharField())


class ConsistencySerializer(serializers.Serializer):
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    first_root_hash = serializers.CharField()
    second_root_hash = serializers.CharField()
    proof = serializers.ListField(child=serializers.CharField())


def number(name: str, *, required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, int, required=required)


def read_number(request: Request, name: str, default: int | None = None) -> int:
    """Return a query parameter as a number.

    Raises:
        BadRange: missing or not digits.
    """
    text = request.query_params.get(name, "")
    if text.isascii() and text.isdecimal() and len(text) < 16:
        return int(text)
    if not text and default is not None:
        return default
    raise BadRange("bad_range", _("%(name)s must be a whole number.") % {"name": name})


class RegisterView(PublicView):
    throttle_classes = [RegisterThrottle]


class CheckpointView(RegisterView):
    @extend_schema(
        operation_id="register_checkpoint", responses={200: CheckpointSerializer}
    )
    def get(self, request: Request) -> Response:
        """Return the newest signed checkpoint."""
        checkpoint = publish_checkpoint(now=now())
        body = {
            "origin": origin(),
            "size": checkpoint.size,
            "root_hash": bytes(checkpoint.root_hash).hex(),
            "signed_at": checkpoint.signed_at,
            "kid": checkpoint.kid,
            "token": checkpoint.token,
        }
        return Response(CheckpointSerializer(body).data)


class EntriesView(RegisterView):
    @extend_schema(
        operation_id="register_entries",
        parameters=[number("start"), number("end", required=False)],
        responses={200: EntriesSerializer},
    )
    def get(self, request: Request) -> Response:
        """Return entries start..end, both included; at most 500 at once."""
        start = read_number(request, "start", 0)
        end = read_number(request, "end", start + MAX_ENTRIES - 1)
        if end < start:
            raise BadRange("bad_range", _("end must not be smaller than start."))
        last = min(end, start + MAX_ENTRIES - 1)
        rows = RegisterEntry.objects.filter(index__range=(start, last))
        entries = [
            {
                "index": row.index,
                "kind": row.kind,
                "leaf": row.leaf,
                "leaf_hash": bytes(row.leaf_hash).hex(),
            }
            for row in rows
        ]
        body = {"entries": entries, "size": register_size()}
        return Response(EntriesSerializer(body).data)


class InclusionView(RegisterView):
    @extend_schema(
        operation_id="register_inclusion_proof",
        parameters=[number("index"), number("size", required=False)],
        responses={200: InclusionSerializer},
    )
    def get(self, request: Request) -> Response:
        """Prove that an entry is in the tree of a size (the present one by default)."""
        index = read_number(request, "index")
        size = read_number(request, "size", register_size())
        try:
            proof = prove_inclusion(index=index, size=size)
        except ValueError as error:
            raise BadRange("bad_range", _("There is no such entry.")) from error
        entry = RegisterEntry.objects.get(index=index)
        body = {
            "index": index,
            "size": size,
            "leaf_hash": merkle.leaf_hash(entry.leaf.encode()).hex(),
            "root_hash": root_at(size=size).hex(),
            "proof": [step.hex() for step in proof],
        }
        return Response(InclusionSerializer(body).data)


class ConsistencyView(RegisterView):
    @extend_schema(
        operation_id="register_consistency_proof",
        parameters=[number("first"), number("second", required=False)],
        responses={200: ConsistencySerializer},
    )
    def get(self, request: Request) -> Response:
        """Prove that the register of one size is a prefix of that of another."""
        first = read_number(request, "first")
        second = read_number(request, "second", register_size())
        try:
            proof = prove_consistency(first=first, second=second)
        except ValueError as error:
            raise BadRange("bad_range", _("There is no such range.")) from error
        body = {
            "first": first,
            "second": second,
            "first_root_hash": root_at(size=first).hex(),
            "second_root_hash": root_at(size=second).hex(),
            "proof": [step.hex() for step in proof],
        }
        return Response(ConsistencySerializer(body).data)


urlpatterns = [
    path("register/checkpoint", CheckpointView.as_view(), name="register_checkpoint"),
    path("register/entries", EntriesView.as_view(), name="register_entries"),
    path("register/proof/inclusion", InclusionView.as_view(), name="inclusion_proof"),
    path(
        "register/proof/consistency",
        ConsistencyView.as_view(),
        name="consistency_proof",
    ),
]
