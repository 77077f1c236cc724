"""The search of Google's Fact Check Tools API (v1alpha1), so that its clients find our verdicts too.

Everybody may search: only what readers are told is found. A key is taken the way Google's clients send one, to count
its requests instead of the address's. Errors have Google's form, everywhere below `/v1alpha1/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core import signing
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from claims.api import limits
from claims.api.authentication import counted_as, key_shown
from claims.api.errors import KeyRefused, MethodNotAllowed, NothingHere, Refused, ServerError
from claims.api.problems import log, refusal_of, title_of
from claims.api.views import OnlyJson
from claims.errors import ClaimDeskError
from claims.exports.factchecktools import SERVICE, VERSION, discovery, fact_checked_claim, host_of
from claims.exports.site import Site, site_at
from claims.exports.stated import stated
from claims.services.articles import is_language_tag
from claims.services.published import Wanted, search_published
from claims.services.transitions import database_time

PAGE, LARGEST_PAGE = 10, 100
LARGEST = 2**31 - 1
LONGEST = 2_000
OLDEST_DAYS = 365_000
CONTENT_TYPE = "application/json; charset=UTF-8"
_SALT = "claims.api.factchecktools"
_WHOLE = re.compile(r"-?[0-9]{1,12}\Z", re.ASCII)
# google.rpc.Code
STATUS_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
# What every Google client may add. All but the key are taken and ignored.
COMMON = frozenset(
    {
        *("key", "alt", "fields", "prettyPrint", "callback", "access_token", "oauth_token", "quotaUser"),
        *("$.xgafv", "uploadType", "upload_protocol"),
    }
)
OWN = frozenset({"query", "languageCode", "reviewPublisherSiteFilter", "maxAgeDays", "pageSize", "pageToken", "offset"})


class InvalidArgument(Refused):
    """Request contains an invalid argument.

    A parameter of the search is unknown or not usable. `details` names it; compare it with the API of Google.
    """

    code = "invalid_argument"


class NotServed(Refused):
    """This method of the Fact Check Tools API is not served here.

    Only the search of that API has a counterpart here. Use `GET /v1alpha1/claims:search`.
    """

    code = "not_served"
    status = 501


def error(refusal: ClaimDeskError) -> JsonResponse:
    """A refusal in Google's form. What is wrong with a parameter stands in `details`, as in Google's own answers."""
    body: dict[str, Any] = {
        "code": refusal.status,
        "message": refusal.message,
        "status": STATUS_WORDS.get(refusal.status, "UNKNOWN"),
    }
    if "field" in refusal.facts:
        body["message"] = title_of(InvalidArgument)
        violation = {"field": refusal.facts["field"], "description": refusal.message}
        body["details"] = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    headers: Any = refusal.facts.get("headers")
    return JsonResponse({"error": body}, status=refusal.status, headers=headers, content_type=CONTENT_TYPE)


@extend_schema(exclude=True)
class GoogleView(APIView):
    """Base: counts the request, and answers failures in Google's form.

    Nobody signs in with a session here, so no request needs a CSRF token, and none is refused with a page.
    """

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = OnlyJson
    http_method_names: Sequence[str] = ("get", "head", "options")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; nothing leaves without the form."""
        try:
            _take_as_meant(request)
            left = limits.REQUESTS.take(_caller(request))
            response = super().dispatch(request, *args, **kwargs)
            response.headers["RateLimit"], response.headers["RateLimit-Policy"] = left.header, limits.REQUESTS.policy
        except Exception as failed:  # noqa: BLE001 - whatever failed, the caller gets the form
            refusal = refusal_of(failed)
            if isinstance(refusal, ServerError):
                log.error("The search by Google's interface failed", exc_info=failed)
            response = error(refusal)
        # Public and without a session, so that pages of others may ask from a browser.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-cache"
        return response

    def handle_exception(self, exc: Exception) -> Any:
        """Leave every failure to `dispatch`."""
        raise exc

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say which methods there are."""
        return HttpResponse(status=204, headers={"Allow": ", ".join(name.upper() for name in self.http_method_names)})

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A method that is not taken."""
        raise MethodNotAllowed.but([name.upper() for name in self.http_method_names])


class ClaimsSearch(GoogleView):
    """`claims:search`."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Search published verdicts."""
        given = _given(request)
        wanted = _wanted(given)
        size = min(_number(given, "pageSize") or PAGE, LARGEST_PAGE)
        binding = _binding(given)
        token = given.get("pageToken", "")
        offset = _read(token, binding) if token else _number(given, "offset")
        site = _site(request)
        found = search_published(wanted, offset, size + 1) if _is_ours(given, site) else []
        claims = [fact_checked_claim(check, site) for check in found[:size]]
        more = signing.dumps([binding, offset + size], salt=_SALT, compress=True) if len(found) > size else ""
        return JsonResponse(stated({"claims": claims, "nextPageToken": more}), content_type=CONTENT_TYPE)


class NothingServed(GoogleView):
    """The rest of that API: known methods are 501, anything else 404."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse every method alike."""
        self.http_method_names = ()
        return super().dispatch(request, *args, **kwargs)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Which of the two it is."""
        known = kwargs["rest"] == "claims:imageSearch" or kwargs["rest"].split("/")[0] == "pages"
        raise NotServed() if known else NothingHere("Method not found.")


class Discovery(GoogleView):
    """The discovery document, where Google's clients look for it."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """The document of the one version that is served."""
        if request.GET.get("version", VERSION) != VERSION:
            raise NothingHere(f"Only {SERVICE} {VERSION} is served here.")
        return JsonResponse(discovery(_site(request)), content_type=CONTENT_TYPE)


def _take_as_meant(request: HttpRequest) -> None:
    """Read a GET out of the POST in which Google's clients send one whose address has more than 2,048 characters.

    That is soon so: a letter outside ASCII takes six of them. Raises `InvalidArgument`.
    """
    if request.method != "POST" or request.headers.get("X-HTTP-Method-Override", "").upper() != "GET":
        return
    try:
        request.GET = request.POST  # all of it: nothing is left in the address
    except TooManyFieldsSent as many:
        raise InvalidArgument("The form has more fields than there are parameters.") from many
    request.method = "GET"


def _caller(request: HttpRequest) -> str:
    """Who is counted: the key, in the address or in its header, else the address. Raises `InvalidArgument`."""
    shown = request.GET.get("key") or request.headers.get("X-Goog-Api-Key")
    if shown is None:
        return f"address:{counted_as(request)}"
    try:
        return f"key:{key_shown(shown).pk}"
    except KeyRefused as refused:
        limits.REQUESTS.take(f"address:{counted_as(request)}")
        raise InvalidArgument("API key not valid. Please pass a valid API key.") from refused


def _site(request: HttpRequest) -> Site:
    return site_at(request.build_absolute_uri("/"))


def _given(request: HttpRequest) -> dict[str, str]:
    """The parameters of this method. Raises `InvalidArgument`."""
    for name in request.GET:
        if name not in COMMON | OWN:
            raise _refused(name, f'Unknown name "{name[:60]}": Cannot bind query parameter.')
    if request.GET.get("alt", "json") != "json":
        raise _refused("alt", "Only alt=json is served.")
    if "callback" in request.GET:
        raise _refused("callback", "JSONP is not served; a page of another site may ask directly.")
    given = {name: request.GET[name] for name in OWN if name in request.GET}
    for name, value in given.items():
        if len(value) > LONGEST or "\x00" in value:
            raise _refused(name, f"At most {LONGEST} characters, none of them a null character.")
    return given


def _wanted(given: Mapping[str, str]) -> Wanted:
    query, language = given.get("query", "").strip(), given.get("languageCode", "")
    if not query and not given.get("reviewPublisherSiteFilter"):
        raise _refused("query", "Give a query, or a reviewPublisherSiteFilter.")
    if language and not is_language_tag(language):
        raise _refused("languageCode", "A BCP-47 code, for example en or en-US.")
    since = None
    if "maxAgeDays" in given:
        since = database_time() - timedelta(days=min(_number(given, "maxAgeDays"), OLDEST_DAYS))
    return Wanted(words=query, language=language.split("-")[0], since=since)


def _is_ours(given: Mapping[str, str], site: Site) -> bool:
    wanted = given.get("reviewPublisherSiteFilter")
    return not wanted or host_of(wanted) == host_of(site.url)


def _number(given: Mapping[str, str], name: str) -> int:
    """An int32 that is not negative; 0 when it is not given. Raises `InvalidArgument`."""
    value = given.get(name, "0")
    if not _WHOLE.match(value) or abs(int(value)) > LARGEST:
        raise _refused(name, f"Invalid value at '{name}' (TYPE_INT32), \"{value[:60]}\"")
    if int(value) < 0:
        raise _refused(name, f"{name} is not negative.")
    return int(value)


def _binding(given: Mapping[str, str]) -> str:
    """A mark of everything that must stay the same from page to page."""
    kept = sorted((name, value) for name, value in given.items() if name not in {"pageToken", "offset"})
    return sha256(repr(kept).encode(errors="backslashreplace")).hexdigest()[:16]


def _read(token: str, binding: str) -> int:
    try:
        bound, offset = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as unread:
        raise _refused("pageToken", "This is no token of ours.") from unread
    if bound != binding:
        raise _refused("pageToken", "The other parameters are not those of the page before.")
    return int(offset)


def _refused(field: str, words: str) -> InvalidArgument:
    return InvalidArgument(words, field=field)
