"""A receiver the site may reach, and a key with a webhook to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from claims.models import ApiKey, Scope
from tests.factories import a_key
from tests.webhooks.receiver import Receiver, receiver


@pytest.fixture
def hooks(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver on this machine; its door is open here and in started processes."""
    with receiver() as shown:
        settings.WEBHOOK_DOORS = [shown.door]
        monkeypatch.setenv("WEBHOOK_DOORS", shown.door)
        yield shown


@pytest.fixture
def key(db: None) -> ApiKey:
    """A key of every desk that may keep webhooks and read the feed."""
    return a_key(Scope.WEBHOOKS_MANAGE, Scope.EVENTS_READ)[0]
