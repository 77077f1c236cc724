"""Who asks: a key in the Authorization header, or a person by their session (with its CSRF token)."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from claims.api.errors import CsrfMissing, KeyRefused, NothingHere
from claims.models import ApiKey, User
from claims.permissions import Viewer, viewer_for_key, viewer_for_user
from claims.services.feedsecrets import person_showing
from claims.services.keys import BEARER, key_by, note_use
from claims.services.transitions import database_time

_PORTED = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[^:]+):\d+")


_ELSEWHERE = (
    "The Origin of this change is not this site: it comes from a page of another one, or the proxy in front changes "
    "the host and CSRF_TRUSTED_ORIGINS does not name it."
)
_NOWHERE = (
    "Over https a change by a signed-in browser also says where it comes from: send this site as Origin or Referer."
)
_ANOTHER = "The CSRF token is not that of the cookie: send the cookie's value as X-CSRFToken."
# What the framework's reason holds, and what it means for whoever wrote the client.
_NOT_THE_TOKEN = (("Origin checking", _ELSEWHERE), ("Referer checking", _NOWHERE), ("incorrect", _ANOTHER))


class KeyHolder:
    """What the framework calls the user of a request made with a key."""

    is_authenticated = True
    is_active = True
    pk = None

    def __init__(self, key: ApiKey) -> None:
        self.key = key


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer vk_<id>_<secret>`. Any other scheme is nobody's key and refused."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, ApiKey] | None:
        """The holder and the key, None without the header. Raises `KeyRefused`."""
        if "Authorization" not in request.headers:
            return None
        key = key_shown(key_text(request))
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="Claim Desk"'


class FeedSecretAuthentication(BaseAuthentication):
    """`?key=…` in the address of a person's own feed: calendars and feed readers send no headers."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The person, None without the parameter. Raises `NothingHere` for a secret that is nobody's."""
        shown = request.query_params.get("key")
        if shown is None:
            return None
        person = person_showing(shown)
        if person is None:
            raise NothingHere("This address was ended or renewed by whoever made it.")
        return person, None


class BrowserSession(SessionAuthentication):
    """A signed-in person; every change needs the CSRF token."""

    def enforce_csrf(self, request: HttpRequest | Request) -> None:
        """Raise `CsrfMissing` with what is missing: over https the framework also looks where a change comes from."""
        try:
            super().enforce_csrf(request)  # type: ignore[arg-type]  # the stubs know one of the two kinds alone
        except PermissionDenied as refused:
            reason = str(refused.detail)
            raise next(
                (CsrfMissing(said) for words, said in _NOT_THE_TOKEN if words in reason), CsrfMissing()
            ) from None


def key_text(request: Request) -> str:
    """The key as the header shows it. Raises `KeyRefused` for any other header."""
    found = BEARER.match(request.headers["Authorization"])
    if found is None:
        raise KeyRefused("Send the key as `Authorization: Bearer vk_…`.")
    return found.group(1)


def key_shown(shown: str) -> ApiKey:
    """The live key that was shown as this text once. Raises `KeyRefused`, always with the same sentence."""
    key, now = key_by(shown), database_time()
    if key is None or not key.is_live(now):
        raise KeyRefused()
    note_use(key, now)
    return key


def viewer_of(request: Request) -> Viewer:
    """Whoever asks, with what they see and may."""
    if isinstance(request.auth, ApiKey):
        return viewer_for_key(request.auth)
    if not isinstance(request.user, User):
        raise TypeError("only signed-in requests come this far")
    return viewer_for_user(request.user)


def address_of(request: HttpRequest | Request) -> str:
    """Where a request comes from.

    Behind a proxy every request comes from that: then it is the address which the proxy itself has added last, some
    with a port behind it.
    """
    if settings.BEHIND_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR")):
        last = str(forwarded).rpartition(",")[2].strip()[:60]
        ported = _PORTED.fullmatch(last)
        return (ported["six"] or ported["four"]) if ported else last
    return str(request.META.get("REMOTE_ADDR", ""))


def counted_as(request: HttpRequest | Request) -> str:
    """Whom a request counts for that nobody signed: an address, of IPv6 the network of 64 bits that one reader has."""
    address = address_of(request)
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
