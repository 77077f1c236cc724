"""The Wilson interval against published values, and counts that add up for any claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.verdicts import Outcome
from reviews.trackrecord import (
    LEAST,
    Chain,
    Dated,
    Part,
    Printed,
    Tally,
    by_hedge,
    by_source,
    summed,
    whole_percent,
    wilson,
)

# Table I, method 3 (score, without correction for continuity) of: Newcombe, Two-sided confidence intervals for the
# single proportion: comparison of seven methods. Statistics in Medicine 17, 1998, pages 857 to 872.
PUBLISHED = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("successes", "trials", "low", "high"), PUBLISHED)
def test_it_is_the_published_interval(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=0.00005)


@given(COUNTS)
def test_the_share_lies_in_its_interval_and_the_interval_between_0_and_1(counts: tuple[int, int]) -> None:
    successes, trials = counts
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    assert (low == 0) == (successes == 0)
    assert (high == 1) == (successes == trials)


@given(COUNTS)
def test_failures_have_the_mirrored_interval(counts: tuple[int, int]) -> None:
    successes, trials = counts
    low, high = wilson(successes, trials)
    assert wilson(trials - successes, trials) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(COUNTS, st.integers(2, 20))
def test_the_same_share_of_more_claims_has_a_narrower_interval(counts: tuple[int, int], times: int) -> None:
    low, high = wilson(*counts)
    few, many = high - low, wilson(counts[0] * times, counts[1] * times)
    assert many[1] - many[0] < few


@given(COUNTS)
def test_both_ends_solve_the_equation_that_defines_them(counts: tuple[int, int]) -> None:
    successes, trials = counts
    share, square = successes / trials, 1.959963984540054**2
    for end in wilson(successes, trials):
        assert (share - end) ** 2 == pytest.approx(square * end * (1 - end) / trials, abs=1e-9)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="is no proportion"):
        wilson(successes, trials)


@given(st.floats(0, 1))
def test_a_percentage_is_0_or_100_only_when_it_is_exactly_that(share: float) -> None:
    assert (whole_percent(share) == 0) == (share == 0)
    assert (whole_percent(share) == 100) == (share == 1)


def test_a_share_is_shown_from_ten_decided_claims() -> None:
    tally = Tally()
    for _ in range(LEAST - 1):
        tally.add(Outcome.BY_DATE)
    assert tally.share is None
    tally.add(Outcome.DID_NOT_HAPPEN)
    assert tally.share is not None
    assert tally.share.value == pytest.approx(0.9)


SOURCES = st.integers(1, 6)
CHAINS = st.builds(Chain, SOURCES, st.lists(st.none() | SOURCES, max_size=4).map(tuple))
PRINTED = st.sampled_from([Printed(), Printed("probable", 55, 80, ("likely",)), Printed("possible", words=("may",))])
CLAIMS = st.lists(st.builds(Dated, st.integers(1), st.sampled_from(Outcome), st.lists(CHAINS, max_size=3), PRINTED))


@given(CLAIMS)
def test_every_claim_counts_once_for_each_source_it_came_through(claims: list[Dated]) -> None:
    for source, parts in by_source(claims).items():
        through = [claim for claim in claims if any(source in chain.sources for chain in claim.chains)]
        assert summed(parts).decided == len(through)
        made = [claim for claim in through if any(chain.origin == source for chain in claim.chains)]
        assert parts[Part.MADE].decided == len(made)


@given(CLAIMS)
def test_hedges_divide_the_claims_with_words_of_likelihood_first(claims: list[Dated]) -> None:
    rows = by_hedge(claims)
    assert sum(row.tally.decided for row in rows) == len(claims)
    ranged = [row.low is not None for row in rows]
    assert ranged == sorted(ranged, reverse=True)


def test_a_claim_starts_where_its_chain_ends() -> None:
    own = Dated(1, Outcome.BY_DATE, [Chain(1)])
    passed = Dated(2, Outcome.BY_DATE, [Chain(1, (1, 2))])
    unknown = Dated(3, Outcome.BY_DATE, [Chain(1, (1, 2, None))])
    assert own.parts() == {1: Part.MADE}
    assert passed.parts() == {1: Part.PASSED, 2: Part.MADE}
    assert unknown.parts() == {1: Part.PASSED, 2: Part.PASSED}
