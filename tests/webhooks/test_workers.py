"""Real workers on a real broker send to receivers that hang, drip, refuse, lead elsewhere or are gone."""

from __future__ import annotations

import pytest

from claims.lifecycle import State
from claims.models import OffBecause, Scope, Webhook
from claims.services.delivering import deliver
from claims.services.webhooks import make_webhook
from tests import factories as make
from tests.api.conftest import everything_is_final
from tests.concurrency.crowd import at_once, broken_promises
from tests.conftest import StartCelery
from tests.running import wait_until
from tests.webhooks.receiver import Receiver

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PATHS = ("hang", "drip", "redirect", "error", "gone")


def test_a_real_worker_tells_everybody_whatever_the_others_do(
    hooks: Receiver,
    celery_worker_process: StartCelery,
) -> None:
    viewer = make.viewer(make.a_key(Scope.WEBHOOKS_MANAGE, Scope.EVENTS_READ)[0])
    made = {path: make_webhook(viewer, name=path, url=hooks.url(path))[0] for path in (*PATHS, "good")}
    claims = [make.a_claim(make.a_desk(), State.DECIDED) for _ in range(3)]
    expected = sorted(f"{claim.pk}.{event.seq}" for claim in claims for event in claim.events.all())
    worker = celery_worker_process(queues="webhooks", beat=True)
    wait_until(lambda: len(hooks.at("good")) >= len(expected), within=30)
    wait_until(lambda: Webhook.objects.exclude(error="").count() == 3, within=10)
    wait_until(lambda: len(hooks.at("hang")) and len(hooks.at("drip")), within=10)
    got = [one.read["data"]["id"] for one in hooks.at("good")]
    assert sorted(got) == expected
    for claim in claims:
        of_claim = [name for name in got if name.startswith(f"{claim.pk}.")]
        assert of_claim == sorted(of_claim, key=lambda name: int(name.split(".")[1]))
    fares = {path: Webhook.objects.get(pk=webhook.pk) for path, webhook in made.items()}
    assert (fares["gone"].off_code, len(hooks.at("gone"))) == (OffBecause.GONE, 1)
    assert fares["redirect"].error == "redirected 302"
    assert fares["error"].error == "refused 500"
    assert fares["error"].is_enabled
    assert len(hooks.at("hang")) == len(hooks.at("drip")) == 1
    assert "Traceback" not in worker.said()
    worker.kill()  # or it would wait for what drips


def test_senders_at_once_send_everything_once_and_in_order(hooks: Receiver) -> None:
    viewer = make.viewer(make.a_key(Scope.WEBHOOKS_MANAGE, Scope.EVENTS_READ)[0])
    for number in range(3):
        make_webhook(viewer, name=f"{number}", url=hooks.url(f"{number}"))
    claims = [make.a_claim(make.a_desk(), State.DECIDED) for _ in range(2)]
    everything_is_final()
    at_once(*[deliver] * 3)
    deliver()
    for number in range(3):
        got = [one.read["data"]["id"] for one in hooks.at(f"{number}")]
        assert len(got) == len(set(got)) == sum(claim.events.count() for claim in claims)
        for claim in claims:
            of_claim = [name for name in got if name.startswith(f"{claim.pk}.")]
            assert of_claim == [f"{claim.pk}.{seq}" for seq in range(1, len(of_claim) + 1)]
    assert broken_promises() == {}
