"""Which addresses may be connected to. Pure.

What a name or a notation resolves to is judged, never its text: `127.1`, `0x7f000001`, `2130706433` and full-width
digits all end as an answer of the resolver. Python's own `is_global` alone does not do: Python 3.11 calls the NAT64
and 6to4 forms of private addresses, site-local addresses and all multicast global.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import inet_aton

PORTS = frozenset({80, 443})

# RFC 6890 and the IANA registries of special-purpose addresses. 192.0.0.0/24: protocol assignments; 192.88.99.0/24:
# the old 6to4 relays.
_V4_REFUSED = tuple(IPv4Network(one) for one in ("224.0.0.0/4", "192.0.0.0/24", "192.88.99.0/24"))
# 2000::/3 is what is given out for the public internet. Mapped, NAT64, unique-local, link-local, site-local and
# multicast addresses lie outside it; inside it, Teredo and other protocols (2001::/23), documentation (2001:db8::/32,
# 3fff::/20) and 6to4 (2002::/16) carry other addresses or none.
_V6_PUBLIC = IPv6Network("2000::/3")
_V6_REFUSED = tuple(IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))


def is_public(address: str) -> bool:
    """Whether this address, as the resolver answered it, lies on the public internet. False for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public_v4(found)
    return _is_public_v6(found)


def written(host: str) -> str | None:
    """The address that a host is written as, in any notation that a resolver reads (`127.1`); None for a name."""
    try:
        return str(ip_address(host) if ":" in host else ip_address(inet_aton(host)))
    except (ValueError, OSError):
        return None


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in refused for refused in _V4_REFUSED)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    return address in _V6_PUBLIC and not any(address in refused for refused in _V6_REFUSED)


def all_public(addresses: Iterable[str]) -> bool:
    """Whether there is at least one address and every one of them is public.

    One private answer among public ones is refused too: whoever mixes them wants the private one to be taken.
    """
    found = list(addresses)
    return bool(found) and all(is_public(address) for address in found)
