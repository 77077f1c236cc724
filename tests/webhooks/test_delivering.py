"""Events become deliveries once, arrive in the order of their claim, and no receiver holds up another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.formats.json import JSONFormat
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook as Verifier

from claims.exports.feed import event_out
from claims.intake.egress import line_to
from claims.intake.posting import Line
from claims.lifecycle import Action, State
from claims.models import ApiKey, Article, Claim, ClaimEvent, Desk, OffBecause, Scope, Webhook, WebhookDelivery
from claims.services.delivering import deliver, post, take
from claims.services.keys import revoke_key
from claims.services.outbox import Told, enqueue, spread_events
from claims.services.posted import KEPT, forget_deliveries, write_down
from claims.services.transitions import database_time
from claims.services.webhooks import change_webhook, make_webhook, replay_from, rotate_secret, send_again, try_out
from claims.webhooks.schedule import SWITCHED_OFF_AFTER
from reviews.services.acting import act
from tests.api.conftest import everything_is_final
from tests.factories import a_claim, a_desk, a_key, a_quote, ahead, an_article, an_editor, viewer
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db


Make = Callable[..., tuple[Webhook, str]]


@pytest.fixture
def webhook(hooks: Receiver, key: ApiKey) -> Make:
    """Makes a webhook of the key to a path of the receiver."""

    def make(path: str = "hook", of: ApiKey = key, **given: Any) -> tuple[Webhook, str]:
        return make_webhook(viewer(of), name=f"CMS {path}", url=hooks.url(path), **given)

    return make


def tell(*webhooks: Webhook) -> None:
    """Make the deliveries of every event there is; within a test's own transaction the feed shows none of them."""
    events = [Told(*row) for row in ClaimEvent.objects.order_by("pk").values_list("pk", "claim_id", "type", "tx")]
    for webhook in webhooks:
        enqueue(webhook, events, database_time())


def states(webhook: Webhook) -> list[str]:
    return list(webhook.deliveries.order_by("pk").values_list("state", flat=True))


def come_due(webhook: Webhook) -> None:
    """Let every wait be over."""
    now = database_time()
    webhook.deliveries.filter(state="waiting").update(next_attempt_at=now)
    Webhook.objects.filter(pk=webhook.pk).update(paused_until=None)


def numbers(claim: Claim) -> list[str]:
    return [f"{claim.pk}.{event.seq}" for event in claim.events.order_by("seq")]


def test_a_delivery_is_a_signed_cloud_event_that_others_read(hooks: Receiver, desk: Desk, webhook: Make) -> None:
    made, secret = webhook()
    claim = a_claim(desk, State.DECIDED)
    tell(made)
    assert deliver() == claim.events.count()
    for got, event in zip(hooks.got, claim.events.order_by("seq"), strict=True):
        assert Verifier(secret).verify(got.body, got.headers) == got.read
        read = from_http_event(HTTPMessage(got.headers, got.body), JSONFormat())
        assert read.get_id() == got.headers["webhook-id"] == f"evt_{claim.pk}_{event.seq}"
        assert read.get_type() == f"org.claimdesk.{event.type}.v1"
        assert read.get_subject() == f"claims/{claim.pk}"
        assert read.get_time() == event.occurred_at
        assert read.get_data() == event_out(event)
        assert got.read["timestamp"] == got.read["time"]
    row = made.deliveries.latest("pk")
    assert (row.state, row.status, row.answer, row.attempts) == ("delivered", 200, "thank you", 1)
    assert row.milliseconds is not None
    made.refresh_from_db()
    assert made.delivered_at is not None


def test_an_event_has_one_delivery_and_only_where_its_type_is_wanted(desk: Desk, webhook: Make) -> None:
    everything, _ = webhook()
    accepted, _ = webhook(types=["org.claimdesk.claim.accept.v1"])
    claim = a_claim(desk)
    tell(everything, accepted)
    tell(everything, accepted)
    assert everything.deliveries.count() == claim.events.count()
    assert [row.event.type for row in accepted.deliveries.select_related("event") if row.event] == ["claim.accept"]


def test_a_webhook_sees_with_the_eyes_of_its_key(hooks: Receiver, desk: Desk, webhook: Make) -> None:
    elsewhere = a_desk()
    confined, _ = webhook(of=a_key(Scope.WEBHOOKS_MANAGE, Scope.EVENTS_READ, desks=(elsewhere,))[0])
    everywhere, _ = webhook("all")
    embargoed = an_article(desk=elsewhere, embargo_until=ahead(hours=1))
    ours, theirs = a_claim(desk), a_claim(elsewhere, quote=a_quote(embargoed.revision))
    tell(confined, everywhere)
    deliver()
    assert [one.read["data"]["id"] for one in hooks.at("hook")] == numbers(theirs)
    assert [one.read["data"]["id"] for one in hooks.at("all")] == numbers(ours)


def test_what_its_key_may_not_see_any_more_is_withheld(hooks: Receiver, desk: Desk, webhook: Make) -> None:
    made, _ = webhook()
    article = an_article()
    a_claim(desk, quote=a_quote(article.revision))
    tell(made)
    Article.objects.filter(pk=article.article.pk).update(embargo_until=ahead(hours=1))
    assert deliver() == 0
    assert hooks.got == []
    assert set(states(made)) == {"withheld"}


def test_what_follows_a_refused_event_of_a_claim_waits_and_other_claims_do_not(
    hooks: Receiver, desk: Desk, webhook: Make
) -> None:
    made, _ = webhook()
    first, second = a_claim(desk), a_claim(desk)
    tell(made)
    hooks.answers = [500]
    deliver()
    assert hooks.events == [f"{first.pk}.1", *numbers(second)]
    made.refresh_from_db()
    assert made.failures == 0
    come_due(made)
    deliver()
    assert hooks.events == [f"{first.pk}.1", *numbers(second), *numbers(first)]
    row = made.deliveries.earliest("event")
    assert [(one["status"], one["code"]) for one in row.earlier] == [(500, "refused")]
    assert {one.headers["webhook-id"] for one in hooks.got if one.read["data"]["id"] == f"{first.pk}.1"} == {
        f"evt_{first.pk}_1"
    }


def test_a_delivery_is_given_up_after_ten_attempts_and_the_next_one_goes(
    hooks: Receiver, desk: Desk, webhook: Make
) -> None:
    made, _ = webhook()
    claim = a_claim(desk)
    tell(made)
    hooks.answers = [500] * 10
    for _ in range(10):
        come_due(made)
        deliver()
    assert states(made) == ["failed", "delivered"]
    assert hooks.events == [f"{claim.pk}.1"] * 10 + [f"{claim.pk}.2"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_is_away_is_left_alone_as_long_as_it_asks(
    hooks: Receiver, desk: Desk, webhook: Make, status: int
) -> None:
    made, _ = webhook()
    a_claim(desk)
    tell(made)
    hooks.answers, hooks.retry_after = [status], "1200"
    deliver()
    assert len(hooks.got) == 1
    made.refresh_from_db()
    assert made.paused_until is not None
    assert timedelta(minutes=19) < made.paused_until - database_time() <= timedelta(minutes=20)
    made.deliveries.update(next_attempt_at=database_time())
    assert deliver() == 0


def test_gone_switches_off_and_what_waits_is_kept(hooks: Receiver, desk: Desk, webhook: Make, key: ApiKey) -> None:
    made, _ = webhook()
    claim = a_claim(desk)
    tell(made)
    hooks.answers = [410]
    deliver()
    made.refresh_from_db()
    assert (made.is_enabled, made.off_code) == (False, OffBecause.GONE)
    assert deliver() == 0
    change_webhook(made.pk, {"is_enabled": True}, viewer(key))
    come_due(made)
    deliver()
    assert hooks.events == [f"{claim.pk}.1", *numbers(claim)]


def test_three_days_without_a_delivery_switch_off(hooks: Receiver, desk: Desk, webhook: Make) -> None:
    made, _ = webhook("redirect")
    a_claim(desk)
    tell(made)
    deliver()
    made.refresh_from_db()
    assert (made.failures, made.is_enabled, made.error) == (1, True, "redirected 302")
    assert made.failing_since is not None
    Webhook.objects.filter(pk=made.pk).update(failing_since=made.failing_since - SWITCHED_OFF_AFTER)
    come_due(made)
    deliver()
    made.refresh_from_db()
    assert (made.is_enabled, made.off_code) == (False, OffBecause.FAILING)
    assert all(one.path == "/redirect" for one in hooks.got)


@pytest.mark.parametrize("ends", ["revoked", "scope"])
def test_a_webhook_ends_with_its_key(hooks: Receiver, desk: Desk, webhook: Make, key: ApiKey, ends: str) -> None:
    made, _ = webhook()
    a_claim(desk)
    tell(made)
    if ends == "revoked":
        revoke_key(key)
    else:
        ApiKey.objects.filter(pk=key.pk).update(scopes=[Scope.WEBHOOKS_MANAGE])
    assert deliver() == 0
    made.refresh_from_db()
    assert (made.is_enabled, made.off_code, hooks.got) == (False, OffBecause.KEY_ENDED, [])


def test_nothing_is_signed_with_a_secret_that_nobody_has(
    hooks: Receiver, desk: Desk, webhook: Make, settings: Any, key: ApiKey
) -> None:
    made, _ = webhook()
    a_claim(desk)
    tell(made)
    settings.SECRET_KEY = "another key of the site, as long as the first one was, for the test"
    assert deliver() == 0
    made.refresh_from_db()
    assert made.off_code == OffBecause.SECRET_LOST
    _, secret = rotate_secret(made.pk, viewer(key))
    change_webhook(made.pk, {"is_enabled": True}, viewer(key))
    deliver()
    assert Verifier(secret).verify(hooks.got[0].body, hooks.got[0].headers)


def test_both_secrets_sign_until_the_overlap_ends(hooks: Receiver, webhook: Make, key: ApiKey) -> None:
    made, old = webhook()
    _, new = rotate_secret(made.pk, viewer(key))
    try_out(made.pk, viewer(key))
    deliver()
    Webhook.objects.filter(pk=made.pk).update(old_until=database_time())
    try_out(made.pk, viewer(key))
    deliver()
    during, after = hooks.got
    for secret in (old, new):
        assert Verifier(secret).verify(during.body, during.headers)["type"] == "org.claimdesk.webhook.test.v1"
    assert len(after.headers["webhook-signature"].split()) == 1
    assert Verifier(new).verify(after.body, after.headers)


def test_nothing_is_sent_where_sending_is_switched_off(
    hooks: Receiver, desk: Desk, webhook: Make, settings: Any
) -> None:
    made, _ = webhook()
    a_claim(desk)
    tell(made)
    settings.SEND_WEBHOOKS = False
    assert deliver() == 0
    assert (hooks.got, set(states(made))) == ([], {"waiting"})


def test_one_slow_receiver_delays_no_other(hooks: Receiver, desk: Desk, webhook: Make) -> None:
    slow, quick = webhook("hang")[0], webhook("quick")[0]
    claim = a_claim(desk)
    tell(slow, quick)
    count = claim.events.count()
    hooks.let_go_after = ("/quick", count)  # the slow one answers only when the quick one has everything
    deliver()
    assert len(hooks.at("quick")) == count
    assert states(slow) == states(quick) == ["delivered"] * count


def test_a_fault_of_ours_costs_one_webhook_an_attempt_and_the_others_nothing(
    hooks: Receiver, desk: Desk, webhook: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = webhook("broken")[0], webhook("whole")[0]
    a_claim(desk)
    tell(broken, whole)

    def fails(url: str) -> Line:
        if url.endswith("broken"):
            raise ZeroDivisionError
        return line_to(url)

    monkeypatch.setattr("claims.services.delivering.line_to", fails)
    deliver()
    assert set(states(whole)) == {"delivered"}
    broken.refresh_from_db()
    assert (broken.error, broken.failures, states(broken)) == ("our_fault", 1, ["waiting", "waiting"])
    assert broken.paused_until is not None


def test_a_lost_lease_writes_nothing_and_the_delivery_comes_again(hooks: Receiver, desk: Desk, webhook: Make) -> None:
    made, _ = webhook()
    a_claim(desk)
    tell(made)
    (batch,) = take()
    assert take() == []
    outcomes = post(batch)
    Webhook.objects.filter(pk=made.pk).update(lease_until=database_time())
    assert write_down(batch.webhook, batch.lease, outcomes, batch.withheld) is False
    assert set(states(made)) == {"waiting"}
    deliver()
    ids = [one.headers["webhook-id"] for one in hooks.got]
    assert ids[: len(ids) // 2] == ids[len(ids) // 2 :]


def test_sent_again_it_has_the_same_number_and_ten_attempts(
    hooks: Receiver, desk: Desk, webhook: Make, key: ApiKey
) -> None:
    made, _ = webhook()
    a_claim(desk)
    tell(made)
    deliver()
    row = made.deliveries.earliest("event")
    first = row.delivered_at
    send_again(row.pk, viewer(key))
    deliver()
    row.refresh_from_db()
    assert (row.state, row.replays, row.attempts, row.delivered_at) == ("delivered", 1, 1, first)
    assert len(row.earlier) == 1
    assert hooks.events.count(hooks.events[0]) == 2


def test_what_was_over_thirty_days_ago_is_forgotten_and_what_waits_is_not(
    hooks: Receiver, desk: Desk, webhook: Make
) -> None:
    made, _ = webhook()
    a_claim(desk)
    tell(made)
    hooks.answers = [200, 500]
    deliver()
    made.deliveries.update(made_at=database_time() - KEPT - timedelta(minutes=1))
    assert forget_deliveries() == 1
    assert states(made) == ["waiting"]


def test_a_batch_costs_as_many_statements_as_a_single_delivery(hooks: Receiver, desk: Desk, webhook: Make) -> None:
    made, _ = webhook()

    def cost(claims: int) -> int:
        for _ in range(claims):
            a_claim(desk)
        with CaptureQueriesContext(connection) as queries:
            tell(made)
            deliver()
        return len(queries)

    assert cost(1) == cost(8)
    assert set(states(made)) == {"delivered"}


@pytest.mark.django_db(transaction=True)
def test_the_feed_is_followed_from_the_webhooks_own_place(
    hooks: Receiver, desk: Desk, webhook: Make, key: ApiKey
) -> None:
    before = a_claim(desk)
    everything_is_final()
    made, _ = webhook()
    claim = a_claim(desk, State.PROPOSED)
    act(claim.pk, Action.ACCEPT, viewer(an_editor(desk)), desk=desk)
    everything_is_final()
    assert spread_events() == claim.events.count()
    assert spread_events() == 0
    deliver()
    assert hooks.events == numbers(claim)
    replay_from(made.pk, (0, 0), viewer(key))
    deliver()
    assert hooks.events == [*numbers(claim), *numbers(before), *numbers(claim)]
    assert WebhookDelivery.objects.filter(webhook=made, replays=1).count() == claim.events.count()
    assert replay_from(made.pk, (2**62, 1), viewer(key)).place == ClaimEvent.objects.end_of_feed()


def test_a_benchmark_of_too_few_is_refused_with_a_sentence() -> None:
    with pytest.raises(CommandError, match=r"100 to 20,000 deliveries \(--n\)\."):
        call_command("bench", "hooks", n=99)
