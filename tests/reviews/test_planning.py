"""A plan makes the same choices as asking everybody for every claim, however many there are of either."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from reviews.planning import NAMED, Planned, plan
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


def test_two_seats_of_a_claim_go_to_two_people() -> None:
    planned = plan([CLAIM, CLAIM, CLAIM], [ANNA, BEN], NOW)
    assert [seat.choice.reviewer_id for seat in planned] == [1, 2, None]
    assert planned[-1].choice.why_nobody == "World desk has 2 reviewers: 2 already on this claim."


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
    assert max(Counter((claim.claim_id, person.reviewer_id) for claim, person in taken).values(), default=1) == 1


@given(CLAIMS, PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(claims: list[ClaimFacts], people: list[Candidate], random: Random) -> None:
    distinct = list({claim.claim_id: claim for claim in claims}.values())
    shuffled, others = list(distinct), list(people)
    random.shuffle(shuffled)
    random.shuffle(others)
    assert plan(shuffled, others, NOW) == plan(distinct, people, NOW)


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
