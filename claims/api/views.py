"""What every endpoint does: says who asks, counts the request, checks the key's scope, answers in one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import MethodNotAllowed as MethodNotAllowedHere
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims.api import limits
from claims.api.authentication import BrowserSession, KeyAuthentication, counted_as, viewer_of
from claims.api.bodies import JsonParser, MergePatchParser, takes
from claims.api.errors import BadParameter, MediaTypeUnsupported, MethodNotAllowed, NothingHere
from claims.api.parameters import Parameters, given, refuse_unread
from claims.api.preconditions import is_known, mark_of, tag
from claims.api.problems import request_id
from claims.api.retiring import Retiring
from claims.api.schema import ApiSchema
from claims.api.written import as_json
from claims.models import ApiKey, Article, Claim, Desk, Scope
from claims.models.asking import one_or_none
from claims.permissions import Viewer, check_scope, desks_of, visible_articles, visible_claim
from claims.services.transitions import database_time

# In which header a method says what bodies it takes (RFC 5789, Linked Data Platform 1.0).
ACCEPT = {"POST": "Accept-Post", "PATCH": "Accept-Patch"}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Renderer(JSONRenderer):
    """JSON in UTF-8. A half character in what somebody sent is echoed escaped instead of failing."""

    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """The bytes of the body; none for an answer without one."""
        if data is None:
            return b""
        return as_json(data).encode(errors="backslashreplace")


class OnlyJson(BaseContentNegotiation):
    """There is one form, whatever the Accept header prefers."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The parser of the body's media type, None when there is none."""
        kind = request.content_type.split(";")[0].strip().lower()
        fitting = (parser for parser in parsers if parser.media_type == kind)
        return next((parser for parser in fitting if takes(request.method, type(parser))), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The only one."""
        only = next(iter(renderers))
        return only, only.media_type


class ApiView(APIView):
    """Base of all endpoints. `reads` and `writes` are the scopes a key needs for them, None when any key may ask."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (KeyAuthentication, BrowserSession)
    permission_classes: Sequence[Any] = (IsAuthenticated,)
    parser_classes: Sequence[type[BaseParser]] = (JsonParser, MergePatchParser)
    renderer_classes = (Renderer,)
    content_negotiation_class = OnlyJson
    metadata_class = None
    http_method_names: Sequence[str] = ("get", "head", "post", "patch", "options")
    reads: ClassVar[Scope | None] = Scope.CLAIMS_READ
    writes: ClassVar[Scope | None] = Scope.CLAIMS_WRITE
    matched: ClassVar[frozenset[str]] = frozenset({"PATCH"})  # methods that need If-Match
    tagged: ClassVar[bool] = False  # whether answers carry an ETag
    refuses: ClassVar[frozenset[int]] = frozenset()  # statuses with which a GET refuses beside the usual ones
    varies: ClassVar[tuple[str, ...]] = ()  # request headers beside those that say who asks
    retiring: ClassVar[Retiring | None] = None  # until when an address is served that will go away
    schema = ApiSchema()
    left: limits.Left | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the endpoint itself: sign-in, limit, method, scope. What changes something takes no parameters."""
        if request.method == "OPTIONS":
            return
        super().initial(request, *args, **kwargs)
        self.left = limits.REQUESTS.take(self.caller)
        if self.retiring is not None:
            self.retiring.check(self.now)
        if str(request.method) not in self.allowed_methods:
            self.http_method_not_allowed(request, *args, **kwargs)
        needed = self.reads if request.method in SAFE else self.writes
        if needed is not None:
            check_scope(self.viewer, needed)
        if request.method not in SAFE:
            given(Parameters, request)
        if request.method == "PATCH" and not request.content_type:
            raise MediaTypeUnsupported("Send a merge patch as application/merge-patch+json.")

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Say which methods this address takes, to anybody. No other origin is let in: there are no CORS headers."""
        taken = {method: self.kinds_taken(method) for method in ACCEPT if method in self.allowed_methods}
        return Response(status=204, headers={ACCEPT[method]: ", ".join(kinds) for method, kinds in taken.items()})

    def kinds_taken(self, method: str | None) -> list[str]:
        """The media types of the bodies that this method takes, the one that is meant for it first."""
        kinds = [str(parser.media_type) for parser in self.parser_classes if takes(method, parser)]
        return sorted(kinds, key=lambda kind: method == "PATCH" and kind != MergePatchParser.media_type)

    def handle_exception(self, exc: Exception) -> Response:
        """The refusal of a method or a media type in a sentence that names those that are taken."""
        if isinstance(exc, MethodNotAllowedHere):
            exc = MethodNotAllowed.but(self.allowed_methods)
        elif isinstance(exc, UnsupportedMediaType):
            exc = MediaTypeUnsupported.but(self.kinds_taken(self.request.method))
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """After it: the headers that every answer has. A parameter that no endpoint has read is refused.

        Files on their way out are opened for nobody in vain: their endpoints look at the parameters themselves.
        """
        if request.method in SAFE and response.status_code < 400:
            try:
                refuse_unread(request)
            except BadParameter as refused:
                response = self.handle_exception(refused)
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["X-Request-Id"] = request_id()
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Vary"] = ", ".join((*self.varies, "Authorization", "Cookie"))
        if self.left is not None:
            response.headers.setdefault("RateLimit", self.left.header)
            response.headers.setdefault("RateLimit-Policy", limits.REQUESTS.policy)
        if self.retiring is not None:
            for name, value in self.retiring.headers.items():
                before = response.headers.get(name)
                response.headers[name] = f"{before}, {value}" if before else value
        if response.status_code == MediaTypeUnsupported.status and request.method in ACCEPT:
            response.headers[ACCEPT[request.method]] = ", ".join(self.kinds_taken(request.method))
        return response

    @cached_property
    def viewer(self) -> Viewer:
        """Whoever asks."""
        return viewer_of(self.request)

    @cached_property
    def caller(self) -> str:
        """Whoever asks, as a short text for counting and for repeated calls."""
        if isinstance(self.request.auth, ApiKey):
            return f"key:{self.request.auth.pk}"
        pk = getattr(self.request.user, "pk", None)
        return f"user:{pk}" if pk is not None else f"address:{counted_as(self.request)}"

    @cached_property
    def now(self) -> datetime:
        """The database's time, one for the whole answer."""
        return database_time()

    @cached_property
    def desks(self) -> list[Desk]:
        """The desks the caller sees."""
        return list(desks_of(self.viewer))

    def claim(self, number: int) -> Claim:
        """A claim the caller may see. Raises `NothingHere`."""
        found = visible_claim(self.viewer, number, self.now)
        if found is None:
            raise NothingHere(f"There is no claim #{number}.")
        return found

    def article(self, number: int) -> Article:
        """An article the caller may see. Raises `NothingHere`."""
        found = one_or_none(visible_articles(self.viewer, self.now).select_related("outlet", "desk").filter(pk=number))
        if found is None:
            raise NothingHere(f"There is no article {number}.")
        return found

    def link(self, path: str) -> str:
        """The whole address of one of our paths."""
        return self.request.build_absolute_uri(path)


def not_modified(version: str) -> Response:
    """The whole answer to somebody who has this version already."""
    return Response(status=304, headers={"ETag": version})


def marked(request: Request, body: bytes, media_type: str) -> HttpResponseBase:
    """These bytes under a mark of their own as ETag, or that the caller has them already."""
    mark = mark_of(body)
    if is_known(request, mark):
        return not_modified(tag(mark))
    return HttpResponse(body, content_type=media_type, headers={"ETag": tag(mark)})
