"""The pure rules of the ladder: what a date has come to, what comes next, and what is left out for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.deadlines import DateFacts
from claims.errors import Invalid
from claims.ladders import (
    DEFAULT,
    MOST_STEPS,
    Deed,
    Rung,
    Step,
    Taken,
    Tell,
    Track,
    also_told,
    awaited,
    checked,
    passed_over,
    standing_on,
    tracks,
)
from claims.lifecycle import State

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
TICK = timedelta(microseconds=1)
DUE = datetime(2026, 11, 26, 18, tzinfo=UTC)
REVIEW = standing_on(DEFAULT, Track.REVIEW_DUE, is_open=True)
OWN = standing_on(DEFAULT, Track.OWN_DATE, is_open=True)
LONG_BEFORE = DUE - 30 * DAY


def step(key: str, offset: timedelta, **more: object) -> Step:
    return replace(Step(key, key, Track.REVIEW_DUE, offset, Tell.EDITOR), **more)  # type: ignore[arg-type] # a step's own


def climbed(steps: list[Step], date: datetime, looks: list[datetime]) -> list[tuple[Rung, datetime]]:
    """What a sweep takes that looks at these moments, after the date was set long before; with when it looked."""
    taken, waits = Taken(), awaited(steps, date, Taken(), min([date - 400 * DAY, *looks]))
    found = []
    for now in sorted(looks):
        while waits is not None and waits.moment < now:
            rung = awaited(steps, date, taken, now, waited_for=waits.moment)
            if rung is None or rung.moment >= now:
                waits = rung
                break
            found.append((rung, now))
            taken = taken.and_also(rung)
            waits = awaited(steps, date, taken, now, waited_for=rung.moment)
    return found


def names(found: list[tuple[Rung, datetime]]) -> list[str]:
    return [rung.step.key for rung, _ in found]


def test_a_sweep_that_never_sleeps_takes_every_step_once_in_order() -> None:
    looks = [DUE + n * 30 * MINUTE + TICK for n in range(-24, 100)]
    assert names(climbed(REVIEW, DUE, looks)) == ["remind", "due", "editor", "reassign"]


def test_its_own_date_is_told_weekly_for_as_long_as_it_is_unconfirmed() -> None:
    looks = [DUE + n * 6 * HOUR + TICK for n in range(-16, 29 * 4)]
    found = climbed(OWN, DUE, looks)
    assert names(found) == ["date_near", "date_passed", *["weekly"] * 4]
    assert [rung.nth for rung, _ in found][2:] == [1, 2, 3, 4]
    assert [rung.moment for rung, _ in found][2:] == [DUE + n * 7 * DAY for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("late", "key", "left_out"),
    [
        (5 * MINUTE, "due", []),
        (3 * HOUR, "editor", ["review is due"]),
        (9 * DAY, "reassign", ["review is due", "1 h late"]),
    ],
)
def test_after_an_outage_only_the_latest_step_is_taken(late: timedelta, key: str, left_out: list[str]) -> None:
    rung = awaited(REVIEW, DUE, Taken(), DUE + late)
    assert rung is not None
    assert rung.step.key == key
    assert [one.name for one in passed_over(REVIEW, DUE, Taken(), rung)] == left_out
    assert climbed(REVIEW, DUE, [DUE + late, DUE + late + MINUTE]) == [(rung, DUE + late)]


def test_a_reminder_left_out_is_named_when_somebody_waited_for_it() -> None:
    rung = awaited(REVIEW, DUE, Taken(), DUE + HOUR / 2, waited_for=DUE - 8 * HOUR)
    assert rung is not None
    left_out = passed_over(REVIEW, DUE, Taken(), rung, waited_for=DUE - 8 * HOUR)
    assert [one.name for one in left_out] == ["8 h to review due"]
    assert also_told(rung.step, left_out) == []  # a reminder is worth nothing once the date has passed


def test_whoever_an_overtaken_step_would_have_told_is_told_with_the_one_that_is_taken() -> None:
    rung = awaited(REVIEW, DUE, Taken(), DUE + 3 * HOUR)
    assert rung is not None
    assert rung.step.tell == Tell.EDITOR
    assert also_told(rung.step, passed_over(REVIEW, DUE, Taken(), rung)) == [Tell.REVIEWER]


def test_whoever_an_overtaken_reminder_would_have_told_is_told_with_the_later_one_while_the_date_is_ahead() -> None:
    steps = [replace(step("remind", -8 * HOUR), tell=Tell.REVIEWER), step("chief", -2 * HOUR)]
    rung = awaited(steps, DUE, Taken(), DUE - HOUR, waited_for=DUE - 8 * HOUR)
    assert rung is not None
    left_out = passed_over(steps, DUE, Taken(), rung, waited_for=DUE - 8 * HOUR)
    assert (rung.step.key, [one.key for one in left_out]) == ("chief", ["remind"])
    assert also_told(rung.step, left_out) == [Tell.REVIEWER]


def test_a_moment_is_due_only_strictly_after_it() -> None:
    at_the_moment = awaited(REVIEW, DUE, Taken(), DUE)
    assert at_the_moment is not None
    assert (at_the_moment.step.key, at_the_moment.moment) == ("due", DUE)
    assert names(climbed(REVIEW, DUE, [DUE - HOUR, DUE])) == ["remind"]


def test_a_reminder_whose_moment_had_passed_when_the_date_was_set_is_owed_to_nobody() -> None:
    now = DUE - 2 * HOUR
    assert awaited(REVIEW, DUE, Taken(), now) == Rung(REVIEW[1], 1, DUE)
    assert awaited(REVIEW, DUE, Taken(), now, waited_for=DUE - 8 * HOUR) == Rung(REVIEW[0], 1, DUE - 8 * HOUR)


def test_a_reminder_is_worth_nothing_once_the_date_has_passed() -> None:
    only = [step("remind", -8 * HOUR)]
    assert awaited(only, DUE, Taken(), DUE + TICK, waited_for=DUE - 8 * HOUR) is None


@pytest.mark.parametrize("offset", [-HOUR, timedelta(0), HOUR])
def test_two_steps_at_one_moment_are_both_taken(offset: timedelta) -> None:
    both = [step("one", offset), step("other", offset)]
    assert names(climbed(both, DUE, [DUE + offset + MINUTE])) == ["one", "other"]


def test_a_step_added_behind_the_present_is_not_taken_for_what_had_passed() -> None:
    now = DUE + 30 * HOUR
    taken = Taken().and_also(Rung(REVIEW[3], 1, DUE + 24 * HOUR))
    added = step("chief", 26 * HOUR, since=now)
    assert awaited([*REVIEW, added], DUE, taken, now + MINUTE) is None
    assert awaited([*REVIEW, replace(added, offset=31 * HOUR)], DUE, taken, now + MINUTE) == Rung(
        replace(added, offset=31 * HOUR), 1, DUE + 31 * HOUR
    )


@pytest.mark.parametrize("state", State)
def test_the_ladders_run_while_there_is_something_to_hurry(state: State) -> None:
    facts = DateFacts(state, DUE, HOUR, DUE, answered=False)
    is_open = state not in {State.PROPOSED, State.DISMISSED, State.DECIDED}
    expected = {Track.REVIEW_DUE, Track.OWN_DATE} if is_open else {Track.OWN_DATE} if state == State.DECIDED else set()
    assert set(tracks(facts)) == expected
    assert set(tracks(replace(facts, answered=True))) == expected - {Track.OWN_DATE}


offsets = st.integers(-72 * 60, 72 * 60).map(lambda minutes: minutes * MINUTE)
repeats = st.none() | st.integers(60, 24 * 60).map(lambda minutes: minutes * MINUTE)


@st.composite
def ladders(draw: st.DrawFn) -> list[Step]:
    found = draw(st.lists(st.tuples(offsets, repeats), min_size=1, max_size=6))
    return [
        step(str(place), offset, every=every if offset >= timedelta(0) else None)
        for place, (offset, every) in enumerate(found)
    ]


looks = st.lists(st.timedeltas(-4 * DAY, 6 * DAY).map(lambda span: DUE + span), min_size=1, max_size=12, unique=True)


@given(ladders(), looks)
def test_whenever_somebody_looks_nothing_is_early_twice_or_out_of_order(steps: list[Step], at: list[datetime]) -> None:
    found = climbed(steps, DUE, at)
    assert all(rung.moment < now for rung, now in found)
    assert len({(rung.step.key, rung.nth) for rung, _ in found}) == len(found)
    assert [rung.moment for rung, _ in found] == sorted(rung.moment for rung, _ in found)
    assert not [rung for rung, now in found if rung.step.offset < timedelta(0) and now > DUE]


@given(ladders(), looks)
def test_after_the_last_look_whatever_was_due_was_taken_or_overtaken(steps: list[Step], at: list[datetime]) -> None:
    found, last = climbed(steps, DUE, at), max(at)
    latest = max((rung.moment for rung, _ in found), default=LONG_BEFORE)
    for one in steps:
        due_at = DUE + one.offset
        if timedelta(0) <= one.offset and due_at < last:
            assert due_at <= latest, f"{one.key} was neither taken nor overtaken"


@given(ladders(), looks)
def test_what_is_awaited_next_is_the_first_moment_to_come(steps: list[Step], at: list[datetime]) -> None:
    now = max(at)
    rung = awaited(steps, DUE, Taken(latest=now), now)
    coming = [DUE + one.offset for one in steps if DUE + one.offset >= now]
    if any(one.every for one in steps):
        assert rung is not None
        assert now <= rung.moment <= min(coming, default=now + DAY + 72 * HOUR)
    else:
        assert (rung and rung.moment) == min(coming, default=None)


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([step("a", HOUR), step("a", 2 * HOUR)], 'Two steps have the key "a".'),
        ([step("a", HOUR, name=" ")], "A step needs a name: the timeline shows it."),
        ([step("a", 400 * DAY)], "A step stands at most a year from its date."),
        ([step("a", -HOUR, every=DAY)], "Only a step after its date repeats, at most once an hour."),
        ([step("a", HOUR, every=MINUTE)], "Only a step after its date repeats, at most once an hour."),
        (
            [step("a", HOUR, track=Track.OWN_DATE, act=Deed.RETURN)],
            "Only a review that is late is offered to somebody else or returned to the pool.",
        ),
        ([step(str(n), n * HOUR) for n in range(MOST_STEPS + 1)], "A ladder has at most 20 steps."),
    ],
)
def test_a_ladder_nobody_could_climb_is_refused_with_a_sentence(steps: list[Step], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(steps)
    assert refused.value.message == sentence


def test_the_products_own_ladder_can_be_kept() -> None:
    assert checked(DEFAULT) == list(DEFAULT)
