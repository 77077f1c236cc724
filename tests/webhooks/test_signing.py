"""Signatures, schedule and types: what receivers rely on, checked with code that is not ours."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from claims.exports.feed import public_type
from claims.webhooks.kinds import EVENT_TYPES, chosen
from claims.webhooks.schedule import ATTEMPTS, LONGEST_PAUSE, MOST_ASKED, again_in, pause_after
from claims.webhooks.signing import new_salt, secret_of, shown, signature

# From the test suite of the Standard Webhooks libraries.
KNOWN_SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KNOWN = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
KNOWN_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_known_vector_is_signed_as_every_library_signs_it() -> None:
    name, at, body = KNOWN
    assert signature(name, datetime.fromtimestamp(at, UTC), body, [b64decode(KNOWN_SECRET)]) == KNOWN_SIGNATURE


def test_either_secret_verifies_while_a_new_one_is_taken_up() -> None:
    secrets, at, body = [secret_of(new_salt()) for _ in range(3)], datetime.now(UTC), b'{"type":"x"}'
    headers = {
        "webhook-id": "evt_1_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature("evt_1_1", at, body, secrets[:2]),
    }
    for secret in secrets[:2]:
        assert Verifier(shown(secret)).verify(body, headers) == json.loads(body)
    with pytest.raises(Exception, match="No matching signature"):
        Verifier(shown(secrets[2])).verify(body, headers)


def test_a_secret_is_gone_when_the_sites_key_is_changed(settings: Any) -> None:
    salt = new_salt()
    before = secret_of(salt)
    settings.SECRET_KEY = "another key of the site, as long as the first one was, for the test"
    assert secret_of(salt) != before
    assert len(before) == 32


@given(delivery=st.integers(1, 2**40))
def test_ten_attempts_take_about_three_days(delivery: int) -> None:
    waits = [again_in(attempt, delivery) for attempt in range(1, ATTEMPTS)]
    assert len(waits) == 9
    assert again_in(ATTEMPTS, delivery) is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert timedelta(hours=75) < sum(known, timedelta()) < timedelta(hours=84)


@given(failures=st.integers(1, 10**6), asked=st.one_of(st.none(), st.integers(0, 10**6)))
def test_a_receiver_is_left_alone_for_ten_minutes_at_most_unless_it_asks_for_more(
    failures: int, asked: int | None
) -> None:
    wish = None if asked is None else timedelta(seconds=asked)
    pause = pause_after(failures, wish)
    assert timedelta(seconds=5) <= pause <= max(LONGEST_PAUSE, MOST_ASKED)
    if wish is not None and wish <= MOST_ASKED:
        assert pause >= wish


def test_types_are_chosen_by_their_public_names_and_others_are_named() -> None:
    known = [public_type(one) for one in EVENT_TYPES]
    assert chosen(known) == (sorted(EVENT_TYPES), [])
    wrong = ["claim.late", "org.claimdesk.claim.lte.v1", "org.claimdesk.late.v1"]
    assert chosen([*wrong, public_type("claim.late")]) == (["claim.late"], wrong)
