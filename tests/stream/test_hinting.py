"""What the stream reads of the database, for everybody at once: the same as is read for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from claims.hints import sees
from claims.lifecycle import State
from claims.models import ApiKey, Article, Claim, ClaimEvent, DeskRole, Scope, User
from claims.permissions import visible_claims
from claims.services import hinting
from claims.services.hinting import eyes_of, sights_of, signed_in, still_signed_in
from claims.services.keys import key_by, revoke_key, rotate_key
from claims.services.tickets import issue_ticket, listener_by, listener_of
from tests.factories import (
    a_claim,
    a_desk,
    a_key,
    a_person,
    a_quote,
    ahead,
    an_administrator,
    an_article,
    an_editor,
    joined,
    now,
    viewer,
)

pytestmark = pytest.mark.django_db


def test_what_is_judged_in_memory_is_what_the_rows_say(django_assert_num_queries: Any) -> None:
    world, city = a_desk(name="World"), a_desk(name="City")
    for desk in (world, city):
        a_claim(desk)
        for of in (world, city, None):
            a_claim(desk, quote=a_quote(an_article(desk=of).revision))
    Article.objects.update(embargo_until=ahead(hours=1))
    Claim.objects.filter(pk=a_claim(city, State.PROPOSED).pk).update(desk=None)
    both = joined(an_editor(world), city, DeskRole.REVIEWER)
    who = [an_administrator(), an_editor(world), both, a_person("Outsider")]
    who += [a_key(*Scope, desks=desks)[0] for desks in ((), (world,), (city,), (world, city))]  # type: ignore[misc]  # people and keys
    listeners = {listener_of(viewer(one)): one for one in who}
    claims = list(Claim.objects.values_list("pk", flat=True))
    with django_assert_num_queries(3):
        eyes, sights = eyes_of(listeners), sights_of(claims)
    for listener, one in listeners.items():
        told = {claim for claim in claims if sees(eyes[listener], sights[claim])}
        assert told == set(visible_claims(viewer(one), now()).values_list("pk", flat=True)), one
    assert eyes[listener_of(viewer(both))].desks == frozenset({world.pk, city.pk})


def test_whoever_lost_the_right_to_listen_is_left_out() -> None:
    desk = a_desk()
    revoked, blind, expired = a_key(*Scope)[0], a_key(Scope.CLAIMS_READ)[0], a_key(*Scope)[0]
    gone, changed = an_editor(desk), an_editor(desk)
    listeners = [listener_of(viewer(one)) for one in (revoked, blind, expired, gone, changed)]
    assert set(eyes_of(listeners)) == {listeners[0], listeners[2], listeners[3], listeners[4]}
    revoke_key(revoked)
    expired.expires_at = now() - timedelta(seconds=1)
    expired.save(update_fields=["expires_at"])
    User.objects.filter(pk=gone.pk).update(is_active=False)
    changed.set_password("another")
    changed.save(update_fields=["password"])
    assert eyes_of(listeners) == {}


def test_a_stream_ends_with_the_secret_that_it_was_opened_with() -> None:
    _, shown = a_key(*Scope)
    first = key_by(shown)
    assert first is not None
    by_header = listener_of(viewer(first))
    _, second = rotate_key(first.pk, overlap=timedelta(hours=1))
    former, newest = key_by(shown), key_by(second)
    assert former is not None
    assert newest is not None
    by_ticket = listener_by(issue_ticket(viewer(former))[0], now())
    assert by_ticket is not None
    listeners = [by_header, by_ticket, listener_of(viewer(newest))]
    assert set(eyes_of(listeners)) == set(listeners)  # the former one opens too
    ApiKey.objects.filter(pk=first.pk).update(former_until=now() - timedelta(seconds=1))
    assert set(eyes_of(listeners)) == {listeners[2]}
    rotate_key(first.pk, overlap=timedelta())
    assert eyes_of(listeners) == {}


def test_a_session_says_who_is_signed_in_until_it_ends() -> None:
    editor, client = an_editor(a_desk()), Client()
    client.force_login(editor)
    key = str(client.session.session_key)
    assert signed_in({key, "b" * 32}) == {key: listener_of(viewer(editor))}
    assert still_signed_in({key, "b" * 32}) == {key}
    client.logout()
    assert signed_in({key}) == {}
    assert still_signed_in({key}) == frozenset()


def test_a_ticket_is_good_for_a_minute_and_only_as_it_was_given() -> None:
    for one in (an_editor(a_desk()), a_key(*Scope)[0]):
        ticket, until = issue_ticket(viewer(one))
        assert timedelta(seconds=50) < until - now() <= timedelta(minutes=1)
        assert listener_by(ticket, now()) == listener_of(viewer(one))
        for shown, at in ((ticket, until), (ticket[:-1], now()), ("", now()), (f"x{ticket}", now())):
            assert listener_by(shown, at) is None


@pytest.mark.django_db(transaction=True)
def test_no_cursor_of_this_database_is_as_high_as_its_next_transaction() -> None:
    a_claim(a_desk())
    assert hinting.next_transaction() > ClaimEvent.objects.latest("tx").tx
