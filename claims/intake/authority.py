"""Asks a time-stamping authority (RFC 3161) to sign that some bytes exist now, and verifies what it says.

Only the SHA-256 of the bytes goes out, with a nonce.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from claims.intake.client import Client, Errand
from claims.intake.refusals import NotRead

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

ASKS, ANSWERS = "application/timestamp-query", "application/timestamp-reply"


class NotStamped(NotRead):
    """The authority's answer does not prove that it signed these bytes.

    The signed time does not fit the bytes, or the authority is not the one that is trusted. It is asked again; tell
    an administrator if it stays.
    """

    code = "not_stamped"


@dataclass(frozen=True)
class Authority:
    """Where it is asked, and the root certificates (PEM) by which its answers are believed."""

    url: str
    certificates: Path


@dataclass(frozen=True)
class Stamped:
    """An answer that was verified: the moment it names, and the whole of it."""

    at: datetime
    token: bytes


def stamp(body: bytes, authority: Authority, by: Client) -> Stamped:
    """Let the authority sign the SHA-256 of `body`. Raises a `NotRead`, or `NotStamped` for an answer that fails."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
    from rfc3161_client.errors import VerificationError

    asked = (
        TimestampRequestBuilder()
        .data(body)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    errand = Errand(authority.url, "POST", asked.as_bytes(), {"Content-Type": ASKS, "Accept": ANSWERS}, (ANSWERS,))
    answer = by.run(errand)
    verifier = VerifierBuilder(roots=_roots(authority), nonce=asked.nonce).build()
    try:
        found = decode_timestamp_response(answer.body)
        verifier.verify_message(found, body)
        return Stamped(found.tst_info.gen_time, answer.body)
    except (VerificationError, ValueError) as refused:
        raise NotStamped() from refused


def imprint_of(token: bytes) -> str:
    """The SHA-256 a kept token was signed over, hexadecimal; empty for one that cannot be read."""
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(token).tst_info.message_imprint.message.hex()
    except ValueError:
        return ""


def _roots(authority: Authority) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    return load_pem_x509_certificates(authority.certificates.read_bytes())
