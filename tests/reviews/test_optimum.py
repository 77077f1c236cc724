"""The plan that routing is measured against is the best there is."""

from __future__ import annotations

from itertools import product

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from reviews.benchmarks.optimum import best_fit
from reviews.fairness import spread

KINDS = st.lists(
    st.tuples(st.integers(1, 2), st.dictionaries(st.integers(1, 3), st.integers(0, 5), max_size=3)), max_size=3
)
ROOMS = st.fixed_dictionaries({person: st.integers(0, 2) for person in (1, 2, 3)})


def by_trying(kinds: list[tuple[int, dict[int, int]]], rooms: dict[int, int]) -> tuple[int, int]:
    """The same by trying every plan there is."""
    claims = [fits for number, fits in kinds for _ in range(number)]
    best = (0, 0)
    for plan in product(*[[None, *fits] for fits in claims]):
        if all(plan.count(person) <= room for person, room in rooms.items()):
            chosen = [fits[person] for fits, person in zip(claims, plan, strict=True) if person is not None]
            best = max(best, (len(chosen), sum(chosen)))
    return best


@given(KINDS, ROOMS)
def test_no_plan_fills_more_seats_or_fits_better(
    kinds: list[tuple[int, dict[int, int]]], rooms: dict[int, int]
) -> None:
    assert best_fit(kinds, rooms) == by_trying(kinds, rooms)


def test_too_few_claims_tell_nothing() -> None:
    with pytest.raises(CommandError, match="at least 1000"):
        call_command("bench", "route", n=999)


def test_the_spread_is_nought_when_everybody_is_equally_busy_and_grows_with_the_difference() -> None:
    assert spread([]) == spread([(2, 10), (1, 5)]) == 0
    assert spread([(0, 10), (10, 10)]) == 50
    assert spread([(4, 10), (6, 10)]) == pytest.approx(10)
