"""Refusals that only the API knows: about the request itself, before anything of ours is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from claims import errors as record
from claims.errors import ClaimDeskError, listed


class Refused(ClaimDeskError):
    """The request cannot be answered.

    The request was refused before an endpoint was asked. The sentence says what to send otherwise.
    """

    code = "bad_request"
    status = 400


class Malformed(Refused):
    """The body is not what its media type says.

    The body could not be read, and nothing was done. Repair it at the place that is named.
    """

    code = "malformed"


class BodyCutOff(Refused):
    """The body ended before all of it had arrived.

    The connection ended before the announced bytes had come, and nothing was done. Send the same request again,
    under the same Idempotency-Key.
    """

    code = "body_cut_off"


class BadParameter(Refused):
    """A parameter in the address, or a header, is unknown or not usable.

    Something in the address is misspelt, repeated or of the wrong form; it is never ignored. `errors` names each
    parameter; the API document has their names and values.
    """

    code = "bad_parameter"


class BadCursor(Refused):
    """The cursor is not one of ours, or belongs to another list. Start again without it.

    A cursor belongs to one list with its filters and order, and to this site's database. Begin without it, and read
    on at `next` or with the `cursor` of the last answer.
    """

    code = "bad_cursor"


class NotSignedIn(Refused):
    """Sign in, or send a key as `Authorization: Bearer vk_…`.

    The address is for people and keys that are known. Sign in, or send a key in `Authorization`.
    """

    code = "not_signed_in"
    status = 401


class KeyRefused(Refused):
    """This key is unknown, expired or revoked.

    No live key has this text: it is misspelt, expired, revoked, or its secret was changed. Ask whoever keeps the
    keys for a new one; asking again changes nothing.
    """

    code = "key_refused"
    status = 401


class TicketRefused(Refused):
    """This ticket is not one of ours, or its minute is over. Ask for a new one.

    A ticket opens one stream within a minute. Get one with `POST /events/stream:ticket` each time.
    """

    code = "ticket_refused"
    status = 401


class OriginRefused(Refused):
    """The live stream is not told to pages of other sites.

    A page of another site tried to listen. Listen from a server with a key, or from our own pages.
    """

    code = "origin_refused"
    status = 403


class CsrfMissing(Refused):
    """A signed-in browser has to send its CSRF token with every change.

    A change of a signed-in browser needs proof that it comes from this site's pages. Send the value of the CSRF
    cookie as `X-CSRFToken`, and over https the `Origin`.
    """

    code = "csrf_missing"
    status = 403


class HttpsNeeded(Refused):
    """Call over https; nothing was done. A key that was sent without it may have been read: give it a new secret.

    Over plain http a key can be read on the way, so the call was refused. Use https, and change the key's secret
    with `POST /me:rotate`.
    """

    code = "https_needed"
    status = 403


class NothingHere(record.NotFound):
    """There is nothing at this address."""


class MethodNotAllowed(Refused):
    """This address does not take this method.

    The address is there, but not for this method. `Allow` and the sentence name those it takes.
    """

    code = "method_not_allowed"
    status = 405

    @classmethod
    def but(cls, methods: Sequence[str]) -> Self:
        """The refusal that names the methods which are taken, in the sentence and in `Allow`."""
        return cls(f"This address takes {listed(methods, 'and')}.", headers={"Allow": ", ".join(methods)})


class InFlight(Refused):
    """A request with this Idempotency-Key is still running. Ask again in a moment.

    The first request with this key has no answer yet. Wait a second and send the same again: it is done once.
    """

    code = "idempotency_in_flight"
    status = 409


class Retired(Refused):
    """This address has been retired.

    The address was announced to end and has ended. Use the one that `Link` names.
    """

    code = "retired"
    status = 410


class TakenBack(Refused):
    """The published verdict was withdrawn.

    Readers were told a verdict that was taken back. Show it no more; another may follow.
    """

    code = "publication_withdrawn"
    status = 410


class BodyTooLarge(Refused):
    """The body is larger than what is taken here.

    More bytes were announced than are taken here, and none were read. Send less, or several calls.
    """

    code = "body_too_large"
    status = 413


class MediaTypeUnsupported(Refused):
    """This address does not take a body of this kind.

    This kind of body, or its encoding, is not read here. Send one that `Accept-Post` or `Accept-Patch` names.
    """

    code = "media_type_unsupported"
    status = 415

    @classmethod
    def but(cls, kinds: Sequence[str]) -> Self:
        """The refusal that names the media types which are taken."""
        return cls(f"Send the body as {listed(kinds, 'or')}, and say so in Content-Type." if kinds else "")


class Invalid(record.Invalid):
    """The request did not pass validation."""


class UnknownField(Invalid):
    """There is no field of this name here.

    A member means nothing here and might be misspelt. Compare it with the API document, or leave it out.
    """

    code = "unknown_field"


class ReadOnlyField(Invalid):
    """This field cannot be written here.

    The body has a member that follows from the desk's work and is not written by this call. Leave it out; the
    sentence says by which step it changes, if any.
    """

    code = "read_only"


class KeyReused(Refused):
    """This Idempotency-Key was used with a different request.

    The key stands for another request. Use a new one for each new thing, an old one only to repeat.
    """

    code = "idempotency_key_reused"
    status = 422


class PreconditionRequired(Refused):
    """Send If-Match with the ETag you last read.

    A change says which version it was made from. Read the thing, and send its `ETag` as `If-Match`.
    """

    code = "precondition_required"
    status = 428


class RateLimited(Refused):
    """Too many requests. Wait, then go on.

    This caller sent more requests in a minute than one may. Wait for `Retry-After` seconds, and ask for larger
    pages.
    """

    code = "rate_limited"
    status = 429


class TooManyStreams(Refused):
    """You have too many live streams open. Close one, then open another.

    One person or key may hold so many streams open. Close those that nobody reads, or share one.
    """

    code = "too_many_streams"
    status = 429


class ServerError(Refused):
    """Something went wrong here. The request id helps us find it.

    This is a fault of ours. Ask again once; if it stays, tell an administrator the `request_id`.
    """

    code = "server_error"
    status = 500


class Unavailable(Refused):
    """The database cannot be reached at the moment. Ask again in a few seconds.

    The database is away or only read, and nothing was done. Ask again as `Retry-After` says, with the same
    Idempotency-Key.
    """

    code = "unavailable"
    status = 503


class StreamsFull(Refused):
    """No more live streams can be opened at the moment. Poll `/events`, and try again later.

    This process carries as many streams as it can. Poll `GET /events` meanwhile and miss nothing.
    """

    code = "streams_full"
    status = 503


class StreamElsewhere(Refused):
    """The live stream has a process of its own, and the proxy of this site does not lead to it. Poll `/events`.

    The proxy leads the stream's address astray. Poll `GET /events`, and tell whoever keeps the proxy.
    """

    code = "stream_elsewhere"
    status = 404
