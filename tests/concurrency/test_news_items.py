"""Versions of a news item that come in at the same instant: each sees what the one before it has left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import transaction

from claims.models import Article
from tests.api.conftest import Answer, with_key
from tests.api.test_news_items import send, version
from tests.concurrency.crowd import at_once, waiting_for_locks
from tests.running import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_version_that_waits_for_the_one_before_it_changes_what_that_one_has_left() -> None:
    api = with_key()
    first = send(api, version(1)).body
    renamed = [{"role": "main", "value": "US generals will not go"}]
    with ThreadPoolExecutor(1) as crowd:
        with transaction.atomic():
            send(api, version(2, headlines=renamed))
            send(api, version(3, pubStatus="canceled"))
            waiting = crowd.submit(at_once, partial(send, api, version(4, "They stay.")))
            assert wait_until(lambda: waiting_for_locks() == 1, within=20)
        (last,) = waiting.result(60)
    assert isinstance(last, Answer)
    assert (last.status, last.body["revision"]["number"]) == (200, 2)
    article = Article.objects.get(pk=first["id"])
    assert (article.headline, article.canceled_at) == (first["headline"], None)
