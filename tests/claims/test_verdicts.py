"""The guards of a verdict: whole answers, and evidence from distinct origins that carries them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.errors import (
    AnswerMissing,
    ClaimDeskError,
    EvidenceMissing,
    OriginsTooFew,
    OutcomeMissing,
    ReasonMissing,
    SeveralFaults,
    TooEarlyNotPossible,
)
from claims.verdicts import (
    Answers,
    EvidenceKind,
    Item,
    Outcome,
    Question,
    Said,
    So,
    Stance,
    check_answers,
    check_evidence,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AHEAD, PAST = NOW + timedelta(days=1), NOW - timedelta(days=1)
WHY = "Two reports that know nothing of each other."
CONFIRMED = Answers(Said.NOT_CHECKED, So.CONFIRMED, WHY)
EARLY = Answers(Said.ACCURATE, None, WHY, too_early=True)
NEEDS_ONE_ON_SO = (So.PARTLY, So.CONTEXT, So.OVERTAKEN)


def link(number: int, stance: Stance = Stance.SUPPORTS, **more: object) -> Item:
    return replace(Item(number, Question.SO, stance, EvidenceKind.LINK), **more)  # type: ignore[arg-type]  # any field


def carried(answers: Answers, items: list[Item], min_origins: int = 2, exception: str = "") -> bool:
    try:
        check_evidence(answers, items, min_origins, exception)
    except ClaimDeskError:
        return False
    return True


def test_an_answer_is_given_or_it_is_too_early_and_not_both() -> None:
    with pytest.raises(AnswerMissing, match='Answer "Is it so'):
        check_answers(replace(CONFIRMED, so=None), None, NOW)
    with pytest.raises(AnswerMissing, match="not both"):
        check_answers(replace(CONFIRMED, too_early=True), AHEAD, NOW)


@pytest.mark.parametrize("confirm_by", [None, PAST])
def test_too_early_is_for_a_date_that_lies_ahead(confirm_by: datetime | None) -> None:
    with pytest.raises(TooEarlyNotPossible):
        check_answers(EARLY, confirm_by, NOW)
    check_answers(EARLY, NOW, NOW)
    check_answers(EARLY, AHEAD, NOW)


def test_too_early_says_at_least_whether_it_was_said() -> None:
    with pytest.raises(AnswerMissing):
        check_answers(replace(EARLY, said=Said.NOT_CHECKED), AHEAD, NOW)


def test_a_dated_claim_has_an_outcome_and_an_undated_one_none() -> None:
    with pytest.raises(OutcomeMissing, match="A dated claim needs an outcome"):
        check_answers(CONFIRMED, PAST, NOW)
    with pytest.raises(OutcomeMissing, match="Only a claim with a date of its own"):
        check_answers(replace(CONFIRMED, outcome=Outcome.BY_DATE), None, NOW)
    check_answers(replace(CONFIRMED, outcome=Outcome.BY_DATE), PAST, NOW)


def test_later_is_an_outcome_only_after_the_date() -> None:
    late = replace(CONFIRMED, outcome=Outcome.LATER)
    with pytest.raises(OutcomeMissing, match="has not passed"):
        check_answers(late, NOW, NOW)
    check_answers(late, NOW - timedelta(microseconds=1), NOW)


@pytest.mark.parametrize(("length", "fits"), [(19, False), (20, True), (600, True), (601, False)])
def test_why_has_twenty_to_six_hundred_characters(length: int, *, fits: bool) -> None:
    answers = replace(CONFIRMED, why="a" * length)
    if fits:
        check_answers(answers, None, NOW)
    else:
        with pytest.raises(ReasonMissing, match=f"this has {length}"):
            check_answers(answers, None, NOW)


def test_all_faults_of_the_answers_are_told_at_once() -> None:
    with pytest.raises(SeveralFaults, match="3 things need attention") as refused:
        check_answers(Answers(Said.NOT_CHECKED, None, "No."), PAST, NOW)
    assert [one.pointer for one in refused.value.faults] == ["/so", "/outcome", "/why"]


def test_unproven_needs_no_evidence() -> None:
    assert carried(replace(CONFIRMED, so=So.UNPROVEN), [])


@pytest.mark.parametrize("so", NEEDS_ONE_ON_SO)
def test_partly_context_and_overtaken_need_one_item_on_so(so: So) -> None:
    answers = replace(CONFIRMED, so=so)
    assert not carried(answers, [])
    assert not carried(answers, [link(1, question=Question.SAID)])
    assert carried(answers, [link(1, Stance.CONTEXT)])


@pytest.mark.parametrize(("so", "carries"), [(So.CONFIRMED, Stance.SUPPORTS), (So.REFUTED, Stance.CONTRADICTS)])
def test_confirmed_and_refuted_need_two_origins_on_their_side(so: So, carries: Stance) -> None:
    answers = replace(CONFIRMED, so=so)
    other = next(stance for stance in Stance if stance != carries)
    assert not carried(answers, [link(1, carries)])
    assert not carried(answers, [link(1, carries), link(2, other)])
    assert carried(answers, [link(1, carries), link(2, carries)])
    assert carried(answers, [link(1, carries)], min_origins=1)


def test_no_evidence_and_evidence_on_the_wrong_side_have_their_sentences() -> None:
    with pytest.raises(EvidenceMissing, match='No evidence yet. Record "Unproven" or add evidence'):
        check_evidence(CONFIRMED, [], 2)
    with pytest.raises(EvidenceMissing, match='"Confirmed" needs evidence that supports'):
        check_evidence(CONFIRMED, [link(1, Stance.CONTRADICTS)], 2)


def test_seven_copies_of_one_report_are_one_origin() -> None:
    copies = [link(1), *(link(number, derives_from=1) for number in range(2, 8))]
    with pytest.raises(OriginsTooFew) as refused:
        check_evidence(CONFIRMED, copies, 2)
    assert refused.value.facts == {"origins": 1, "needed": 2}
    assert carried(CONFIRMED, [*copies, link(8)])


def test_copies_of_a_report_that_is_not_there_itself_are_still_one() -> None:
    root = link(1, Stance.CONTEXT)
    assert not carried(CONFIRMED, [root, link(2, derives_from=1), link(3, derives_from=1)])


def test_notes_do_not_count() -> None:
    notes = [link(number, kind=EvidenceKind.NOTE) for number in (1, 2)]
    assert not carried(CONFIRMED, notes)
    assert not carried(CONFIRMED, [link(3), *notes])


def test_what_was_superseded_counts_only_as_the_origin_of_what_replaced_it() -> None:
    old = link(1, standing=False)
    assert not carried(CONFIRMED, [old, link(2)])
    assert not carried(CONFIRMED, [old, link(2, derives_from=1)])
    assert carried(CONFIRMED, [old, link(2, derives_from=1), link(3)])


def test_the_same_page_added_twice_is_one_origin() -> None:
    twice = [link(number, marks=frozenset({"page wire.example/report"})) for number in (1, 2)]
    assert not carried(CONFIRMED, twice)
    assert carried(CONFIRMED, [*twice, link(3)])


def test_an_exception_is_for_fewer_origins_never_for_none() -> None:
    assert carried(CONFIRMED, [link(1)], exception="There is only one registry.")
    assert not carried(CONFIRMED, [], exception="There is only one registry.")
    assert not carried(CONFIRMED, [link(1, Stance.CONTEXT)], exception="There is only one registry.")


@pytest.mark.parametrize("said", Said)
def test_looking_whether_it_was_said_leaves_evidence(said: Said) -> None:
    answers = Answers(said, So.UNPROVEN, WHY)
    looked = said not in {Said.NOT_CHECKED, Said.OWN_VOICE}
    assert carried(answers, []) == (not looked)
    assert carried(answers, [link(1)]) == (not looked)
    assert not looked or not carried(answers, [link(1, question=Question.SAID, kind=EvidenceKind.NOTE)])
    assert carried(answers, [link(1, question=Question.SAID)])


ITEMS = st.lists(
    st.builds(
        Item,
        st.integers(1, 30),
        st.sampled_from(Question),
        st.sampled_from(Stance),
        st.sampled_from(EvidenceKind),
        st.none() | st.integers(1, 30),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda item: item.id,
)


@given(ITEMS, st.sampled_from(So), st.integers(1, 3))
def test_what_does_not_count_changes_no_verdict(items: list[Item], so: So, min_origins: int) -> None:
    answers = replace(CONFIRMED, so=so)
    note = Item(99, Question.SO, Stance.SUPPORTS, EvidenceKind.NOTE)
    assert carried(answers, items, min_origins) == carried(answers, [*items, note], min_origins)


@given(ITEMS, st.sampled_from(So), st.integers(1, 3))
def test_an_independent_item_on_its_side_never_takes_a_verdict_away(
    items: list[Item], so: So, min_origins: int
) -> None:
    answers = replace(CONFIRMED, so=so)
    more = [*items, link(99), link(98, Stance.CONTRADICTS)]
    assert not carried(answers, items, min_origins) or carried(answers, more, min_origins)
