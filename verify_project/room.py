"""Room on the interpreter's stack, so that calls deep down in it cost no system calls.

CPython keeps the frames of a thread in chunks of 16 KiB. In 3.11, 3.12 and the first releases of 3.13 and 3.14 it asks
the system for a chunk whenever a call crosses the end of the last one, and gives it back on return: see
https://github.com/python/cpython/issues/142183. A loop that happens to stand just before such an end pays for it at
every turn; behind a framework's many frames that took a fifth of the processor's time. A frame that needs more than a
chunk gets one of its own, as large as the next power of two, and what is called from there finds its place in the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from celery import Task
from django.http import HttpRequest, HttpResponseBase

SLOTS = 32 * 1024  # of 8 bytes: a chunk of 512 KiB, half of it for hundreds of calls; touched only where they come

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def with_room(call: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    """Call it from a frame with room for all that it calls."""
    return call(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)


class RoomMiddleware:
    """Gives room to the handling of every request, in whichever thread of whichever server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on."""
        return with_room(self.get_response, request)


class RoomyTask(Task):  # type: ignore[type-arg]  # its parameters exist in the stubs alone
    """Gives room to every task of the workers."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it."""
        return with_room(self.run, *args, **kwargs)
