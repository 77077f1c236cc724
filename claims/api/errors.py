"""Refusals that only the API knows: about the request itself, before anything of ours is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from claims import errors as record
from claims.errors import ClaimDeskError
from claims.plaintext import listed


class Refused(ClaimDeskError):
    """The request cannot be answered."""

    code = "bad_request"
    status = 400


class Malformed(Refused):
    """The body is not what its media type says."""

    code = "malformed"


class BodyCutOff(Refused):
    """The body ended before all of it had arrived."""

    code = "body_cut_off"


class BadParameter(Refused):
    """A parameter in the address, or a header, is unknown or not usable."""

    code = "bad_parameter"


class BadCursor(Refused):
    """The cursor is not one of ours, or belongs to another list. Start again without it."""

    code = "bad_cursor"


class NotSignedIn(Refused):
    """Sign in, or send a key as `Authorization: Bearer vk_…`."""

    code = "not_signed_in"
    status = 401


class KeyRefused(Refused):
    """This key is unknown, expired or revoked."""

    code = "key_refused"
    status = 401


class TicketRefused(Refused):
    """This ticket is not one of ours, or its minute is over. Ask for a new one."""

    code = "ticket_refused"
    status = 401


class OriginRefused(Refused):
    """The live stream is not told to pages of other sites."""

    code = "origin_refused"
    status = 403


class CsrfMissing(Refused):
    """A signed-in browser has to send its CSRF token with every change."""

    code = "csrf_missing"
    status = 403


class HttpsNeeded(Refused):
    """Call over https; nothing was done. A key that was sent without it may have been read: give it a new secret."""

    code = "https_needed"
    status = 403


class NothingHere(record.NotFound):
    """There is nothing at this address."""


class MethodNotAllowed(Refused):
    """This address does not take this method."""

    code = "method_not_allowed"
    status = 405

    @classmethod
    def but(cls, methods: Sequence[str], **facts: Any) -> Self:
        """The refusal that names the methods which are taken, in the sentence and in `Allow`."""
        return cls(f"This address takes {listed(methods, 'and')}.", headers={"Allow": ", ".join(methods)}, **facts)


class InFlight(Refused):
    """A request with this Idempotency-Key is still running. Ask again in a moment."""

    code = "idempotency_in_flight"
    status = 409


class Retired(Refused):
    """This address has been retired."""

    code = "retired"
    status = 410


class TakenBack(Refused):
    """The published verdict was withdrawn."""

    code = "publication_withdrawn"
    status = 410


class BodyTooLarge(Refused):
    """The body is larger than what is taken here."""

    code = "body_too_large"
    status = 413


class MediaTypeUnsupported(Refused):
    """This address does not take a body of this kind."""

    code = "media_type_unsupported"
    status = 415

    @classmethod
    def but(cls, kinds: Sequence[str]) -> Self:
        """The refusal that names the media types which are taken."""
        return cls(f"Send the body as {listed(kinds, 'or')}, and say so in Content-Type." if kinds else "")


class Invalid(record.Invalid):
    """The request did not pass validation."""


class UnknownField(Invalid):
    """There is no field of this name here."""

    code = "unknown_field"


class ReadOnlyField(Invalid):
    """This field cannot be written here."""

    code = "read_only"


class KeyReused(Refused):
    """This Idempotency-Key was used with a different request."""

    code = "idempotency_key_reused"
    status = 422


class PreconditionRequired(Refused):
    """Send If-Match with the ETag you last read."""

    code = "precondition_required"
    status = 428


class RateLimited(Refused):
    """Too many requests. Wait, then go on."""

    code = "rate_limited"
    status = 429


class TooManyStreams(Refused):
    """You have too many live streams open. Close one, then open another."""

    code = "too_many_streams"
    status = 429


class ServerError(Refused):
    """Something went wrong here. The request id helps us find it."""

    code = "server_error"
    status = 500


class Unavailable(Refused):
    """The database cannot be reached at the moment. Ask again in a few seconds."""

    code = "unavailable"
    status = 503


class StreamsFull(Refused):
    """No more live streams can be opened at the moment. Poll `/events`, and try again later."""

    code = "streams_full"
    status = 503


class StreamElsewhere(Refused):
    """The live stream has a process of its own, and the proxy of this site does not lead to it. Poll `/events`."""

    code = "stream_elsewhere"
    status = 404
