"""Posts go to public addresses over one kept connection, and no receiver can hold them longer than agreed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.intake.client import Client
from claims.intake.egress import line_to
from claims.intake.posting import Line, Reply, Terms, _Answer
from claims.intake.refusals import AddressNotAllowed, AddressNotPublic, NoAnswer, NotUnderstood, TooSlow
from claims.intake.wire import Allowance, Stream
from tests.webhooks.receiver import Receiver

BODY = b'{"specversion":"1.0"}'


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A receiver that reads a request and sends these bytes, one connection for each of them."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for answer in answers:
                taken, _ = listening.accept()
                with taken:
                    taken.recv(65536)
                    taken.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        thread.join(5)


def a_line(url: str, seconds: float = 5.0) -> Line:
    host, port = url.split("/")[2].split(":")
    return Line(Client(door=(host, int(port))), url, Terms(seconds))


def ask(url: str, seconds: float = 5.0) -> Reply:
    with a_line(url, seconds) as line:
        return line.post(BODY, {"webhook-id": "evt_1_1"})


def test_posts_follow_each_other_over_one_connection(hooks: Receiver) -> None:
    with line_to(hooks.url()) as line:
        replies = [line.post(BODY, {"webhook-id": f"evt_1_{n}"}) for n in range(5)]
    assert [reply.status for reply in replies] == [200] * 5
    assert {reply.body for reply in replies} == {b"thank you"}
    assert [one.headers["webhook-id"] for one in hooks.got] == [f"evt_1_{n}" for n in range(5)]
    assert len({one.connection for one in hooks.got}) == 1


def test_a_redirect_is_an_answer_and_is_not_followed(hooks: Receiver) -> None:
    assert ask(hooks.url("redirect")).status == 302
    assert len(hooks.got) == 1


def test_a_drip_ends_with_the_deadline_of_the_whole(hooks: Receiver) -> None:
    began = time.monotonic()
    with pytest.raises(TooSlow):
        ask(hooks.url("drip"), seconds=0.3)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://[::1]/"),
        *("https://169.254.169.254/latest/", "https://[::ffff:169.254.169.254]/", "https://[64:ff9b::a9fe:a9fe]/"),
        *("https://①②⑦.⓪.⓪.①/", "https://10.0.0.8/", "https://100.64.0.1/", "https://[fd00::1]/"),
    ],
)
def test_no_private_address_is_asked_in_any_notation(url: str) -> None:
    with Line(Client(), url) as line, pytest.raises((AddressNotPublic, AddressNotAllowed)):
        line.post(BODY, {})


def test_a_name_that_turns_private_is_refused_at_the_next_connection() -> None:
    answers = iter([["93.184.215.14", "10.0.0.1"]])
    client = Client(resolve=lambda host, port: next(answers))
    with Line(client, "https://hooks.example/") as line, pytest.raises(AddressNotPublic):
        line.post(BODY, {})


@pytest.mark.parametrize("url", ["http://hooks.example/", "https://hooks.example:8443/", "ftp://hooks.example/"])
def test_only_https_on_its_own_port_is_asked(url: str) -> None:
    with Line(Client(resolve=lambda host, port: ["93.184.215.14"]), url) as line, pytest.raises(AddressNotAllowed):
        line.post(BODY, {})


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, b"abcde"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk at all", 200, b""),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 99999\r\n\r\n" + b"x" * 50_000, 500, b"x" * 4096),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokay", 200, b"ok"),
    ],
)
def test_every_plain_answer_is_read_as_far_as_it_is_wanted(answer: bytes, status: int, body: bytes) -> None:
    with answering(answer) as url:
        reply = ask(url)
    assert (reply.status, reply.body) == (status, body)


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 200", b"x" * 70_000]
)
def test_what_is_no_answer_is_called_so(answer: bytes) -> None:
    with answering(answer) as url, pytest.raises(NotUnderstood):
        ask(url)


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    kept = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with answering(kept, kept) as url, a_line(url) as line:
        assert [line.post(BODY, {}).status for _ in range(2)] == [200, 200]


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with pytest.raises(NoAnswer):
        ask(url)


class Canned(Stream):
    """A stream that has everything to say already."""

    def __init__(self, said: bytes) -> None:
        super().__init__(socket.socket(), Allowance.of(5, 1000))
        self.said = said

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found, self.said = self.said[:7], self.said[7:]
        return found


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                b"HTTP/1.1 200 OK",
                b"\r\n",
                b"\r\n\r\n",
                b"Content-Length: 3",
                b"a:",
                b"5",
                b"\xff",
                b"Transfer-Encoding: chunked",
                b"0",
                b"HTTP/1.1 100 ",
                b"zzzz",
                b":",
            ]
        ),
        max_size=14,
    )
)
def test_whatever_is_answered_is_read_or_refused(parts: list[bytes]) -> None:
    stream = Canned(b"".join(parts))
    answer = _Answer(stream)
    with closing(stream), suppress(NoAnswer, NotUnderstood):
        status, _, _ = answer.head()
        assert status == 200
        assert len(answer.body(status)) <= 4096
