"""Agreement decides, difference does not."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.verdicts import Outcome, Said, So
from reviews.consensus import Asked, Consensus, Judgement, NotIndependent, Status, decide

FIRST = Judgement(1, 11, Said.ACCURATE, So.CONFIRMED, Outcome.BY_DATE)
SECOND = replace(FIRST, review_id=2, reviewer_id=12)
THIRD = Judgement(3, 13, Said.ALTERED, So.REFUTED, Outcome.LATER, adjudicates=True)


def judgements() -> st.SearchStrategy[list[Judgement]]:
    one = st.builds(
        Judgement,
        st.integers(1, 99),
        st.integers(1, 99),
        st.sampled_from([Said.ACCURATE, Said.ALTERED]),
        st.sampled_from([None, So.CONFIRMED]),
        st.sampled_from([None, Outcome.BY_DATE]),
        st.booleans(),
    )
    return st.lists(one, max_size=4, unique_by=(lambda item: item.review_id, lambda item: item.reviewer_id))


def test_nothing_is_decided_before_the_first_review() -> None:
    assert decide([], 1) == Consensus(Status.PENDING, missing=1)


def test_one_review_decides_where_one_is_required() -> None:
    decision = decide([FIRST], 1)
    assert decision == Consensus(Status.AGREED, Said.ACCURATE, So.CONFIRMED, Outcome.BY_DATE, (1,))
    assert decision.decides


def test_too_few_reviews_are_pending() -> None:
    standing = decide([FIRST], 2)
    assert (standing.status, standing.missing, standing.so) == (Status.PENDING, 1, None)
    assert not standing.decides


def test_the_last_agreeing_review_decides() -> None:
    assert decide([SECOND, FIRST], 2).review_ids == (1, 2)
    assert decide([FIRST, SECOND], 2).status is Status.AGREED


@pytest.mark.parametrize(
    ("other", "differs_on"),
    [
        (replace(SECOND, said=Said.ALTERED), ("said",)),
        (replace(SECOND, so=So.PARTLY), ("so",)),
        (replace(SECOND, outcome=Outcome.LATER), ("outcome",)),
        (replace(SECOND, so=None, outcome=None), ("so", "outcome")),
        (replace(SECOND, said=Said.NOT_FOUND, so=So.REFUTED), ("said", "so")),
    ],
)
@pytest.mark.parametrize("required", [1, 2, 3])
def test_any_difference_is_a_split(other: Judgement, differs_on: tuple[str, ...], required: int) -> None:
    standing = decide([FIRST, other], required)
    assert (standing.status, standing.differs_on, standing.so) == (Status.SPLIT, differs_on, None)


def test_an_adjudication_wins_over_a_split() -> None:
    decision = decide([FIRST, replace(SECOND, so=So.PARTLY), THIRD], 2)
    assert decision == Consensus(Status.ADJUDICATED, Said.ALTERED, So.REFUTED, Outcome.LATER, (3,))


def test_an_adjudication_wins_whenever_it_was_recorded() -> None:
    early = replace(THIRD, review_id=0)
    assert decide([FIRST, early], 2).review_ids == (0,)
    assert decide([early, replace(THIRD, so=So.PARTLY, reviewer_id=14)], 1).so is So.PARTLY


def test_it_may_be_too_early_for_all() -> None:
    early = [replace(one, so=None, outcome=None) for one in (FIRST, SECOND)]
    standing = decide(early, 2)
    assert (standing.status, standing.so, standing.decides) == (Status.TOO_EARLY, None, True)


def test_an_adjudicator_may_find_it_too_early() -> None:
    assert decide([FIRST, replace(THIRD, so=None, outcome=None)], 1).status is Status.TOO_EARLY


@pytest.mark.parametrize("adjudicates", [False, True])
def test_nobody_judges_twice_in_a_round(adjudicates: bool) -> None:  # noqa: FBT001 - a parametrised case
    again = replace(SECOND, reviewer_id=FIRST.reviewer_id, adjudicates=adjudicates)
    with pytest.raises(NotIndependent) as caught:
        decide([FIRST, again], 2)
    assert (caught.value.reviewer_id, caught.value.code) == (11, "not_independent")


@given(judgements(), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_order_of_reviews_does_not_matter(given_reviews: list[Judgement], required: int, random: Random) -> None:
    shuffled = list(given_reviews)
    random.shuffle(shuffled)
    assert decide(shuffled, required) == decide(given_reviews, required)


@given(judgements(), st.integers(1, 3))
def test_a_verdict_is_one_somebody_gave_and_nobody_contradicts(given_reviews: list[Judgement], required: int) -> None:
    decision = decide(given_reviews, required)
    answers = {(one.said, one.so, one.outcome) for one in given_reviews if not one.adjudicates}
    adjudicated = any(one.adjudicates for one in given_reviews)
    assert decision.decides == (decision.status not in {Status.PENDING, Status.SPLIT})
    assert (decision.status is Status.SPLIT) == (len(answers) > 1 and not adjudicated)
    assert (decision.status is Status.AGREED) == (
        not adjudicated
        and answers == {(decision.said, decision.so, decision.outcome)}
        and decision.so is not None
        and len(given_reviews) >= required
    )


def plain_reviews() -> st.SearchStrategy[list[Judgement]]:
    return judgements().map(lambda given: [replace(one, adjudicates=False) for one in given])


@given(plain_reviews(), st.integers(1, 5))
def test_fewer_than_must_agree_never_decide(given_reviews: list[Judgement], required: int) -> None:
    decision = decide(given_reviews, required)
    if decision.decides:
        assert len(decision.review_ids) >= required
    assert decision.missing == (max(0, required - len(given_reviews)) if decision.status is Status.PENDING else 0)


@given(st.integers(1, 5), st.integers(1, 7), st.integers(0, 3))
def test_a_review_more_that_agrees_never_undecides(required: int, given_number: int, more: int) -> None:
    def agreeing(number: int) -> list[Judgement]:
        return [replace(FIRST, review_id=place, reviewer_id=place) for place in range(1, number + 1)]

    before, after = decide(agreeing(given_number), required), decide(agreeing(given_number + more), required)
    assert after.decides >= before.decides
    assert before.decides == (given_number >= required)
    if before.decides:
        assert (before.said, before.so, before.outcome) == (after.said, after.so, after.outcome)


@given(plain_reviews(), st.integers(1, 5), judgements())
def test_a_difference_never_decides_without_an_adjudication(
    given_reviews: list[Judgement], required: int, more: list[Judgement]
) -> None:
    if decide(given_reviews, required).status is Status.SPLIT:
        numbered = [replace(one, review_id=100 + one.review_id, reviewer_id=100 + one.reviewer_id) for one in more]
        status = decide([*given_reviews, *numbered], required).status
        adjudicated = any(one.adjudicates for one in more)
        assert (status is Status.SPLIT) != adjudicated


@given(st.integers(1, 7), st.integers(0, 1), st.integers(1, 7), st.integers(0, 3))
def test_every_second_opinion_is_one_seat_and_one_agreement_more(
    reviewers: int, editor: int, agreeing: int, opinions: int
) -> None:
    asked = Asked(reviewers, bool(editor), min(agreeing, reviewers + editor))
    more = asked.and_more(opinions)
    assert (more.judges - asked.judges, more.agreeing - asked.agreeing, more.editor) == (
        opinions,
        opinions,
        asked.editor,
    )
    assert 1 <= more.agreeing <= more.judges
