"""A newsroom that is costly to set up, made once for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker


@contextmanager
def kept_for_a_module(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written until the fixture yields stands for each test of the module, whose own changes are rolled back.

    For fixtures of modules in which no test commits: everything happens in one transaction that is rolled back.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
