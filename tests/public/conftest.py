"""A desk that publishes, and somebody who only reads."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.public.newsdesk import NewsDesk


@pytest.fixture
def news(db: None) -> NewsDesk:
    return NewsDesk()


@pytest.fixture
def reader() -> Client:
    """Anybody: no session, no key."""
    return Client()
