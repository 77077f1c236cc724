"""A plan is the best there is, fair, and says why, however many claims and people there are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.planning import NAMED, Planned, plan, urgency_class
from reviews.routing import Candidate, ClaimFacts, Code, Reason
from tests.reviews.newsrooms import ANNA, CLAIM, CLAIMS, HOUR, NOW, PEOPLE, may_take

BEN = replace(ANNA, reviewer_id=2)


def test_a_plan_spreads_the_load_as_it_goes() -> None:
    claims = [replace(CLAIM, claim_id=number) for number in range(1, 7)]
    chosen = [seat.choice.reviewer_id for seat in plan(claims, [ANNA, BEN], NOW)]
    assert chosen == [1, 2, 1, 2, 1, 2]


def test_who_just_got_a_claim_is_no_longer_idle() -> None:
    people = [ANNA, replace(BEN, open_load=1, idle_since=NOW - HOUR)]
    planned = plan([replace(CLAIM, claim_id=number) for number in (1, 2)], people, NOW)
    assert [seat.choice.reviewer_id for seat in planned] == [1, 2]


def test_a_plan_serves_the_most_urgent_claim_first() -> None:
    claims = [
        replace(CLAIM, claim_id=1, priority=3, due_at=NOW),
        replace(CLAIM, claim_id=2, priority=1),
        replace(CLAIM, claim_id=3, priority=1, due_at=NOW + 2 * HOUR),
        replace(CLAIM, claim_id=4, priority=1, due_at=NOW + HOUR),
    ]
    planned = plan(claims, [replace(ANNA, limit=3)], NOW)
    assert [(seat.claim.claim_id, seat.choice.reviewer_id) for seat in planned] == [(4, 1), (3, 1), (2, 1), (1, None)]
    assert planned[-1].choice.why_nobody == "World desk has 1 reviewer: 1 at the limit of 3."


def test_a_claim_comes_once_and_its_second_seat_with_the_next_plan() -> None:
    with pytest.raises(ValueError, match="one seat of a claim"):
        plan([CLAIM, CLAIM], [ANNA, BEN], NOW)


def test_whoever_alone_can_take_a_claim_is_kept_for_it_and_the_reasons_say_so() -> None:
    only_anna = replace(CLAIM, claim_id=2, priority=3, topics=frozenset({"sport"}), needed=frozenset({"sport"}))
    anna = replace(ANNA, topics=frozenset({"politics", "sport"}), limit=1)
    ben = replace(BEN, topics=frozenset(), open_load=9)
    for named in (0, 99):
        first, second = plan([CLAIM, only_anna], [anna, ben], NOW, named=named)
        assert (first.choice.reviewer_id, second.choice.reviewer_id) == (2, 1)
        assert first.choice.reasons == (
            Reason(
                2, eligible=True, code=Code.CHOSEN, sentence="reads Ukrainian, covers none of its topics, 9 of 10 open"
            ),
            Reason(
                1,
                eligible=True,
                code=Code.NEEDED,
                sentence="reads Ukrainian, covers politics, 0 of 1 open, but needed for other claims of the same pass",
            ),
        )


def test_a_claim_may_move_to_its_second_best_when_another_fits_nobody_else() -> None:
    defence = replace(CLAIM, claim_id=1, topics=frozenset({"defence"}))
    both = replace(CLAIM, claim_id=2, priority=1, topics=frozenset({"politics", "defence"}))
    anna = replace(ANNA, topics=frozenset({"politics", "defence"}), limit=1)
    ben = replace(BEN, topics=frozenset({"politics"}), limit=1)
    assert [(seat.claim.claim_id, seat.choice.reviewer_id) for seat in plan([defence, both], [anna, ben], NOW)] == [
        (2, 1),
        (1, 2),
    ]  # two topics are covered either way, so nobody moves
    defence = replace(defence, topics=frozenset({"defence", "sport"}))
    anna = replace(anna, topics=frozenset({"politics", "defence", "sport"}))
    assert [seat.choice.reviewer_id for seat in plan([defence, both], [anna, ben], NOW)] == [2, 1]


def test_of_equally_urgent_claims_the_one_that_fits_waits_for_nobody_but_a_more_urgent_one_does_not_wait() -> None:
    unfit, fitting = replace(CLAIM, claim_id=1, topics=frozenset({"sport"})), replace(CLAIM, claim_id=2)
    people = [replace(ANNA, limit=1)]
    assert [seat.claim.claim_id for seat in plan([unfit, fitting], people, NOW)] == [2, 1]
    urgent = replace(unfit, priority=1)
    first, second = plan([urgent, fitting], people, NOW)
    assert (first.claim.claim_id, second.choice.why_nobody) == (1, "World desk has 1 reviewer: 1 at the limit of 1.")


@settings(max_examples=60)
@given(CLAIMS.map(lambda claims: claims[:4]), PEOPLE.map(lambda people: people[:3]))
def test_no_plan_seats_more_urgent_claims_or_more_of_them_or_fits_better(
    claims: list[ClaimFacts], people: list[Candidate]
) -> None:
    by_id = {person.reviewer_id: person for person in people}
    taken = [
        (seat.claim, by_id[seat.choice.reviewer_id])
        for seat in plan(claims, people, NOW)
        if seat.choice.reviewer_id is not None
    ]
    assert worth(taken, claims) == max(worth(tried, claims) for tried in every_plan(claims, people))


def every_plan(claims: list[ClaimFacts], people: list[Candidate]) -> Iterator[list[tuple[ClaimFacts, Candidate]]]:
    """Every way to give claims to people who may take them and have room."""
    for chosen in product(*[[None, *(person for person in people if may_take(claim, person))] for claim in claims]):
        if all(person.open_load + chosen.count(person) <= max(person.limit, person.open_load) for person in people):
            yield [(claim, person) for claim, person in zip(claims, chosen, strict=True) if person is not None]


def worth(taken: list[tuple[ClaimFacts, Candidate]], claims: list[ClaimFacts]) -> tuple[list[int], int]:
    """How many of each class of urgency got somebody, the most urgent first; then how well they fit in all."""
    classes = sorted({urgency_class(claim) for claim in claims})
    seats = Counter(urgency_class(claim) for claim, _ in taken)
    fit = sum(2 * len(claim.topics & person.topics) + (claim.language in person.languages) for claim, person in taken)
    return [seats[urgency] for urgency in classes], fit


@given(CLAIMS, PEOPLE)
def test_nobody_is_over_their_limit_or_gets_what_they_may_not_take(
    claims: list[ClaimFacts], people: list[Candidate]
) -> None:
    by_id = {person.reviewer_id: person for person in people}
    planned = plan(claims, people, NOW)
    taken = [(seat.claim, by_id[seat.choice.reviewer_id]) for seat in planned if seat.choice.reviewer_id is not None]
    assert len(planned) == len(claims)
    assert all(may_take(claim, person) for claim, person in taken)
    assert all(
        by_id[reviewer_id].open_load + number <= by_id[reviewer_id].limit
        for reviewer_id, number in Counter(person.reviewer_id for _, person in taken).items()
    )


@given(CLAIMS, PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(claims: list[ClaimFacts], people: list[Candidate], random: Random) -> None:
    shuffled, others = list(claims), list(people)
    random.shuffle(shuffled)
    random.shuffle(others)
    assert plan(shuffled, others, NOW) == plan(claims, people, NOW)


@given(CLAIMS, PEOPLE)
def test_a_plan_for_many_makes_the_choices_of_one_that_asks_everybody(
    claims: list[ClaimFacts], people: list[Candidate]
) -> None:
    of_many, of_few = plan(claims, people, NOW, named=0), plan(claims, people, NOW, named=99)
    assert [counted(seat) for seat in of_many] == [counted(seat) for seat in of_few]


def counted(seat: Planned) -> tuple[int, int | None, str, Counter[tuple[Code, bool]]]:
    """Who got a seat, why nobody did, and how many were left out on which grounds."""
    codes: Counter[tuple[Code, bool]] = Counter()
    for reason in seat.choice.reasons:
        codes[reason.code, reason.eligible] += reason.people
    return seat.claim.claim_id, seat.choice.reviewer_id, seat.choice.why_nobody, codes


def test_on_a_large_desk_who_ranked_next_is_named_and_the_others_are_counted() -> None:
    able = [replace(ANNA, reviewer_id=number, open_load=number % 7) for number in range(1, NAMED + 1)]
    others = [
        replace(BEN, reviewer_id=101, languages=frozenset({"en"})),
        replace(BEN, reviewer_id=102, languages=frozenset()),
        replace(BEN, reviewer_id=103, open_load=10),
        replace(BEN, reviewer_id=104, interests=frozenset({7})),
    ]
    (seat,) = plan([CLAIM], [*others, *able], NOW)
    fits = "reads Ukrainian, covers politics, {} of 10 open"
    assert seat.choice.reasons == (
        Reason(7, eligible=True, code=Code.CHOSEN, sentence=fits.format(0)),
        Reason(14, eligible=True, code=Code.ELIGIBLE, sentence=fits.format(0)),
        Reason(21, eligible=True, code=Code.ELIGIBLE, sentence=fits.format(0)),
        Reason(None, eligible=True, code=Code.ELIGIBLE, sentence="ranked after them", people=NAMED - 3),
        Reason(None, eligible=False, code=Code.LANGUAGE, sentence="do not read Ukrainian", people=2),
        Reason(None, eligible=False, code=Code.AT_LIMIT, sentence="at the limit of 10"),
        Reason(None, eligible=False, code=Code.INTEREST, sentence="has declared an interest in RBC-Ukraine"),
    )


def test_people_of_other_desks_play_no_part_in_the_reasons() -> None:
    (seat,) = plan([CLAIM], [ANNA, replace(BEN, desks=frozenset({2}))], NOW)
    assert [reason.reviewer_id for reason in seat.choice.reasons] == [1]
