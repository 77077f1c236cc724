"""What is kept of the feed for streams, and who sees a claim: pure."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.hints import Eyes, Hint, Recent, Sight, sees
from claims.stream import messages

WORLD, CITY = 1, 2
EVERYBODY = frozenset({WORLD, CITY})
PLACES = st.tuples(st.integers(1, 60), st.integers(1, 60))


def recent_of(places: list[tuple[int, int]], kept: int) -> Recent:
    recent = Recent((0, 0), kept)
    for place in sorted(set(places)):
        recent.add([Hint(place, place[1], "claim.late")], {place[1]: Sight(WORLD)})
    return recent


@settings(max_examples=60)
@given(st.lists(PLACES, max_size=40), PLACES, st.integers(1, 12))
def test_whatever_is_reached_is_told_whole_and_in_order(
    places: list[tuple[int, int]], after: tuple[int, int], kept: int
) -> None:
    recent = recent_of(places, kept)
    assert len(recent.hints) <= 2 * kept
    assert recent.sights.keys() >= {hint.claim for hint in recent.hints}
    told = [hint.place for hint in recent.behind(after)]
    everything = [place for place in sorted(set(places)) if place > after]
    assert told == everything if recent.reaches(after) else len(told) <= len(everything)


def test_what_was_forgotten_is_not_reached() -> None:
    recent = recent_of([(n, n) for n in range(1, 8)], kept=3)
    assert (recent.begin, recent.end) == ((4, 4), (7, 7))
    assert recent.reaches((4, 4))
    assert not recent.reaches((3, 3))
    assert recent.sights.keys() == {5, 6, 7}


@pytest.mark.parametrize(
    ("eyes", "sight", "seen"),
    [
        (Eyes(None, is_key=False), Sight(WORLD, frozenset({CITY})), True),
        (Eyes(None, is_key=True), Sight(WORLD), True),
        (Eyes(None, is_key=True), Sight(WORLD, frozenset({WORLD})), False),
        (Eyes(frozenset({WORLD}), is_key=False), Sight(WORLD, frozenset({CITY})), False),
        (Eyes(EVERYBODY, is_key=False), Sight(WORLD, frozenset({CITY})), True),
        (Eyes(frozenset({WORLD}), is_key=False), Sight(WORLD, frozenset({None})), True),
        (Eyes(frozenset({WORLD}), is_key=False), Sight(CITY), False),
        (Eyes(frozenset({WORLD}), is_key=False), Sight(None), True),
        (Eyes(frozenset(), is_key=False), Sight(None), False),
        (Eyes(frozenset({WORLD}), is_key=True), Sight(WORLD, frozenset({WORLD})), True),
        (Eyes(EVERYBODY, is_key=True), Sight(WORLD, frozenset({None})), False),
        (Eyes(frozenset({WORLD}), is_key=True), Sight(WORLD, frozenset({WORLD, CITY})), False),
    ],
)
def test_desks_and_embargo_decide_who_sees_a_claim(eyes: Eyes, sight: Sight, *, seen: bool) -> None:
    assert sees(eyes, sight) is seen


def test_a_hint_is_told_by_the_newest_that_is_known_of_its_claim() -> None:
    recent = Recent((0, 0))
    recent.add([Hint((5, 1), 7, "claim.accept")], {7: Sight(WORLD)})
    eyes = Eyes(frozenset({WORLD}), is_key=False)
    assert recent.told(recent.hints, eyes, frozenset())
    assert not recent.told(recent.hints, eyes, frozenset({"claim.late"}))
    recent.add([Hint((6, 2), 7, "claim.change_desk")], {7: Sight(CITY)})
    assert not recent.told(recent.hints, eyes, frozenset())


def test_the_lines_are_those_of_an_event_stream() -> None:
    assert messages.told([Hint((5, 12), 113, "claim.late")]).decode() == (
        'id: 5-12\nevent: org.claimdesk.claim.late.v1\ndata: {"type":"org.claimdesk.claim.late.v1","claim":113}\n\n'
    )
    assert messages.reset((5, 12)) == b'id: 5-12\nevent: reset\ndata: {"cursor":"5-12"}\n\n'
    assert messages.reached((5, 12)) == b"id: 5-12\n\n"
    assert messages.opening(5000) == b": connected\nretry: 5000\n\n"
