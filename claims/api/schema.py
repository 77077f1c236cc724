"""What the OpenAPI document says about every endpoint beside its own answer: pages, problems, headers, sign-in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers

from claims.api.bodies import takes
from claims.api.problems import MEDIA_TYPE

KEY_TEXT = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]([ -~]*[!-~])?$"}
NUMBERS = re.compile(r"\{(number|revision)\}")
PATTERN_OF_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Which refusals an endpoint may answer with, by method. 412 and 428 where If-Match is looked at.
ALWAYS = (400, 401, 403, 429, 500, 503)
ON_PATHS = (404,)
ON_BODIES = (409, 413, 415, 422)
ON_MATCHES = (412, 428)
GOOD = {
    "200": "Done; for a POST: it was there already.",
    "201": "Made.",
    "202": "Begun; its operation says how it fares.",
    "304": "Nothing has changed since.",
}
WHY = {
    400: "The body is not JSON, or a parameter or cursor is not usable.",
    401: "Nobody is signed in, or the key is refused.",
    403: "The role or the key's scope is missing.",
    404: "There is nothing here, or it is not yours to see.",
    409: "The state or a guard does not allow it; the sentence says why.",
    410: "It was withdrawn.",
    412: "Somebody changed it since you read it.",
    413: "The body is too large.",
    415: "The body has another media type.",
    422: "A value is not usable; each with its pointer.",
    428: "If-Match is missing.",
    429: "Too many requests.",
    500: "Something went wrong here.",
    503: "Somebody else is writing this at the moment.",
}


class Fault(serializers.Serializer[Any]):
    """One fault of a request: in its body (`pointer`) or in its address (`parameter`)."""

    pointer = serializers.CharField(required=False, help_text="JSON Pointer into the body.")
    parameter = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()
    hint = serializers.CharField(required=False)


class Problem(serializers.Serializer[Any]):
    """Every failure (RFC 9457). Some types carry more members, for example `nearest` or `current_etag`."""

    type = serializers.CharField(help_text="Address of what this type means; stable.")
    code = serializers.CharField(help_text="Stable.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for a person.")
    hint = serializers.CharField(required=False)
    errors = Fault(many=True, required=False)  # type: ignore[assignment]  # the metaclass takes fields off the class
    request_id = serializers.CharField()


@cache
def page_response(row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """A page of rows."""
    name = row.__name__.removesuffix("Out") + "Page"
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {
        "results": row(many=True),
        "next": serializers.URLField(allow_null=True, help_text="Address of the next page, null on the last."),
        "count": serializers.IntegerField(required=False, help_text="Only with `count=exact`."),
    }
    return inline_serializer(name, fields)


def sent(words: str, body: dict[str, Any]) -> OpenApiExample:
    """An example of what is sent."""
    return OpenApiExample(words, body, request_only=True, media_type="application/json")


class ApiSchema(AutoSchema):
    """Adds to every operation what all have in common."""

    def get_operation_id(self) -> str:
        """`get_one_claim`: the method and what it is about."""
        return f"{self.method.lower()}_{PATTERN_OF_WORDS.sub('_', type(self.view).__name__).lower()}"

    def get_summary(self) -> str:
        """The first sentence of the description."""
        return str(self.get_description()).split(". ")[0].rstrip(".")

    def get_serializer_name(
        self, serializer: serializers.Serializer[Any], direction: Literal["request", "response"]
    ) -> str:
        """What is answered is called by its noun alone."""
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Out")

    def map_parsers(self) -> list[str]:
        """The media types of bodies this method takes."""
        return [parser.media_type for parser in self.view.parser_classes if takes(self.method, parser)]

    def get_tags(self) -> list[str]:
        """The noun that the address begins with."""
        return [re.split("[/:]", self.path.removeprefix("/api/v1/"))[0]]

    def get_override_parameters(self) -> list[Any]:
        """Headers that are sent and answered."""
        found = [OpenApiParameter(name, int, OpenApiParameter.PATH) for name in NUMBERS.findall(self.path)]
        found += [_header("RateLimit", "What is left of the caller's quota.", answers=[200, 201, 202, 429])]
        found.append(_header("X-Request-Id", "Under which the request is in the logs.", answers=[200, 201, 202]))
        if self.method == "POST":
            words = "Sent twice with the same key, it happens once. Kept for 24 h."
            found.append(_header("Idempotency-Key", words, kind=KEY_TEXT))
        if self.method in self._of_view("matched", frozenset()):
            found.append(_header("If-Match", "The ETag last read.", needed=True))
        if self.method == "GET" and self._of_view("tagged", default=False):
            found.append(_header("If-None-Match", "An ETag: 304 when nothing has changed."))
        if self._of_view("tagged", default=False):
            found.append(_header("ETag", "The version, for If-Match.", answers=[200, 201]))
        return found

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for good, body in bodies.items():
            body["description"] = body.get("description") or GOOD[good]
        problem = self.resolve_serializer(Problem, "response").ref
        for status in self._refusals():
            bodies.setdefault(str(status), {"content": {MEDIA_TYPE: {"schema": problem}}, "description": WHY[status]})
        return dict(sorted(bodies.items()))

    def _of_view(self, name: str, default: Any) -> Any:
        """What an `ApiView` says of itself."""
        return getattr(self.view, name, default)

    def _refusals(self) -> set[int]:
        found = {*ALWAYS}
        found |= {*ON_PATHS} if "{" in self.path or self.method != "GET" else set()
        found |= {*ON_BODIES} if self.method != "GET" else self._of_view("refuses", frozenset())
        return found | ({*ON_MATCHES} if self.method in self._of_view("matched", frozenset()) else set())


def _header(
    name: str, words: str, *, needed: bool = False, answers: list[int] | None = None, kind: Any = str
) -> OpenApiParameter:
    return OpenApiParameter(
        name, kind, OpenApiParameter.HEADER, required=needed, description=words, response=answers or False
    )


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library types only its front
    """A key in the Authorization header."""

    target_class = "claims.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """How a key is sent."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vk_<id>_<secret>"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library types only its front
    """A signed-in person."""

    target_class = "claims.api.authentication.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """How a browser is known."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Sign in at /admin/. Every change also sends the CSRF token as X-CSRFToken.",
        }


class BodyObject(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # the library types only its front
    """Bodies refuse names they do not know."""

    target_class = "claims.api.fields.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """The object, closed."""
        found: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]  # noqa: SLF001  # the library's own way
        return {**found, "additionalProperties": False}


class WordsField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # the library types only its front
    """Clean text and its length."""

    target_class = "claims.api.fields.Words"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """A string with its bounds."""
        least = {} if self.target.allow_blank else {"minLength": 1}
        return {"type": "string", "maxLength": self.target.longest, **least}
