"""One spelling of a web address, so that the same article is recognised when it comes again.

The canonical form drops what only tracks readers and what only a browser uses, and keeps everything that can name
another document: the path with its case, the order of parameters, a trailing slash.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

MAX_LENGTH = 2_000
_LONGEST_HOST = 253
DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say who sent the reader. None of them selects what the page shows.
_TRACKERS = (
    "_hsenc _hsmi _openstat at_campaign at_medium cmpid dclid fb_action_ids fb_action_types"
    " fb_ref fb_source fbclid gad_campaignid gad_source gbraid gclid gclsrc igsh igshid li_fat_id"
    " mkt_tok msclkid oly_anon_id oly_enc_id rb_clickid s_cid srsltid ttclid twclid vero_conv"
    " vero_id wbraid wickedid xtor yclid ysclid"
)
TRACKERS = frozenset(_TRACKERS.split())
TRACKER_PREFIXES = ("utm_", "mc_", "pk_", "hsa_")

EXAMPLE_ENDS = frozenset({"test", "example", "invalid"})
EXAMPLE_HOSTS = ("example.com", "example.net", "example.org")

_UNUSABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\\]")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(rb"[A-Za-z0-9._~-]")
_PATH_SAFE = "/:@!$&'()*+,;=~%"
_QUERY_SAFE = _PATH_SAFE + "?"
_LDH_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LABEL_CATEGORIES = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
_JOINERS = "\u200c\u200d"
_VIRAMA = 9
_DOTS = re.compile("[.\u3002\uff0e\uff61]")


@dataclass
class AddressRefused(ValueError):
    """This address cannot be used. `code` is stable, `message` says what to change."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


def canonical_url(address: str) -> str:
    """Return the canonical form of an http or https address, ASCII only and at most 2,000 characters.

    Raises AddressRefused for anything else, for addresses with a user name or password, with control characters or
    blanks inside, without a usable host, or too long.
    """
    parts = _split(address.strip())
    scheme = parts.scheme.lower()
    host = _host(parts)
    query = _query(parts.query)
    path = _without_dot_segments(_escaped(parts.path, _PATH_SAFE))
    canonical = f"{scheme}://{host}{_port(parts, scheme)}{path}{'?' if query else ''}{query}"
    _refuse_length(canonical)
    return canonical


def host_of(address: str) -> str:
    """Return the host of an address in lower-case ASCII, without a leading `www.`. Raises AddressRefused."""
    host = _host(_split(address.strip()))
    bare = host.removeprefix("www.")
    return bare if "." in bare else host


def is_example(address: str) -> bool:
    """Whether the host is one that is set aside for examples and tests (RFC 2606): nobody ever answers for it."""
    host = host_of(address)
    return host.rpartition(".")[2] in EXAMPLE_ENDS or any(f".{host}".endswith(f".{name}") for name in EXAMPLE_HOSTS)


def _split(address: str) -> SplitResult:
    _refuse_length(address)
    if found := _UNUSABLE.search(address):
        point = f"U+{ord(found.group()):04X}"
        raise AddressRefused(
            "address_character",
            f"The address holds {point} at position {found.start()}, which no address may contain."
            " Remove or encode it.",
        )
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise _unusable_host() from error
    if parts.scheme.lower() not in DEFAULT_PORTS:
        raise AddressRefused("address_scheme", "Only addresses that begin with http:// or https:// can be used.")
    if "@" in parts.netloc:
        raise AddressRefused("address_userinfo", "Remove the user name or password in front of the host.")
    return parts


def _refuse_length(address: str) -> None:
    if len(address) > MAX_LENGTH:
        raise AddressRefused(
            "address_too_long",
            f"The address has {len(address):,} characters, at most {MAX_LENGTH:,} fit.",
        )


def _host(parts: SplitResult) -> str:
    try:
        host = parts.hostname or ""
        if ":" in host:
            return f"[{ipaddress.IPv6Address(host).compressed}]"
    except ValueError as error:
        raise _unusable_host() from error
    labels = _DOTS.split(host)
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    ascii_host = ".".join(_ascii_label(label) for label in labels)
    if len(ascii_host) > _LONGEST_HOST:
        raise _unusable_host()
    return ascii_host


def _ascii_label(label: str) -> str:
    """One part of a host as it goes over the wire, by the rules browsers follow (ß stays ß, it is not ss)."""
    mapped = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).lower()).replace("\xad", "")
    if not mapped.isascii():
        if not all(_may_stand(mapped, index) for index in range(len(mapped))):
            raise _unusable_host()
        mapped = "xn--" + mapped.encode("punycode").decode("ascii")
    if not _LDH_LABEL.fullmatch(mapped):
        raise _unusable_host()
    return mapped


def _may_stand(label: str, index: int) -> bool:
    character = label[index]
    if character in _JOINERS:
        return index > 0 and unicodedata.combining(label[index - 1]) == _VIRAMA
    return character == "-" or unicodedata.category(character) in _LABEL_CATEGORIES


def _port(parts: SplitResult, scheme: str) -> str:
    try:
        port = parts.port
    except ValueError as error:
        raise AddressRefused("address_port", "The port is not a number from 0 to 65535.") from error
    return "" if port is None or port == DEFAULT_PORTS[scheme] else f":{port}"


def _query(query: str) -> str:
    kept = (pair for pair in query.split("&") if pair and not _tracks(pair))
    return "&".join(_escaped(pair, _QUERY_SAFE) for pair in kept)


def _tracks(pair: str) -> bool:
    name = unquote_to_bytes(pair.partition("=")[0]).decode("utf-8", "replace").lower()
    return name in TRACKERS or name.startswith(TRACKER_PREFIXES)


def _escaped(part: str, safe: str) -> str:
    """Percent-encoding in one form: UTF-8, capitals, and none where none is needed."""
    return _ESCAPE.sub(_plain_escape, quote(_BROKEN_ESCAPE.sub("%25", part), safe=safe))


def _plain_escape(match: re.Match[str]) -> str:
    byte = bytes.fromhex(match.group()[1:])
    return byte.decode("ascii") if _UNRESERVED.fullmatch(byte) else match.group().upper()


def _without_dot_segments(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _unusable_host() -> AddressRefused:
    return AddressRefused("address_host", "The host of the address cannot be read. Check it for a typing error.")
