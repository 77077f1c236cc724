"""A running site with a desk, its people and an integration, reached by HTTP alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pytest

from claims.models import Desk, DeskRole, Scope, User
from reviews.models import Reviewer
from tests.factories import a_desk, a_key, a_person, joined, profiled
from tests.journeys.caller import Caller

PASSWORD = "x"


class LiveServer(Protocol):
    """What pytest-django hands out."""

    url: str


@dataclass(frozen=True)
class Site:
    """The address, the desk, and the people who can sign in."""

    url: str
    desk: Desk
    editor_user: User
    reviewer_user: Reviewer

    def integration(self) -> Caller:
        """Somebody with a key of every scope."""
        return Caller(self.url, key=a_key(*Scope)[1])

    def editor(self) -> Caller:
        return self._signed_in(self.editor_user)

    def reviewer(self) -> Caller:
        return self._signed_in(self.reviewer_user.user)

    def _signed_in(self, user: User) -> Caller:
        caller = Caller(self.url)
        caller.sign_in(user.username, PASSWORD)
        return caller


@pytest.fixture
def site(live_server: LiveServer) -> Site:
    """A desk with an editor, a reviewer who reads English and one who does not."""
    desk = a_desk(name="World", key="world", zone="Europe/Kyiv")
    editor = joined(a_person("Maren", is_staff=True), desk, DeskRole.EDITOR)
    reviewer = profiled(joined(a_person("Ilka", is_staff=True), desk, DeskRole.REVIEWER), languages=["en"])
    profiled(joined(a_person("Bohdana", is_staff=True), desk, DeskRole.REVIEWER), languages=["uk"])
    return Site(live_server.url, desk, editor, reviewer)
