"""The gate: what may be connected to, judged by the resolver's answer."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.gate import all_public, is_public

PRIVATE = [
    *("0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fe80::1%lo", "2606:4700::1111%eth0", "fec0::1", "ff02::1", "", "localhost", "1.2.3", "8.8.8.8 "),
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "192.0.1.1", "223.255.255.254", "2606:4700:4700::1111", "2a00:1450:4001::200e"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_does_not_lie_on_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_lies_on_the_public_internet_is_let_through(address: str) -> None:
    assert is_public(address)


def test_every_answer_has_to_be_public() -> None:
    assert all_public(PUBLIC)
    assert not all_public([*PUBLIC, "10.0.0.1"])
    assert not all_public([])


@given(st.ip_addresses(v=4))
def test_a_version_4_address_inside_another_is_never_reached(inner: IPv4Address) -> None:
    number = int(inner)
    for outer in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, number, 0x2002 << 112 | number << 80):
        assert not is_public(str(IPv6Address(outer)))


@given(st.ip_addresses())
def test_whatever_is_let_through_is_global_and_speaks_to_one(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        special = ("multicast", "private", "loopback", "link_local", "reserved", "unspecified")
        assert not [kind for kind in special if getattr(address, f"is_{kind}")]
