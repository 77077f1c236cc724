"""Blind means blind: who reads the reviews of a running round."""

from __future__ import annotations

from itertools import product

import pytest

from claims.lifecycle import Action, DismissalReason, State
from reviews.services.acting import act
from reviews.services.reading import readable_reviews
from reviews.visibility import Seen, may_read_reviews
from tests.factories import a_claim, a_desk, a_reviewer, an_editor, fresh, viewer

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


@pytest.mark.django_db
def test_a_review_of_a_round_that_came_to_no_decision_stays_blind() -> None:
    desk = a_desk()
    editor, first, second = an_editor(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, viewer(editor))
    assert list(readable_reviews(fresh(claim), viewer(second))) == []
    assert readable_reviews(fresh(claim), viewer(first)).count() == 1


@pytest.mark.django_db
def test_reviews_of_a_decided_round_are_read_in_the_next() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, State.DECIDED, by=editor)
    act(claim.pk, Action.REOPEN, viewer(editor), reason="New figures.")
    assert readable_reviews(fresh(claim), viewer(a_reviewer(desk))).count() == 1
