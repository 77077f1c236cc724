"""The same article has one address, whoever sent the link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.addresses import AddressRefused, canonical_url, host_of

URLISH = st.text("abАßé/.?&=#%:@[]-_~ \t0123utm_2Ff", max_size=60)


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("HTTPS://News.Example.ORG/World/Story", "https://news.example.org/World/Story"),
        ("https://example.org", "https://example.org/"),
        ("  https://example.org/a \n", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:/", "https://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://example.org/a#top", "https://example.org/a"),
        ("https://example.org/a#:~:text=likely", "https://example.org/a"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2&mc_cid=3", "https://example.org/a"),
        ("https://example.org/a?b=2&utm_source=x&a=1", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?&a=1&&b", "https://example.org/a?a=1&b"),
        ("https://example.org/a?%75tm_source=x", "https://example.org/a"),
        ("https://example.org/a?q=utm_source", "https://example.org/a?q=utm_source"),
        ("https://example.org/a/", "https://example.org/a/"),
        ("https://example.org/a//b", "https://example.org/a//b"),
        ("https://example.org/a/../b/./c", "https://example.org/b/c"),
        ("https://example.org/../..", "https://example.org/"),
        ("https://example.org/a/b/..", "https://example.org/a/"),
        ("https://example.org/%7euser/%d0%b0%2f", "https://example.org/~user/%D0%B0%2F"),
        (
            "https://example.org/новини?q=мир",
            "https://example.org/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8?q=%D0%BC%D0%B8%D1%80",
        ),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://новини.укр/a", "https://xn--b1amarcd.xn--j1amh/a"),
        ("https://Straße.example/", "https://xn--strae-oqa.example/"),
        ("https://xn--strae-oqa.example/", "https://xn--strae-oqa.example/"),
        ("https://example。org/", "https://example.org/"),
        ("https://[2001:DB8:0::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        ("http://192.0.2.7/a", "http://192.0.2.7/a"),
    ],
)
def test_it_has_one_spelling(address: str, canonical: str) -> None:
    assert canonical_url(address) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address_scheme"),
        ("example.org/a", "address_scheme"),
        ("ftp://example.org/", "address_scheme"),
        ("javascript:alert(1)", "address_scheme"),
        ("//example.org/a", "address_scheme"),
        ("https://user@example.org/", "address_userinfo"),
        ("https://user:secret@example.org/", "address_userinfo"),
        ("https://@example.org/", "address_userinfo"),
        ("https:///path", "address_host"),
        ("https:example.org", "address_host"),
        ("https://a..b/", "address_host"),
        ("https://-a.example/", "address_host"),
        ("https://exa<mple.org/", "address_host"),
        ("https://[::1/", "address_host"),
        ("https://[example]/", "address_host"),
        ("https://☃.example/", "address_host"),
        ("https://a\u200db.example/", "address_host"),
        (f"https://{'a' * 64}.example/", "address_host"),
        (f"https://{'a.' * 130}example/", "address_host"),
        ("https://example.org:99999/", "address_port"),
        ("https://example.org:abc/", "address_port"),
        ("https://example.org/a\x00b", "address_character"),
        ("https://example.org/a\nb", "address_character"),
        ("https://example.org/a b", "address_character"),
        ("https://example.org\\@elsewhere.example/", "address_character"),
        ("https://example.org/\u202egpj.exe", "address_character"),
        ("https://example.org/\ud800", "address_character"),
        ("https://example.org/" + "a" * 1981, "address_too_long"),
        ("https://example.org/" + "я" * 400, "address_too_long"),
    ],
)
def test_it_refuses_what_is_no_usable_address(address: str, code: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        canonical_url(address)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_two_thousand_characters_are_allowed() -> None:
    assert len(canonical_url("https://example.org/" + "a" * 1980)) == 2000


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.example.org/a", "example.org"),
        ("https://WWW.Example.org:8080", "example.org"),
        ("https://news.example.org", "news.example.org"),
        ("https://www.com/", "www.com"),
        ("https://новини.укр", "xn--b1amarcd.xn--j1amh"),
        ("http://[::1]/", "[::1]"),
    ],
)
def test_the_host_goes_without_www(address: str, host: str) -> None:
    assert host_of(address) == host


@given(URLISH)
def test_the_canonical_form_is_its_own_canonical_form(rest: str) -> None:
    try:
        canonical = canonical_url("https://" + rest)
    except AddressRefused:
        return
    assert canonical_url(canonical) == canonical
    assert canonical.isascii()
    assert "#" not in canonical
    assert "@" not in canonical.split("/")[2]
