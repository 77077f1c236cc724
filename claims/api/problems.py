"""Every failure as one form: problem+json (RFC 9457) with a stable type and code, a sentence, and a request id."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from enum import Enum
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.functional import Promise
from rest_framework import exceptions
from rest_framework.response import Response

from claims.api import errors
from claims.errors import ClaimDeskError, NaiveTime, SeveralFaults, StaleVersion, UnusableAddress, UnusableText
from claims.services.onebyone import Busy

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/docs/problems/"
BUSY_SECONDS = "1"
AWAY_SECONDS = "5"
READ_ONLY = "The database takes no changes at the moment. Ask again in a few seconds."
# What to do about a refused field, where the sentence alone does not say it.
HINTS = {
    "naive_time": "Add Z or an offset such as +02:00. We do not guess time zones.",
    "unknown_field": "Names are those of the API document; a misspelt one is never ignored.",
    "read_only": "Leave it out.",
    "unusable_text": "Send the text as the outlet published it, without hidden characters.",
}
SINGLE: dict[str, type[ClaimDeskError]] = {
    kind.code: kind for kind in (NaiveTime, UnusableText, UnusableAddress, errors.UnknownField, errors.ReadOnlyField)
}
# The framework's own sentences in our words: what to send. "{name}" is the member, {0} what the sentence says.
WORDS = (
    (r"This field is required\.", 'Send "{name}": it is needed here.'),
    (r"This field may not be null\.", 'Send a value for "{name}", not null.'),
    (r"Ensure this value is greater than or equal to (-?\d+)\.", "Send a number of at least {0}."),
    (r"Ensure this value is less than or equal to (-?\d+)\.", "Send a number of at most {0}."),
    (r"A valid integer is required\.|String value too large\.", "Send a whole number."),
    (r'Expected a list of items but got type "\w+"\.', "Send a list."),
    (r'Enter a valid "slug" .*', "Write it in letters, digits, hyphens and underscores alone."),
    (r"This list may not be empty\.", "Send at least one."),
    (r"Ensure this field has no more than (\d+) elements\.", "Send at most {0}."),
    (r"Ensure this field has at least (\d+) elements\.", "Send at least {0}."),
)
log = logging.getLogger(__name__)


def request_id() -> str:
    """The id under which the running request is found in the logs."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def title_of(kind: type[ClaimDeskError]) -> str:
    """What all problems of one type have in common: the first line of the docstring of what set the code."""
    return _told_of(kind)[0]


def explanation_of(kind: type[ClaimDeskError]) -> str:
    """What problems of one type mean and what to do about them: the rest of that docstring."""
    return " ".join(line.strip() for line in _told_of(kind)[1:] if line.strip())


def _told_of(kind: type[ClaimDeskError]) -> list[str]:
    first = next(base for base in kind.__mro__ if "code" in vars(base))
    return (first.__doc__ or "").strip().splitlines()


def problem(refusal: ClaimDeskError, listed: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The body for a refusal. `listed` are the single faults of a request that has several."""
    faults = list(listed) or ([_fault(refusal)] if refusal.pointer else [])
    return {
        "type": f"{settings.SITE_URL.rstrip('/')}{TYPES}{refusal.code}",
        "code": refusal.code,
        "title": title_of(type(refusal)),
        "status": refusal.status,
        "detail": refusal.message,
        **({"hint": refusal.hint or HINTS[refusal.code]} if refusal.hint or refusal.code in HINTS else {}),
        **({"errors": faults} if faults else {}),
        **{name: plain(value) for name, value in refusal.facts.items() if name not in {"headers", "listed"}},
        "request_id": request_id(),
    }


def _fault(refusal: ClaimDeskError) -> dict[str, Any]:
    hint = refusal.hint or HINTS.get(refusal.code, "")
    return {
        "pointer": refusal.pointer,
        "code": refusal.code,
        "detail": refusal.message,
        **({"hint": hint} if hint else {}),
    }


def plain(value: Any) -> Any:
    """A fact of a refusal as JSON keeps it."""
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(inner) for name, inner in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def problem_of(exc: Exception, within: str) -> dict[str, Any]:
    """The body for a refusal of one part of a request, its pointers as they lead from the whole to that part."""
    refusal = refusal_of(exc)
    listed: Sequence[Mapping[str, Any]] = refusal.facts.get("listed", ())  # type: ignore[assignment]  # facts are loose
    body = problem(refusal, listed)
    if "errors" in body:
        body["errors"] = [{**fault, "pointer": within + fault["pointer"]} for fault in body["errors"]]
    return body


def answer(exc: Exception, context: Mapping[str, Any]) -> Response:
    """The response to whatever a view raised. Nothing leaves without the form, and no trace ever does."""
    refusal = refusal_of(exc)
    if isinstance(refusal, errors.ServerError):
        log.error("The API failed", exc_info=exc)
    listed: Sequence[Mapping[str, Any]] = refusal.facts.get("listed", ())  # type: ignore[assignment]  # facts are loose
    if isinstance(refusal, StaleVersion):
        refusal.facts = {"current_etag": f'"{refusal.facts.get("current")}"', **refusal.facts}
    body = problem(refusal, listed)
    if body["type"].startswith("/") and "request" in context:  # nobody has said by which address the site is reached
        body["type"] = context["request"].build_absolute_uri(body["type"])
    response = Response(body, status=refusal.status, headers=headers_of(refusal))
    response.content_type = MEDIA_TYPE
    return response


def headers_of(refusal: ClaimDeskError) -> dict[str, str]:
    """The headers that go with a refusal; a 401 says how to sign in (RFC 9110)."""
    headers: dict[str, str] = dict(refusal.facts.get("headers", {}))  # type: ignore[call-overload]  # facts are loose
    if refusal.status == errors.NotSignedIn.status:
        headers["WWW-Authenticate"] = 'Bearer realm="Claim Desk"'
    return headers


def refusal_of(exc: Exception) -> ClaimDeskError:
    """The refusal that stands for an exception of the framework or of the database, or for several of ours."""
    if isinstance(exc, SeveralFaults):
        return invalid([_fault(one) for one in exc.faults])
    if isinstance(exc, ClaimDeskError):
        return exc
    if isinstance(exc, exceptions.ValidationError):
        return invalid(list(faults_of(exc.detail)))
    if isinstance(exc, OperationalError | InterfaceError):
        return _database(exc)
    if isinstance(exc.__cause__, psycopg.errors.ReadOnlySqlTransaction):  # a standby, or one that an operator locked
        return errors.Unavailable(READ_ONLY, headers={"Retry-After": AWAY_SECONDS})
    return _framework(exc)


def _database(exc: OperationalError | InterfaceError) -> ClaimDeskError:
    """A wait that was too long, or a connection that is gone: no state, the server's end (57P…) or its loss (08…)."""
    cause = exc.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if isinstance(cause, psycopg.Error) and (state is None or state.startswith(("57P", "08"))):
        return errors.Unavailable(headers={"Retry-After": AWAY_SECONDS})
    return Busy(headers={"Retry-After": BUSY_SECONDS})


# The framework's exceptions, and which refusal of ours each of them is.
_FRAMEWORK: tuple[tuple[type[Exception], type[ClaimDeskError]], ...] = (
    (Http404, errors.NothingHere),
    (exceptions.NotFound, errors.NothingHere),
    (exceptions.NotAuthenticated, errors.NotSignedIn),
    (exceptions.AuthenticationFailed, errors.NotSignedIn),
    # The only thing the framework itself forbids a signed-in person is a change without the CSRF token.
    (exceptions.PermissionDenied, errors.CsrfMissing),
    (exceptions.MethodNotAllowed, errors.MethodNotAllowed),
    (exceptions.UnsupportedMediaType, errors.MediaTypeUnsupported),
    (exceptions.ParseError, errors.Malformed),
    (RequestDataTooBig, errors.BodyTooLarge),
    (UnreadablePostError, errors.BodyCutOff),
)


def _framework(exc: Exception) -> ClaimDeskError:
    return next((kind() for known, kind in _FRAMEWORK if isinstance(exc, known)), errors.ServerError())


def invalid(faults: list[dict[str, Any]]) -> ClaimDeskError:
    """One refusal for all faults of a body. A single fault speaks for the whole, by its own type if it has one."""
    if len(faults) == 1:
        return SINGLE.get(faults[0]["code"], errors.Invalid)(faults[0]["detail"], listed=faults)
    return errors.Invalid(f"{len(faults)} fields need attention.", listed=faults)


def faults_of(detail: Any, pointer: str = "") -> Iterator[dict[str, Any]]:
    """Walk the framework's tree of errors; each leaf becomes one fault with its JSON pointer."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from faults_of(inner, pointer + step)
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from faults_of(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        code = getattr(detail, "code", "invalid")
        hint = HINTS.get(code, "")
        yield {
            "pointer": pointer,
            "code": code,
            "detail": _in_our_words(str(detail), pointer),
            **({"hint": hint} if hint else {}),
        }


def _in_our_words(sentence: str, pointer: str) -> str:
    """A sentence of the framework as we say it; one of ours as it is."""
    for theirs, ours in WORDS:
        if found := re.fullmatch(theirs, sentence):
            name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
            return ours.format(*found.groups(), name=name)
    return sentence
