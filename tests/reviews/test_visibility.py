"""Blind means blind: who reads the reviews of a running round."""

from __future__ import annotations

from itertools import product

import pytest

from claims.lifecycle import Action, DismissalReason, State
from claims.models import Desk, Scope
from claims.permissions import Viewer
from reviews.models import Part, Review
from reviews.services.acting import act
from reviews.services.claimpage import read_claim
from reviews.services.reading import readable, readable_reviews
from reviews.visibility import Seen, may_read_reviews
from tests.factories import (
    CONFIRMED,
    a_claim,
    a_desk,
    a_key,
    a_reviewer,
    an_administrator,
    an_editor,
    evidence_for,
    fresh,
    now,
    put_on,
    review_by,
    viewer,
)

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


def readers(desk: Desk) -> list[Viewer]:
    return [viewer(a_reviewer(desk)), viewer(an_editor(desk)), viewer(an_administrator()), viewer(a_key(*Scope)[0])]


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["first_in", "differing", "adjudicated", "reopened", "dismissed", "begun_again"])
def test_every_door_shows_the_same_reviews(stage: str) -> None:
    desk = a_desk()
    editor, first, second, third = an_editor(desk), a_reviewer(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    evidence_for(claim)
    evidence_for(claim, url="https://another.example/report")
    put_on(claim, second, editor)
    if stage in {"differing", "adjudicated", "reopened"}:
        review_by(claim, second, CONFIRMED)
        put_on(claim, third, editor, part=Part.ADJUDICATION)
    if stage in {"adjudicated", "reopened"}:
        review_by(claim, third, CONFIRMED)
    if stage == "reopened":
        act(claim.pk, Action.REOPEN, viewer(editor), reason="New figures.")
    if stage in {"dismissed", "begun_again"}:
        act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    if stage == "begun_again":
        act(claim.pk, Action.RESTORE, viewer(editor))
    claim = fresh(claim)
    for who in [viewer(first), viewer(second), viewer(third), viewer(editor), *readers(desk)]:
        of_round = set(readable_reviews(claim, who).filter(round=claim.round))
        assert of_round == set(readable(Review.objects.all(), who).filter(round=claim.round))
        if who.user is not None:
            assert of_round == set(read_claim(claim.pk, who, now()).reviews)
