"""The best person who may gets the claim, and everybody can read why."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.routing import Away, Candidate, Choice, ClaimFacts, Code, Reason, choose, plan

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLAIM = ClaimFacts(
    101, 1, "World", "uk", frozenset({"politics", "defence"}), {7: "RBC-Ukraine", 8: "The Guardian"}, priority=2
)
ANNA = Candidate(1, frozenset({1}), frozenset({"uk", "en"}), frozenset({"politics"}))
BEN = replace(ANNA, reviewer_id=2)
AWAY = (Away(NOW - HOUR, NOW + 200 * HOUR),)


def reason(choice: Choice, reviewer_id: int) -> Reason:
    (found,) = (reason for reason in choice.reasons if reason.reviewer_id == reviewer_id)
    return found


@pytest.mark.parametrize(
    ("other", "code", "sentence"),
    [
        (replace(BEN, active=False), Code.INACTIVE, "not active"),
        (replace(BEN, desks=frozenset({2})), Code.OTHER_DESK, "not on World desk"),
        (replace(BEN, reviewer_id=3), Code.ON_CLAIM, "already on this claim"),
        (replace(BEN, reviewer_id=4), Code.ENTERED_IT, "entered this claim"),
        (replace(BEN, interests=frozenset({7, 99})), Code.INTEREST, "has declared an interest in RBC-Ukraine"),
        (
            replace(BEN, interests=frozenset({7, 8})),
            Code.INTEREST,
            "has declared an interest in RBC-Ukraine and The Guardian",
        ),
        (replace(BEN, languages=frozenset({"en"})), Code.LANGUAGE, "does not read Ukrainian"),
        (replace(BEN, away=AWAY), Code.AWAY, "away until 1 Dec"),
        (replace(BEN, open_load=10), Code.AT_LIMIT, "at the limit of 10 open claims"),
        (replace(BEN, open_load=14), Code.AT_LIMIT, "at the limit of 10 open claims"),
        (replace(BEN, limit=0), Code.AT_LIMIT, "at the limit of 0 open claims"),
    ],
)
def test_who_cannot_take_it_is_left_out_with_the_reason(other: Candidate, code: Code, sentence: str) -> None:
    claim = replace(CLAIM, held_by=frozenset({3}), entered_by=4)
    choice = choose(claim, [other, ANNA], NOW)
    assert choice.reviewer_id == ANNA.reviewer_id
    assert reason(choice, other.reviewer_id) == Reason(other.reviewer_id, eligible=False, code=code, sentence=sentence)


def test_a_lasting_reason_is_named_before_a_passing_one() -> None:
    other = replace(BEN, interests=frozenset({8}), away=AWAY, open_load=10)
    assert reason(choose(CLAIM, [ANNA, other], NOW), 2).code is Code.INTEREST


def test_an_absence_holds_from_its_start_until_just_before_its_end() -> None:
    (away,) = AWAY
    ends = [choose(CLAIM, [replace(ANNA, away=AWAY)], moment).reviewer_id for moment in (away.start, away.until)]
    assert ends == [None, 1]
    assert choose(CLAIM, [replace(ANNA, away=AWAY)], away.start - HOUR).reviewer_id == 1


def test_the_longer_of_two_absences_is_named() -> None:
    other = replace(BEN, away=(*AWAY, Away(NOW, NOW + HOUR)))
    assert reason(choose(CLAIM, [other], NOW), 2).sentence == "away until 1 Dec"


def test_the_day_of_return_is_named_in_the_zone_of_the_absence() -> None:
    kyiv = timezone(timedelta(hours=2))
    until = datetime(2026, 11, 30, 22, 30, tzinfo=UTC).astimezone(kyiv)
    other = replace(BEN, away=(Away(NOW, until),))
    assert reason(choose(CLAIM, [other], NOW), 2).sentence == "away until 1 Dec"


@pytest.mark.parametrize(
    "better",
    [
        replace(BEN, topics=frozenset({"politics", "defence"}), open_load=9),
        replace(BEN, limit=20, open_load=3, idle_since=NOW),
        replace(BEN, open_load=1, limit=4, idle_since=NOW - 9 * HOUR),
        replace(BEN, open_load=1, limit=4, idle_since=None),
    ],
)
def test_fit_comes_before_load_and_load_before_idleness(better: Candidate) -> None:
    other = replace(ANNA, open_load=2, limit=8, idle_since=NOW - HOUR)
    assert choose(CLAIM, [other, better], NOW).reviewer_id == better.reviewer_id


def test_the_exact_language_fits_better_than_a_relative() -> None:
    claim = replace(CLAIM, language="pt-BR")
    lisbon, rio = (
        replace(ANNA, languages=frozenset({"pt-PT"})),
        replace(BEN, languages=frozenset({"PT-br"}), open_load=5),
    )
    assert choose(claim, [lisbon, rio], NOW).reviewer_id == rio.reviewer_id
    assert choose(claim, [lisbon], NOW).reviewer_id == lisbon.reviewer_id


def test_between_equals_the_lower_id_is_chosen() -> None:
    assert choose(CLAIM, [BEN, ANNA], NOW).reviewer_id == 1


def test_the_reasons_are_readable_and_ranked() -> None:
    busy = replace(BEN, open_load=5, topics=frozenset(), idle_since=NOW - HOUR)
    gone = replace(BEN, reviewer_id=3, away=AWAY)
    choice = choose(CLAIM, [gone, busy, replace(ANNA, open_load=3)], NOW)
    assert choice.reasons == (
        Reason(
            1, eligible=True, code=Code.CHOSEN, sentence="reads Ukrainian, covers politics, 3 of 10 open, idle longest"
        ),
        Reason(
            2, eligible=True, code=Code.ELIGIBLE, sentence="reads Ukrainian, covers none of its topics, 5 of 10 open"
        ),
        Reason(3, eligible=False, code=Code.AWAY, sentence="away until 1 Dec"),
    )
    assert choice.why_nobody == ""


def test_nobody_is_idle_longest_when_all_are_equally_idle() -> None:
    assert all("idle" not in reason.sentence for reason in choose(CLAIM, [ANNA, BEN], NOW).reasons)


def test_a_claim_without_language_and_topics_goes_to_anybody() -> None:
    choice = choose(replace(CLAIM, language="", topics=frozenset()), [ANNA], NOW)
    assert choice.reasons[0].sentence == "0 of 10 open"


def test_why_nobody_counts_the_reasons_of_the_desk() -> None:
    people = [
        replace(ANNA, reviewer_id=1, away=AWAY),
        replace(ANNA, reviewer_id=2, away=(Away(NOW, NOW + HOUR),)),
        replace(ANNA, reviewer_id=3, open_load=10),
        replace(ANNA, reviewer_id=4, interests=frozenset({7})),
        replace(ANNA, reviewer_id=5, desks=frozenset({2})),
        replace(ANNA, reviewer_id=6, active=False),
    ]
    choice = choose(CLAIM, people, NOW)
    assert choice.reviewer_id is None
    assert choice.why_nobody == (
        "World desk has 4 reviewers: 2 away, 1 at the limit of 10, 1 has declared an interest in RBC-Ukraine."
    )


@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        ([], "World desk has no active reviewers."),
        ([replace(ANNA, active=False)], "World desk has no active reviewers."),
        ([replace(ANNA, away=AWAY)], "World desk has 1 reviewer: 1 away."),
        (
            [replace(ANNA, languages=frozenset()), replace(BEN, languages=frozenset())],
            "World desk has 2 reviewers: 2 do not read Ukrainian.",
        ),
        ([replace(BEN, languages=frozenset())], "World desk has 1 reviewer: 1 does not read Ukrainian."),
    ],
)
def test_why_nobody_is_one_plain_sentence(people: list[Candidate], sentence: str) -> None:
    assert choose(CLAIM, people, NOW).why_nobody == sentence


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


MOMENTS = st.sampled_from([None, NOW - HOUR, NOW - 2 * HOUR])
PEOPLE = st.lists(
    st.builds(
        Candidate,
        reviewer_id=st.integers(1, 9),
        desks=st.sampled_from([frozenset({1}), frozenset({1, 2}), frozenset({2})]),
        languages=st.frozensets(st.sampled_from(["uk", "en", "en-GB"])),
        topics=st.frozensets(st.sampled_from(["politics", "defence", "sport"])),
        interests=st.frozensets(st.sampled_from([7, 9]), max_size=1),
        open_load=st.integers(0, 5),
        limit=st.integers(0, 5),
        active=st.sampled_from([True, True, True, False]),
        away=st.sampled_from([(), (), AWAY]),
        idle_since=MOMENTS,
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.reviewer_id,
)
CLAIMS = st.lists(
    st.builds(
        ClaimFacts,
        claim_id=st.integers(1, 6),
        desk_id=st.sampled_from([1, 2]),
        desk_name=st.just("World"),
        language=st.sampled_from(["", "en", "uk"]),
        topics=st.frozensets(st.sampled_from(["politics", "defence"])),
        sources=st.sampled_from([{}, {7: "RBC-Ukraine"}]),
        held_by=st.frozensets(st.integers(1, 9), max_size=2),
        entered_by=st.none() | st.integers(1, 9),
        priority=st.integers(1, 4),
        due_at=st.sampled_from([None, NOW, NOW + HOUR]),
    ),
    max_size=10,
)


def may_take(claim: ClaimFacts, person: Candidate) -> bool:
    """The rules once more, said another way."""
    return (
        person.active
        and claim.desk_id in person.desks
        and (not claim.language or any(tag[:2] == claim.language for tag in person.languages))
        and not person.interests & set(claim.sources)
        and not person.away
        and person.reviewer_id not in {*claim.held_by, claim.entered_by}
    )


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
def test_everybody_gets_one_reason_and_a_free_person_is_never_overlooked(
    claims: list[ClaimFacts], people: list[Candidate]
) -> None:
    for claim in claims:
        choice = choose(claim, people, NOW)
        free = {one.reviewer_id for one in people if may_take(claim, one) and one.open_load < one.limit}
        assert sorted(reason.reviewer_id for reason in choice.reasons) == sorted(one.reviewer_id for one in people)
        assert {reason.reviewer_id for reason in choice.reasons if reason.eligible} == free
        assert (choice.reviewer_id in free) if free else choice.reviewer_id is None
        assert bool(choice.why_nobody) == (not free)
