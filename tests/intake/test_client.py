"""The one client: what it refuses before it connects, and where it connects to."""

from __future__ import annotations

import socket
from threading import Event

import pytest

from claims.intake import wire
from claims.intake.client import Client, Errand, Limits, header
from claims.intake.refusals import AddressNotAllowed, AddressNotPublic, NameNotKnown, NoAnswer, NotRead, TooSlow

PUBLIC = "93.184.216.34"
SHORT = Limits(seconds=0.5)

FORBIDDEN = [
    *("http://127.0.0.1/", "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://017700000001/"),
    *("http://0177.0.0.1/", "http://0x7f.1/", "http://①②⑦.⓪.⓪.①/", "http://１２７.０.０.１/", "http://127。0。0。1/"),
    *("http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/"),
    *("http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25lo]/", "http://[fec0::1]/"),
    *("http://[::127.0.0.1]/", "http://0.0.0.0/", "http://0/", "http://100.64.0.1/", "http://169.254.169.254/"),
    *("http://2852039166/", "http://0xa9fea9fe/", "http://192.168.0.1/", "http://10.1/", "http://172.16.0.1/"),
    *("http://224.0.0.1/", "http://255.255.255.255/", "http://192.0.0.9/", "http://localhost/", "https://localhost/"),
    *("file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://127.0.0.1/", "data:text/html,x"),
    *("javascript:alert(1)", "http://example.org@127.0.0.1/", "http://user:word@93.184.216.34/", "http:///x"),
    *("http://93.184.216.34:22/", "http://93.184.216.34:6379/", "http://93.184.216.34:8080/", "//127.0.0.1/", ""),
    *("http://a\\@127.0.0.1/", "http://93.184.216.34:99999/", "http://[::1/", "http://a b/", "http://x\r\ny/"),
]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where the client would have gone; nothing leaves this machine."""
    went: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], timeout: float) -> socket.socket:
        del timeout
        went.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return went


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_forbidden_address_is_refused_before_anything_is_sent(url: str, connections: list[tuple[str, int]]) -> None:
    with pytest.raises((AddressNotPublic, AddressNotAllowed)):
        Client().run(Errand(url))
    assert connections == []


def test_the_connection_goes_to_the_address_that_was_checked(connections: list[tuple[str, int]]) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        del port
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    with pytest.raises(NoAnswer):
        Client(resolve=rebinding).run(Errand("http://rebind.example/"))
    assert asked == ["rebind.example"]
    assert connections == [(PUBLIC, 80)]


def test_one_private_answer_among_public_ones_refuses_the_name(connections: list[tuple[str, int]]) -> None:
    with pytest.raises(AddressNotPublic):
        Client(resolve=lambda host, port: [PUBLIC, "10.0.0.1"]).run(Errand("https://mixed.example/"))
    assert connections == []


def test_the_next_checked_address_is_tried_when_one_does_not_answer(connections: list[tuple[str, int]]) -> None:
    found = ["2606:4700::1111", PUBLIC]
    with pytest.raises(NoAnswer):
        Client(resolve=lambda host, port: found).run(Errand("https://two.example/"))
    assert connections == [("2606:4700::1111", 443), (PUBLIC, 443)]


def sent_by(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every byte that the client sends from here on."""
    sent: list[bytes] = []
    write = wire.Stream.write

    def noted(self: wire.Stream, buffer: bytes, timeout: float | None = None) -> None:
        sent.append(buffer)
        write(self, buffer, timeout)

    monkeypatch.setattr(wire.Stream, "write", noted)
    return sent


def test_the_name_goes_on_as_host_while_the_address_is_pinned(hostile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.create_connection

    def to_this_machine(address: tuple[str, int], timeout: float) -> socket.socket:
        assert address == (PUBLIC, 80)
        return real(("127.0.0.1", hostile), timeout)

    monkeypatch.setattr(socket, "create_connection", to_this_machine)
    sent = sent_by(monkeypatch)
    answer = Client(resolve=lambda host, port: [PUBLIC]).run(Errand("http://named.example/ok?q=1&utm_source=x"))
    assert answer.url == "http://named.example/ok?q=1&utm_source=x"
    assert b"\r\nHost: named.example\r\n" in b"".join(sent)
    assert b"GET /ok?q=1&utm_source=x HTTP/1.1\r\n" in b"".join(sent)


def test_no_cookie_and_no_proxy_of_the_environment_is_used(hostile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    sent = sent_by(monkeypatch)
    answer = Client(door=("127.0.0.1", hostile)).run(Errand(f"http://127.0.0.1:{hostile}/cookie"))
    assert (answer.status, answer.media_type) == (200, "text/html")
    assert answer.url == f"http://127.0.0.1:{hostile}/ok"
    assert b"cookie" not in b"".join(sent).lower().replace(b"get /cookie", b"")


def test_the_door_opens_to_one_host_and_one_port_only(hostile: int) -> None:
    door = Client(door=("127.0.0.1", hostile))
    assert door.run(Errand(f"http://127.0.0.1:{hostile}/ok")).status == 200
    for beside in (f"http://127.0.0.1:{hostile + 1}/", f"http://127.1:{hostile}/", "http://127.0.0.1/"):
        with pytest.raises(NotRead) as refused:
            door.run(Errand(beside))
        assert refused.value.code in {"address_not_allowed", "address_not_public"}


def test_a_resolver_that_never_answers_does_not_outlast_the_deadline() -> None:
    never = Event()

    def hang(host: str, port: int) -> list[str]:
        never.wait(20)
        return [host, str(port)]

    with pytest.raises(TooSlow):
        Client(SHORT, resolve=hang).run(Errand("http://slow.example/"))
    never.set()


def test_a_name_that_nobody_knows_is_said_so() -> None:
    with pytest.raises(NameNotKnown):
        Client().run(Errand("http://no-such-host.invalid/"))


def test_a_refusal_is_a_sentence_with_a_code() -> None:
    kinds = NotRead.__subclasses__()
    assert len(kinds) > 10
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind().message.endswith(".") for kind in kinds)


def test_the_first_value_of_a_header_counts() -> None:
    assert header((("X-A", "1"), ("x-a", "2")), "x-a") == "1"
    assert header((), "x-a") == ""
