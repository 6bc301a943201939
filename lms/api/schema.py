"""The OpenAPI document: our calls only, in English, with every problem answer."""

from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from lms.api.authentication import HasScope, required_scope
from lms.api.errors import PROBLEM_TYPE
from lms.api.idempotency import HEADER

PREFIX = "/api/v1/"
NO_DESCRIPTION = {"", "No response body"}
DESCRIPTIONS = {
    "400": "The request can't be read (malformed JSON, a bad header).",
    "401": "No sign-in, or a token that is wrong, expired or revoked.",
    "403": "Not for this person, a missing scope, or no CSRF token.",
    "404": "Unknown, or of somebody else.",
    "409": "It contradicts what is there; `code` says how.",
    "415": "The body is of another media type.",
    "422": "The values are not right; `errors` names the fields.",
    "429": "Too many requests; `Retry-After` says how many seconds to wait.",
}
KEY_HELP = (
    "Up to 200 ASCII characters of your choice. Sent again within 24 hours with the "
    "same body, the request answers the same and does nothing twice; with another "
    "body it is 409 `idempotency_conflict`."
)


class ProblemSerializer(serializers.Serializer):
    """RFC 9457. Some codes bring members of their own, such as `next_seq`."""

    type = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="stable; programs test this")
    title = serializers.CharField()
    detail = serializers.CharField(help_text="one sentence in the caller's language")
    errors = serializers.JSONField(  # type: ignore[assignment]
        required=False, help_text="field to messages, with the code `invalid`"
    )


class EnglishSchemaGenerator(SchemaGenerator):
    """Write the document in one language, whoever asks and wherever it is built."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        with translation.override("en"):
            return super().get_schema(request=request, public=public)


def only_our_calls(endpoints: list[tuple], **kwargs: Any) -> list[tuple]:
    """Leave out what others route through REST framework (the editors' admin)."""
    own = (PREFIX + "schema/", PREFIX + "docs/")
    return [e for e in endpoints if e[0].startswith(PREFIX) and e[0] not in own]


class ApiSchema(AutoSchema):
    """Describe one call, with the errors that the base of the API answers."""

    def get_description(self) -> str:  # type: ignore[override]
        scope = required_scope(self.view, self.method)
        text = super().get_description() or ""
        if scope and HasScope in self.view.permission_classes:
            text = f"{text}\n\nScope of a token: `{scope}`."
        return text.strip()

    def get_override_parameters(self) -> list[Any]:
        parameters = super().get_override_parameters()
        handler = getattr(self.view, str(self.method).lower(), None)
        if getattr(handler, "is_idempotent", False):
            parameters = [
                *parameters,
                OpenApiParameter(
                    HEADER, str, OpenApiParameter.HEADER, description=KEY_HELP
                ),
            ]
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for code in self._problem_codes():
            bodies.setdefault(code, {})
        reference = self.resolve_serializer(ProblemSerializer, direction).ref
        for code, body in bodies.items():
            if code < "400":
                continue
            if body.get("description", "") in NO_DESCRIPTION:
                body["description"] = DESCRIPTIONS.get(code, "A problem.")
            body["content"] = {PROBLEM_TYPE: {"schema": reference}}
            if code == "429":
                body["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
        return dict(sorted(bodies.items()))

    def _problem_codes(self) -> set[str]:
        codes = set()
        is_writing = self.method not in SAFE_METHODS
        if self.view.get_authenticators():
            codes |= {"401", "403"} | ({"409"} if is_writing else set())
        if "{" in self.path:
            codes.add("404")
        if is_writing and self.get_request_serializer() is not None:
            codes |= {"400", "415", "422"}
        elif any(p.location == "query" for p in self.get_override_parameters()):
            codes.add("422")
        if self.view.get_throttles():
            codes.add("429")
        return codes
