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

from claims.api.answers import DIGESTS, headers, refusal
from claims.api.bodies import takes
from claims.api.fields import Body, empty_of

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


def answered(words: str, body: dict[str, Any], status: int = 200) -> OpenApiExample:
    """An example of what is answered."""
    return OpenApiExample(words, body, response_only=True, status_codes=[str(status)])


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
        """What is answered is called by its noun alone; what changes it is its patch."""
        name = str(super().get_serializer_name(serializer, direction)).removesuffix("Out")
        return f"{name.removesuffix('Body').removesuffix('Patch')}Patch" if _is_patch(serializer) else name

    def map_parsers(self) -> list[str]:
        """The media types of bodies this method takes."""
        return [parser.media_type for parser in self.view.parser_classes if takes(self.method, parser)]

    def is_deprecated(self) -> bool:
        """Whether the address will go away."""
        return self._of_view("retiring", None) is not None

    def get_tags(self) -> list[str]:
        """The noun that the address begins with."""
        return [re.split("[/:]", self.path.removeprefix("/api/v1/"))[0]]

    def get_override_parameters(self) -> list[Any]:
        """Headers that are sent and answered."""
        found = [OpenApiParameter(name, int, OpenApiParameter.PATH) for name in NUMBERS.findall(self.path)]
        if self.method == "POST":
            words = "Sent twice with the same key, it happens once. Kept for 24 h."
            found.append(_header("Idempotency-Key", words, kind=KEY_TEXT))
        if self.method in self._of_view("matched", frozenset()):
            found.append(_header("If-Match", "The ETag last read.", needed=True))
        if self.method == "GET" and self._of_view("tagged", default=False):
            found.append(_header("If-None-Match", "An ETag: 304 when nothing has changed."))
        return found

    def _get_request_body(self, direction: Literal["request", "response"] = "request") -> dict[str, Any] | None:
        """A merge patch comes in either of two types. What generators make of a needed body of two does not import."""
        body: dict[str, Any] | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]  # the library's
        if body is not None and self.method == "PATCH":
            body.pop("required", None)
        return body

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for good, body in bodies.items():
            body["description"] = body.get("description") or GOOD[good]
        for status, body in bodies.items():
            tagged = self._of_view("tagged", default=False) and status != "204"
            names = ["ETag"] if tagged or status == "201" else []
            names += ["Link"] if _is_page(body) else []
            names += ["Location"] if status in {"201", "202", "307"} or (status == "200" and "201" in bodies) else []
            names += ["Retry-After"] if status == "202" else []
            names += ["Deprecation", "Sunset", "Link"] if self.is_deprecated() else []
            names += DIGESTS if "application/octet-stream" in body.get("content", {}) else []
            names += ["Idempotent-Replayed"] if self.method == "POST" else []
            body["headers"] = body.get("headers", {}) | headers(names)
        self.resolve_serializer(Problem, "response")  # so that it stands among the components
        bodies |= {str(status): refusal(status) for status in self._refusals() if str(status) not in bodies}
        return dict(sorted(bodies.items()))

    def _of_view(self, name: str, default: Any) -> Any:
        """What an `ApiView` says of itself."""
        return getattr(self.view, name, default)

    def _refusals(self) -> set[int]:
        found = {*ALWAYS}
        found |= {*ON_PATHS} if "{" in self.path or self.method != "GET" else set()
        found |= {*ON_BODIES} if self.method != "GET" else self._of_view("refuses", frozenset())
        return found | ({*ON_MATCHES} if self.method in self._of_view("matched", frozenset()) else set())


def _is_page(body: dict[str, Any]) -> bool:
    """Whether an answer is a page of a list, which a Link header leads on from."""
    named = body.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return str(named).endswith(("Page", "/Feed"))


def _header(name: str, words: str, *, needed: bool = False, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=needed, description=words)


def _is_patch(body: Any) -> bool:
    """Whether a body is a merge patch, in which what is left out stays. The library marks those as partial."""
    return isinstance(body, Body) and body.partial and not body.whole


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
            "description": "Sign in at /admin/; in production the cookie is `__Host-session`. Every change also sends "
            "the value of the cookie `csrftoken` (`__Host-csrf` in production) as X-CSRFToken, and over https its "
            "Origin or Referer.",
        }


class BodyObject(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # the library types only its front
    """Bodies refuse names they do not know."""

    target_class = "claims.api.fields.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """The object, closed. In a patch nothing is needed or assumed, and null empties what may be empty."""
        found: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]  # noqa: SLF001  # the library's own way
        if _is_patch(self.target):
            found.pop("required", None)
            for name, member in found.get("properties", {}).items():
                member.pop("default", None)
                if empty_of(self.target.fields[name]) is not None:
                    member["type"] = [member["type"], "null"]
        return {**found, "additionalProperties": False}


class WordsField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # the library types only its front
    """Clean text and its length."""

    target_class = "claims.api.fields.Words"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """A string with its bounds."""
        least = {} if self.target.allow_blank else {"minLength": 1}
        return {"type": "string", "maxLength": self.target.longest, **least}
