"""Blind means blind: who reads the reviews of a running round."""

from __future__ import annotations

from itertools import product

import pytest

from reviews.visibility import Seen, may_read_reviews

READERS = [Seen(*flags) for flags in product((True, False), repeat=3)]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("split", [True, False])
def test_everybody_reads_once_it_is_decided(reader: Seen, *, split: bool) -> None:
    assert may_read_reviews(reader, decided=True, split=split)


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("may_adjudicate", [True, False])
def test_whoever_still_has_to_judge_reads_nothing(*, split: bool, may_adjudicate: bool) -> None:
    reader = Seen(on_it=True, submitted=False, may_adjudicate=may_adjudicate)
    assert not may_read_reviews(reader, decided=False, split=split)


@pytest.mark.parametrize("reader", READERS)
def test_nobody_reads_while_a_review_is_missing(reader: Seen) -> None:
    assert not may_read_reviews(reader, decided=False, split=False)


@pytest.mark.parametrize(
    ("reader", "reads"),
    [
        (Seen(on_it=False, submitted=False, may_adjudicate=True), True),
        (Seen(on_it=True, submitted=True, may_adjudicate=True), True),
        (Seen(on_it=False, submitted=False, may_adjudicate=False), False),
        (Seen(on_it=True, submitted=True, may_adjudicate=False), False),
    ],
)
def test_a_split_is_read_by_whoever_may_settle_it(reader: Seen, *, reads: bool) -> None:
    assert may_read_reviews(reader, decided=False, split=True) == reads
