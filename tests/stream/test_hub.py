"""What each open stream is told, with a feed and clients of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError

from claims.actors import ActorKind
from claims.hints import Eyes, Hint, Place, Recent, Sight
from claims.services import hinting
from claims.services.hinting import Listener, News
from claims.stream import hub as hubs
from claims.stream.clients import Client
from claims.stream.hub import Hub
from tests.running import in_a_loop

WORLD, CITY = 1, 2
WITHIN = 10.0  # seconds
EDITOR, OUTSIDER = Listener(ActorKind.PERSON, 1), Listener(ActorKind.PERSON, 2)


@dataclass
class Feed:
    """The database as the hub asks it."""

    hints: list[Hint] = field(default_factory=list)
    desks: dict[int, int] = field(default_factory=dict)
    eyes: dict[Listener, Eyes] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    asked: int = 0
    refused: int = 0
    is_away: bool = False

    def happens(self, claim: int, desk: int = WORLD) -> None:
        number = len(self.hints) + 1
        self.hints.append(Hint((number, number), claim, "claim.late"))
        self.desks[claim] = desk

    def news_behind(self, place: Place) -> News:
        if self.is_away:
            self.refused += 1
            raise OperationalError("away")
        self.asked += 1
        return News([hint for hint in self.hints if hint.place > place], self.sights_of(self.desks))

    def recent_hints(self, kept: int) -> Recent:
        recent = Recent((0, 0), kept)
        recent.add(*self.news_behind((0, 0)))
        return recent

    def sights_of(self, claims: Iterable[int]) -> dict[int, Sight]:
        return {claim: Sight(self.desks[claim]) for claim in claims}

    def eyes_of(self, listeners: Iterable[Listener]) -> dict[Listener, Eyes]:
        self.asked += 1
        return {one: self.eyes[one] for one in listeners if one in self.eyes}

    def still_signed_in(self, sessions: Iterable[str]) -> frozenset[str]:
        return frozenset(sessions) & self.sessions


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Feed:
    made = Feed(eyes={EDITOR: Eyes(frozenset({WORLD}), is_key=False), OUTSIDER: Eyes(frozenset(), is_key=False)})
    for name in ("news_behind", "recent_hints", "sights_of", "eyes_of", "still_signed_in"):
        monkeypatch.setattr(hinting, name, getattr(made, name))
    return made


@dataclass
class Ear:
    """The other end of a stream."""

    lines: str = ""
    is_deaf: bool = False
    is_over: bool = False
    was_cut: bool = False

    async def send(self, message: dict[str, Any]) -> None:
        while self.is_deaf:
            await asyncio.sleep(0.001)
        self.lines += message["body"].decode()
        self.is_over = not message["more_body"]

    def cut(self) -> None:
        self.was_cut = True

    @property
    def claims(self) -> list[int]:
        return [int(line.rpartition(":")[2].rstrip("}")) for line in self.lines.splitlines() if '"claim"' in line]


def listening(
    hub: Hub, feed: Feed, who: Listener = EDITOR, after: Place | None = None, **given: Any
) -> tuple[Client, Ear]:
    ear = Ear()
    known = given.pop("known", True)
    client = Client(who, send=ear.send, abort=ear.cut, **given)
    hub.join(client, feed.eyes[who], after, known=known)
    return client, ear


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def soon(true: Callable[[], bool]) -> bool:
    """Wait until it comes true, as whoever listens would see it; answers whether it did."""
    with suppress(TimeoutError):
        async with asyncio.timeout(WITHIN):
            while not true():
                await asyncio.sleep(0.001)
    return true()


async def turn(hub: Hub) -> None:
    await hub.look()
    hub.tell()
    await settled()


def told(story: Callable[[Hub], Any], *, kept: int = 2_000) -> None:
    async def run() -> None:
        hub = Hub(kept=kept)
        await hub.look()
        await story(hub)

    in_a_loop(run())


def test_everybody_is_told_what_they_see_from_when_they_came(feed: Feed) -> None:
    feed.happens(1)

    async def story(hub: Hub) -> None:
        (_, editor), (_, outsider) = listening(hub, feed), listening(hub, feed, OUTSIDER)
        feed.happens(2)
        feed.happens(3, CITY)
        await turn(hub)
        assert editor.claims == [2]
        assert outsider.claims == []
        assert ": connected\nretry: " in editor.lines

    told(story)


def test_a_quiet_turn_asks_once_and_one_with_news_twice_however_many_listen(feed: Feed) -> None:
    async def story(hub: Hub) -> None:
        ears = [listening(hub, feed)[1] for _ in range(50)]
        feed.asked = 0
        await turn(hub)
        assert feed.asked == 1
        feed.happens(1)
        await hub.look()
        assert feed.asked == 1 + 2  # what is new, and what everybody sees
        hub.tell()
        await settled()
        assert all(ear.claims == [1] for ear in ears)

    told(story)


def test_whoever_comes_back_hears_what_they_missed_once(feed: Feed) -> None:
    for claim in range(1, 6):
        feed.happens(claim)

    async def story(hub: Hub) -> None:
        _, ear = listening(hub, feed, after=(2, 2))
        await turn(hub)
        await turn(hub)
        assert ear.claims == [3, 4, 5]
        feed.happens(6)
        await turn(hub)
        assert ear.claims == [3, 4, 5, 6]

    told(story)


def test_what_is_told_late_is_judged_by_where_the_claim_stands_now(feed: Feed) -> None:
    feed.happens(1)
    feed.happens(2)

    async def story(hub: Hub) -> None:
        feed.desks[1] = CITY  # nothing was told of it, as when an embargo is set
        await hub.look_again((0, 0))
        _, ear = listening(hub, feed, after=(0, 0))
        await turn(hub)
        assert ear.claims == [2]

    told(story)


def test_too_old_and_unknown_cursors_begin_with_a_reset(feed: Feed) -> None:
    for claim in range(1, 10):
        feed.happens(claim)

    async def story(hub: Hub) -> None:
        _, old = listening(hub, feed, after=(1, 1))
        _, unknown = listening(hub, feed, after=(99, 99), known=False)
        await turn(hub)
        assert "id: 9-9\nevent: reset\n" in old.lines
        assert "id: 9-9\nevent: reset\n" in unknown.lines
        feed.happens(10)
        await turn(hub)
        assert (old.claims, unknown.claims) == ([10], [10])

    told(story, kept=2)


def test_many_hints_go_out_in_pieces(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "AT_ONCE", 2)
    for claim in range(1, 8):
        feed.happens(claim)

    async def story(hub: Hub) -> None:
        _, ear = listening(hub, feed, after=(0, 0))
        await turn(hub)
        assert ear.claims == list(range(1, 8))

    told(story)


def test_access_that_was_taken_ends_or_hides(feed: Feed) -> None:
    async def story(hub: Hub) -> None:
        _, editor = listening(hub, feed)
        _, outsider = listening(hub, feed, OUTSIDER, session="s")
        del feed.eyes[EDITOR]
        feed.eyes[OUTSIDER] = Eyes(frozenset({CITY}), is_key=False)
        feed.happens(1)
        feed.happens(2, CITY)
        await turn(hub)
        assert (editor.claims, editor.is_over) == ([], True)
        assert (outsider.claims, outsider.is_over) == ([2], False)
        hub.checked = float("-inf")  # whose session has ended is looked at every few seconds
        await turn(hub)
        assert outsider.is_over
        assert not hub.clients
        assert not hub.of

    told(story)


def test_a_slow_client_is_waited_for_and_then_cut_off_and_nobody_else_waits(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(hub: Hub) -> None:
        (slow, deaf), (_, quick) = listening(hub, feed), listening(hub, feed)
        await settled()
        deaf.is_deaf = True
        for claim in (1, 2):
            feed.happens(claim)
            await turn(hub)
        assert quick.claims == [1, 2]
        assert (deaf.claims, deaf.was_cut) == ([], False)
        monkeypatch.setattr(hubs, "PATIENCE", -1.0)
        await turn(hub)
        assert deaf.was_cut
        assert hub.dropped == 1
        assert slow not in hub.clients

    told(story)


def test_a_slow_client_that_wakes_up_is_told_everything(feed: Feed) -> None:
    async def story(hub: Hub) -> None:
        _, ear = listening(hub, feed)
        await settled()
        ear.is_deaf = True
        for claim in (1, 2, 3):
            feed.happens(claim)
            await turn(hub)
        ear.is_deaf = False
        assert await soon(lambda: ear.claims == [1, 2, 3])

    told(story)


def test_silence_is_broken_by_a_comment_and_by_an_id_when_others_were_told(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(hub: Hub) -> None:
        _, ear = listening(hub, feed, OUTSIDER)
        feed.happens(1)
        await turn(hub)
        monkeypatch.setattr(hubs, "HEARTBEAT", -1.0)
        await turn(hub)
        assert ear.lines.endswith("\n\nid: 1-1\n\n")
        await turn(hub)
        assert ear.lines.endswith("\n\nid: 1-1\n\n:\n\n")
        assert ear.claims == []

    told(story)


def test_streams_end_after_a_while_and_with_the_process(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(hub: Hub) -> None:
        monkeypatch.setattr(hubs, "LIFE", -1.0)
        _, old = listening(hub, feed)
        monkeypatch.setattr(hubs, "LIFE", 60.0)
        _, young = listening(hub, feed)
        await settled()
        await turn(hub)
        assert (old.is_over, young.is_over) == (True, False)
        hub.close()
        await settled()
        assert young.is_over

    told(story)


def test_everybody_hears_that_we_live_while_the_database_hangs(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "EVERY", 0.01)
    monkeypatch.setattr(hubs, "HEARTBEAT", -1.0)
    hanging = Event()
    monkeypatch.setattr(hinting, "news_behind", lambda _: (hanging.wait(WITHIN + 5), News([], {}))[1])

    async def story() -> None:
        hub = Hub()
        hub.recent = Recent((0, 0))
        _, ear = listening(hub, feed)
        reading = asyncio.create_task(hub.keep())
        told = await soon(lambda: ear.lines.count(":\n\n") >= 3)
        hung = not hanging.is_set() and hub.looked == float("-inf")
        reading.cancel()
        hanging.set()
        assert told, ear.lines
        assert hung

    in_a_loop(story())


def test_a_database_that_is_away_for_a_while_ends_nothing(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "EVERY", 0.0)

    async def story(hub: Hub) -> None:
        _, ear = listening(hub, feed)
        feed.is_away = True
        reading = asyncio.create_task(hub.keep())
        assert await soon(lambda: feed.refused >= 2)
        feed.happens(1)
        feed.is_away = False
        assert await soon(lambda: ear.claims == [1])
        reading.cancel()
        assert not ear.is_over

    told(story)
