"""The best person who may gets the claim, and everybody can read why."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from reviews.routing import Away, Candidate, Choice, ClaimFacts, Code, Reason, choose, settled_on
from tests.reviews.newsrooms import ANNA, AWAY, CLAIM, CLAIMS, HOUR, NOW, PEOPLE, may_take

BEN = replace(ANNA, reviewer_id=2)


def reason(choice: Choice, reviewer_id: int) -> Reason:
    (found,) = (reason for reason in choice.reasons if reason.reviewer_id == reviewer_id)
    return found


LEFT: dict[str, Any] = {"left_by": frozenset({5}), "recused": frozenset({6})}


@pytest.mark.parametrize(
    ("other", "code", "sentence"),
    [
        (replace(BEN, active=False), Code.INACTIVE, "not active"),
        (replace(BEN, desks=frozenset({2})), Code.OTHER_DESK, "not on World desk"),
        (replace(BEN, reviewer_id=3), Code.ON_CLAIM, "already on this claim"),
        (replace(BEN, reviewer_id=5), Code.LEFT, "gave this claim up before"),
        (replace(BEN, reviewer_id=6), Code.INTEREST, "stepped back from this claim because of an interest"),
        (replace(BEN, reviewer_id=4), Code.ENTERED_IT, "entered this claim"),
        (replace(BEN, interests=frozenset({7, 99})), Code.INTEREST, "has declared an interest in RBC-Ukraine"),
        (
            replace(BEN, interests=frozenset({7, 8})),
            Code.INTEREST,
            "has declared an interest in RBC-Ukraine and The Guardian",
        ),
        (replace(BEN, languages=frozenset({"en"})), Code.LANGUAGE, "does not read Ukrainian"),
        (replace(BEN, topics=frozenset({"sport"})), Code.TOPICS, "does not cover politics"),
        (replace(BEN, seconds=False), Code.SECOND, "does not give second opinions"),
        (replace(BEN, away=AWAY), Code.AWAY, "away until 1 Dec"),
        (replace(BEN, works_at=NOW + 3 * HOUR), Code.HOURS, "does not work before it is due"),
        (replace(BEN, open_load=10), Code.AT_LIMIT, "at the limit of 10 open claims"),
        (replace(BEN, open_load=14), Code.AT_LIMIT, "at the limit of 10 open claims"),
        (replace(BEN, limit=0), Code.AT_LIMIT, "at the limit of 0 open claims"),
    ],
)
def test_who_cannot_take_it_is_left_out_with_the_reason(other: Candidate, code: Code, sentence: str) -> None:
    needed, due = frozenset({"politics"}), NOW + 3 * HOUR
    claim = replace(CLAIM, held_by=frozenset({3}), entered_by=4, **LEFT, needed=needed, due_at=due, second=True)
    choice = choose(claim, [other, ANNA], NOW)
    assert choice.reviewer_id == ANNA.reviewer_id
    assert reason(choice, other.reviewer_id) == Reason(other.reviewer_id, eligible=False, code=code, sentence=sentence)


def test_a_lasting_reason_is_named_before_a_passing_one() -> None:
    other = replace(BEN, interests=frozenset({8}), away=AWAY, open_load=10)
    assert reason(choose(CLAIM, [ANNA, other], NOW), 2).code is Code.INTEREST


def test_a_first_judgement_is_for_those_too_who_give_no_second_opinions() -> None:
    assert choose(CLAIM, [replace(ANNA, seconds=False)], NOW).reviewer_id == ANNA.reviewer_id


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


def test_who_works_again_just_before_it_is_due_can_take_it() -> None:
    claim = replace(CLAIM, due_at=NOW + 3 * HOUR)
    assert choose(claim, [replace(ANNA, works_at=NOW + 2 * HOUR)], NOW).reviewer_id == 1


def test_a_claim_that_is_late_already_waits_for_whoever_works_next() -> None:
    claim = replace(CLAIM, due_at=NOW)
    assert choose(claim, [replace(ANNA, works_at=NOW + 9 * HOUR)], NOW).reviewer_id == 1


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


def test_whoever_a_person_puts_on_a_claim_is_the_one_that_was_chosen() -> None:
    gone = replace(BEN, reviewer_id=3, away=AWAY)
    choice = settled_on(choose(CLAIM, [ANNA, BEN, gone], NOW), 2)
    assert choice.reviewer_id == 2
    assert [reason.code for reason in choice.reasons] == [Code.ELIGIBLE, Code.CHOSEN, Code.AWAY]


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


@given(CLAIMS, PEOPLE)
def test_everybody_gets_one_reason_and_a_free_person_is_never_overlooked(
    claims: list[ClaimFacts], people: list[Candidate]
) -> None:
    for claim in claims:
        choice = choose(claim, people, NOW)
        free = {one.reviewer_id for one in people if may_take(claim, one) and one.open_load < one.limit}
        assert Counter(reason.reviewer_id for reason in choice.reasons) == Counter(one.reviewer_id for one in people)
        assert {reason.reviewer_id for reason in choice.reasons if reason.eligible} == free
        assert (choice.reviewer_id in free) if free else choice.reviewer_id is None
        assert bool(choice.why_nobody) == (not free)
