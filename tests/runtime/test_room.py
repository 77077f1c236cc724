"""Calls deep down in the stack cost no system calls."""

from __future__ import annotations

from resource import RUSAGE_THREAD, getrusage

import pytest
from celery import Task
from django.conf import settings
from django.utils.module_loading import import_string

from claims import tasks as of_the_record
from reviews import tasks as of_the_work
from verify_project.room import RoomMiddleware, RoomyTask, with_room

CALLS = 1000


def pages_fetched(depth: int) -> int:
    """How often the system was asked for memory by a loop of `CALLS` calls, so many calls down."""
    if depth:
        return pages_fetched(depth - 1)
    before = getrusage(RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        _nothing()
    return getrusage(RUSAGE_THREAD).ru_minflt - before


def _nothing() -> None: ...


def test_at_no_depth_does_a_call_fetch_memory_from_the_system() -> None:
    assert max(with_room(pages_fetched, depth) for depth in range(300)) < CALLS / 2


def test_a_call_answers_and_raises_what_it_would_without() -> None:
    assert with_room(sorted, [2, 1], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        with_room(divmod, 1, 0)


def test_requests_and_tasks_have_room() -> None:
    assert import_string(settings.MIDDLEWARE[0]) is RoomMiddleware
    found = [one for module in (of_the_record, of_the_work) for one in vars(module).values() if isinstance(one, Task)]
    assert found
    assert [task.name for task in found if not isinstance(task, RoomyTask)] == []
