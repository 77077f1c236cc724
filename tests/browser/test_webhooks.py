"""Webhooks in a real browser: the list, the form and the log, both widths and both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import Scope, Webhook
from claims.services.delivering import deliver
from claims.services.webhooks import make_webhook, try_out
from tests import factories as make
from tests.browser.axe import assert_axe_clean
from tests.webhooks.receiver import receiver

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_webhooks_are_kept_by_hand_at_either_width(
    live_server: LiveServer, signed_in: Callable[..., Page], settings: Any
) -> None:
    head = make.an_administrator()
    viewer = make.viewer(head)
    key, _ = make.a_key(Scope.EVENTS_READ, Scope.WEBHOOKS_MANAGE)
    with receiver() as there:
        settings.WEBHOOK_DOORS = [there.door]
        for path in ("hook", "error"):
            made, _ = make_webhook(viewer, name=f"CMS {path}", url=there.url(path), key=key)
            try_out(made.pk, viewer)
        deliver()
    assert Webhook.objects.count() == 2
    for width, theme in ((1440, "light"), (390, "dark")):
        page = signed_in(live_server, head, width=width, theme=theme)
        page.goto(f"{live_server}/admin/claims/webhook/")
        expect(page.get_by_text("it answered 500")).to_be_visible()
        assert_axe_clean(page)
        page.goto(f"{live_server}/admin/claims/webhook/add/")
        expect(page.get_by_label("Late", exact=True)).to_be_visible()
        assert_axe_clean(page)
        page.goto(f"{live_server}/admin/claims/webhook/{made.pk}/change/")
        page.get_by_role("link", name="Log of its deliveries").click()
        page.get_by_role("link", name="Test").first.click()
        expect(page.get_by_text("org.claimdesk.webhook.test.v1")).to_be_visible()
        assert_axe_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
