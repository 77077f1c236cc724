"""Webhooks in the admin: for administrators, the secret once, how each fares in words, and the log."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import ApiKey, Desk, OffBecause, Scope, User, Webhook
from claims.services.delivering import deliver
from claims.services.transitions import database_time
from claims.services.webhooks import make_webhook
from tests import factories as make
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_delivering import tell

pytestmark = pytest.mark.django_db
LIST, LOG = "admin:claims_webhook_changelist", "admin:claims_webhookdelivery_changelist"


def signed_in(user: User) -> Client:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def browser(db: None) -> Client:
    return signed_in(make.an_administrator())


@pytest.fixture
def webhook(hooks: Receiver, key: ApiKey) -> Webhook:
    return make_webhook(make.viewer(key), name="Content system", url=hooks.url())[0]


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def acted(client: Client, name: str, action: str, *rows: int) -> str:
    """What the page says after an action on these rows."""
    answer = client.post(reverse(name), {"action": action, "_selected_action": rows}, follow=True)
    return " ".join(str(one) for one in get_messages(answer.wsgi_request)) or answer.content.decode()


def test_the_secret_of_a_new_webhook_is_shown_once(browser: Client, key: ApiKey) -> None:
    given = {"name": "CMS", "url": "https://cms.example/hooks", "key": key.pk}
    given["types"] = ["org.claimdesk.claim.late.v1"]
    made = browser.post(reverse("admin:claims_webhook_add"), given, follow=True)
    assert "whsec_" in made.content.decode()
    assert "whsec_" not in text(browser, reverse(LIST))
    row = Webhook.objects.get()
    assert (row.types, row.key, row.made_by) == (["claim.late"], key, made.context["user"])
    assert "whsec_" not in text(browser, reverse("admin:claims_webhook_change", args=[row.pk]))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "http://cms.example/"}, "Give an https address on port 443."),
        ({"url": "https://10.0.0.8/"}, "This address lies inside a private network, and nothing is sent there."),
        ({"key": 0}, "does not open the change feed"),
    ],
)
def test_what_cannot_be_is_said_with_the_sentence_of_the_api(
    browser: Client,
    key: ApiKey,
    wrong: dict[str, object],
    sentence: str,
) -> None:
    if "key" in wrong:
        wrong = {"key": make.a_key(Scope.WEBHOOKS_MANAGE)[0].pk}
    given = {"name": "CMS", "url": "https://cms.example/", "key": key.pk, **wrong}
    answer = browser.post(reverse("admin:claims_webhook_add"), given)
    assert sentence in answer.content.decode()
    assert not Webhook.objects.exists()


def test_it_is_changed_tried_out_and_switched(browser: Client, webhook: Webhook, hooks: Receiver) -> None:
    address = reverse("admin:claims_webhook_change", args=[webhook.pk])
    browser.post(address, {"name": "New CMS", "url": hooks.url("new"), "is_enabled": "on"})
    webhook.refresh_from_db()
    assert (webhook.name, webhook.url, webhook.version) == ("New CMS", hooks.url("new"), 2)
    assert "A test is on its way." in acted(browser, LIST, "test", webhook.pk)
    deliver()
    assert [one.path for one in hooks.got] == ["/new"]
    assert "Sends." in text(browser, reverse(LIST))
    assert "Switched off. Nothing is lost." in acted(browser, LIST, "switch_off", webhook.pk)
    assert "This webhook is switched off." in acted(browser, LIST, "test", webhook.pk)
    assert "goes on where it stopped" in acted(browser, LIST, "switch_on", webhook.pk)
    assert re.search(r"whsec_\S{44}", acted(browser, LIST, "new_secret", webhook.pk))


def test_how_it_fares_is_said_in_words(
    browser: Client,
    webhook: Webhook,
    hooks: Receiver,
    desk: Desk,
) -> None:
    assert "Nothing sent yet." in text(browser, reverse(LIST))
    make.a_claim(desk)
    tell(webhook)
    hooks.answers = [503]
    deliver()
    said = text(browser, reverse(LIST))
    assert re.search(r"Fails since today \d\d:\d\d: it answered 503\. 2 deliveries wait; next try today", said)
    Webhook.objects.update(is_enabled=False, off_code=OffBecause.FAILING, off_at=database_time())
    page = text(browser, reverse(LIST))
    assert "Switched off. Nothing could be delivered for three days." in page


def test_the_log_shows_what_was_sent_and_sends_it_again(
    browser: Client,
    webhook: Webhook,
    hooks: Receiver,
    desk: Desk,
) -> None:
    claim = make.a_claim(desk, statement="The bridge will be closed.")
    tell(webhook)
    deliver()
    row = webhook.deliveries.earliest("event")
    page = text(browser, reverse("admin:claims_webhookdelivery_change", args=[row.pk]))
    assert "thank you" in page
    assert f"evt_{claim.pk}_1" in page
    assert "It is sent again." in acted(browser, LOG, "again", row.pk)
    deliver()
    assert hooks.events.count(f"{claim.pk}.1") == 2
    assert f"#{claim.pk} Propose" in text(browser, f"{reverse(LOG)}?webhook__id__exact={webhook.pk}")


def test_its_lists_cost_the_same_however_long_they_are(browser: Client, webhook: Webhook, desk: Desk) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(browser, reverse(LIST))
            text(browser, reverse(LOG))
        return len(queries)

    make.a_claim(desk)
    tell(webhook)
    cost()
    before = cost()
    for _ in range(3):
        make.a_claim(desk)
        tell(make_webhook(make.viewer(webhook.key), name="CMS", url=webhook.url)[0])
    assert cost() <= before


def test_only_administrators_reach_them(desk: Desk, webhook: Webhook) -> None:
    client = signed_in(make.an_editor(desk))
    for name in (LIST, LOG):
        assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("admin:claims_webhook_change", args=[webhook.pk])).status_code == 403
