"""What somebody asks of the stream, and what becomes of many who ask at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from claims.api.errors import BadCursor, BadParameter, KeyRefused, NotSignedIn, OriginRefused, Refused, TicketRefused
from claims.errors import ClaimDeskError, ScopeMissing
from claims.models import Scope
from claims.services.hinting import next_transaction
from claims.services.tickets import issue_ticket, listener_of
from claims.stream.door import UNKNOWN, Asked, LetIn, asked_in, is_ours, judged
from tests.factories import a_desk, a_key, an_editor, viewer

HOST = {b"host": b"localhost:8100"}


def test_a_request_says_who_from_where_and_what() -> None:
    headers = HOST | {b"cookie": b"sessionid=abc; csrftoken=x", b"last-event-id": b"7-9"}
    query = b"after=5-1&ticket=t&types=org.claimdesk.claim.late.v1,org.claimdesk.claim.accept.v1"
    assert asked_in(headers, query) == Asked(
        ticket="t", session="abc", after=(7, 9), types=frozenset({"claim.late", "claim.accept"})
    )
    assert asked_in(HOST, b"after=5-1").after == (5, 1)
    assert asked_in(HOST, b"").after is None
    assert asked_in(HOST | {b"last-event-id": b"nothing of ours"}, b"").after == UNKNOWN
    assert asked_in(HOST | {b"authorization": b"Bearer vk_1_x"}, b"").key == "vk_1_x"


@pytest.mark.parametrize(
    ("headers", "query", "refusal"),
    [
        ({b"host": b"elsewhere.example"}, b"", Refused),
        (HOST | {b"origin": b"https://elsewhere.example"}, b"", OriginRefused),
        (HOST | {b"origin": b"null"}, b"", OriginRefused),
        (HOST | {b"authorization": b"Basic eDp5"}, b"", KeyRefused),
        (HOST, b"after=x", BadCursor),
        (HOST, b"since=5-1", BadParameter),
        (HOST, b"types=late", BadParameter),
        (HOST, b"types=org.claimdesk.claim.lat.v1", BadParameter),
    ],
)
def test_what_cannot_be_answered_is_refused(
    headers: dict[bytes, bytes], query: bytes, refusal: type[ClaimDeskError]
) -> None:
    with pytest.raises(refusal):
        asked_in(headers, query)


def test_pages_of_this_site_may_listen_also_from_its_other_port(settings: Any) -> None:
    settings.SITE_URL, settings.CSRF_TRUSTED_ORIGINS = "http://127.0.0.1:8000", ["https://claims.example"]
    for origin in ("http://127.0.0.1:8000", "http://127.0.0.1:8100", "https://claims.example"):
        assert is_ours(origin, "127.0.0.1:8100")
    assert not is_ours("http://127.0.0.1:9999", "127.0.0.1:8100")


@pytest.mark.django_db
def test_many_who_come_at_once_are_judged_together_and_each_gets_their_own_answer(
    django_assert_num_queries: Any,
) -> None:
    editor, (key, shown), (_, weak) = an_editor(a_desk()), a_key(*Scope), a_key(Scope.CLAIMS_READ)
    client = Client()
    client.force_login(editor)
    session = str(client.session.session_key)
    ticket = issue_ticket(viewer(key))[0]
    with django_assert_num_queries(5):  # the time, the horizon, sessions, people, keys
        first, second, third, fourth = judged(
            [Asked(session=session), Asked(ticket=ticket, after=UNKNOWN), Asked(ticket="x"), Asked(session="b" * 32)]
        )
    assert isinstance(first, LetIn)
    assert (first.listener, first.is_known) == (listener_of(viewer(editor)), True)
    assert isinstance(second, LetIn)
    assert (second.listener, second.is_known) == (listener_of(viewer(key)), False)
    assert [type(third), type(fourth)] == [TicketRefused, NotSignedIn]
    found = judged([Asked(key=shown, session="b" * 32), Asked(key=weak), Asked(key="vk_1_x"), Asked()])
    assert [type(one) for one in found] == [LetIn, ScopeMissing, KeyRefused, NotSignedIn]
    ahead = next_transaction() + 1_000_000  # others count up too
    assert judged([Asked(key=shown, after=(ahead, 1))])[0].is_known is False  # type: ignore[union-attr]  # let in


@pytest.mark.django_db
def test_a_ticket_opens_nothing_once_its_key_has_lost_the_right() -> None:
    key, _ = a_key(*Scope)
    ticket = issue_ticket(viewer(key))[0]
    key.scopes = [Scope.CLAIMS_READ]
    key.save(update_fields=["scopes"])
    assert [type(one) for one in judged([Asked(ticket=ticket)])] == [TicketRefused]
