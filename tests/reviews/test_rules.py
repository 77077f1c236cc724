"""Routing rules as pure decisions: what matches, which is first, and that the words name everything."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import SourceKind
from reviews.eligibility import language_name
from reviews.rules import HEDGES, Case, Conditions, Outcomes, Passed, Ruled, first_match, holds, matches, passed_over
from reviews.rulewords import Names, changes, plain, sentence, why_not

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
CALLED = {number: f"Number {number} by name" for number in range(1, 6)}
NAMES = Names(CALLED, CALLED, CALLED, CALLED)
TOPICS = ("budget", "defence", "trade")
LANGUAGES = ("en", "en-GB", "uk", "de")
numbers, topics = st.integers(1, 5), st.sampled_from(TOPICS)
kinds, hedges, languages = (
    st.sampled_from(SourceKind.values),
    st.sampled_from([str(kind) for kind in HEDGES]),
    st.sampled_from(LANGUAGES),
)


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """No value or a few, as the conditions keep them."""
    return st.lists(values, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))


conditions = st.builds(
    Conditions,
    desks=some(numbers),
    outlets=some(numbers),
    sources=some(numbers),
    source_kinds=some(kinds),
    topics=some(topics),
    languages=some(languages),
    priorities=some(st.integers(1, 4)),
    hedged=st.none() | st.booleans(),
    hedge_kinds=some(hedges),
    dated=st.none() | st.booleans(),
    within_days=st.none() | st.integers(0, 30),
)
outcomes = st.builds(
    Outcomes,
    skills=some(topics),
    desk=st.none() | numbers,
    priority=st.none() | st.integers(1, 4),
    review_policy=st.none() | numbers,
    deadline_policy=st.none() | numbers,
)
cases = st.builds(
    Case,
    at=st.just(NOW),
    desk=st.none() | numbers,
    outlets=st.frozensets(numbers, max_size=2),
    sources=st.frozensets(numbers, max_size=4),
    source_kinds=st.frozensets(kinds, max_size=2),
    topics=st.frozensets(topics),
    language=languages,
    priority=st.integers(1, 4),
    hedges=st.frozensets(hedges, max_size=2),
    own_date=st.none() | st.integers(-48, 24 * 40).map(lambda hours: NOW + timedelta(hours=hours)),
)


def ruled(asked: Conditions, number: int = 1, settled: Outcomes | None = None) -> Ruled:
    return Ruled(number, 1, f"Rule {number}", asked, settled or Outcomes())


@given(conditions)
def test_conditions_come_back_as_they_were_kept(asked: Conditions) -> None:
    assert Conditions.read(asked.kept()) == asked


def test_a_condition_that_is_not_known_is_never_skipped() -> None:
    with pytest.raises(TypeError):
        Conditions.read({"desks": [1], "weather": ["rain"]})


@given(conditions, cases)
def test_a_rule_matches_exactly_when_each_of_its_conditions_alone_does(asked: Conditions, case: Case) -> None:
    alone = [replace(Conditions(), **{name: getattr(asked, name)}) for name in asked.asked]
    assert matches(asked, case) == all(matches(one, case) for one in alone)
    assert matches(asked, case) == all(holds(one.name, asked, case) for one in fields(Conditions))


@given(cases)
def test_a_rule_without_conditions_takes_every_claim(case: Case) -> None:
    assert matches(Conditions(), case)


@given(conditions, cases)
def test_of_several_values_one_is_enough(asked: Conditions, case: Case) -> None:
    for name in ("desks", "outlets", "sources", "topics", "priorities", "languages", "hedge_kinds", "source_kinds"):
        values = getattr(asked, name)
        if values:
            each = [Conditions.read({name: [value]}) for value in values]
            assert holds(name, asked, case) == any(matches(one, case) for one in each)


@given(st.lists(conditions, max_size=6), cases, st.randoms())
def test_the_first_match_wins_in_whatever_order_they_stand(asked: list[Conditions], case: Case, chance: Any) -> None:
    rules = [ruled(one, number) for number, one in enumerate(asked, 1)]
    chance.shuffle(rules)
    found = first_match(rules, case)
    matching = [one for one in rules if matches(one.conditions, case)]
    assert found == (matching[0] if matching else None)
    before = rules[: rules.index(found)] if found else rules
    passed = passed_over(rules, case)
    here = [one for one in before if holds("desks", one.conditions, case)]
    assert [one.ruled for one in passed] == here
    assert all(not holds(one.condition, one.ruled.conditions, case) for one in passed)


@given(conditions, outcomes)
def test_the_sentence_names_every_condition_and_every_outcome(asked: Conditions, settled: Outcomes) -> None:
    parts = sentence(asked, settled, NAMES)
    words = plain(parts)
    strong = [part.text for part in parts if part.strong]
    settles = sum(value not in ((), None) for value in vars(settled).values())
    assert len(strong) == len(asked.asked) + max(settles, 1)
    assert words.startswith("If " if asked.asked else "Every claim: ")
    assert words.endswith(".")
    told = [*asked.desks, *asked.outlets, *asked.sources, settled.desk, settled.review_policy, settled.deadline_policy]
    assert all(CALLED[number] in words for number in told if number)
    assert all(topic in words for topic in [*asked.topics, *settled.skills])
    assert all(language_name(tag) in words for tag in asked.languages)
    assert all(kind.replace("_", " ") in words for kind in [*asked.source_kinds, *asked.hedge_kinds])
    assert asked.within_days is None or f"at most {asked.within_days} day" in words


@given(conditions, cases)
def test_why_not_is_the_opposite_of_what_was_asked(asked: Conditions, case: Case) -> None:
    for passed in passed_over([ruled(asked)], case):
        told = why_not(passed, case, NAMES)
        asks = plain(
            sentence(replace(Conditions(), **{passed.condition: getattr(asked, passed.condition)}), Outcomes(), NAMES)
        )
        assert told
        assert told not in asks


@given(conditions, outcomes, conditions, outcomes)
def test_a_version_names_what_it_no_longer_says_and_what_is_new(
    asked: Conditions, settled: Outcomes, later: Conditions, then: Outcomes
) -> None:
    before, after = sentence(asked, settled, NAMES), sentence(later, then, NAMES)
    gone, new = changes(before, after)
    said = {part.text for part in before if part.strong}
    assert said - {*gone} | {*new} == {part.text for part in after if part.strong}
    assert {*gone} <= said
    assert not said & {*new}
    assert changes(before, before) == ([], [])


def test_a_rule_reads_as_people_would_say_it() -> None:
    names = Names(
        {1: "World", 2: "Politics"}, {7: "Head of state"}, {3: "Second opinion"}, {4: "A day before its date"}
    )
    asked = Conditions(desks=(1,), sources=(7,), dated=True)
    settled = Outcomes(("english", "politics"), desk=2, priority=1, review_policy=3, deadline_policy=4)
    assert plain(sentence(asked, settled, names)) == (
        "If desk is World and chain contains Head of state and it has a date of its own, then goes to Politics, "
        "needs: english and politics, priority 1, review: Second opinion, review due: A day before its date."
    )
    assert plain(sentence(Conditions(), Outcomes(), names)) == "Every claim: the desk’s defaults."
    assert plain(sentence(Conditions(desks=(9,)), Outcomes(priority=2), names)).startswith("If desk is number 9, then")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Conditions(priorities=(1, 2)), "priority is not 1 or 2"),
        (Conditions(topics=("budget",)), "topic is not budget"),
        (Conditions(sources=(1,)), "chain does not contain Number 1 by name"),
        (
            Conditions(source_kinds=("unnamed", "organisation")),
            "chain does not contain an unnamed role or an organisation",
        ),
        (Conditions(languages=("uk",)), "language is not Ukrainian"),
        (Conditions(hedged=True), "quote is not hedged"),
        (Conditions(hedge_kinds=("asserted_future",)), "hedge is not asserted future"),
        (Conditions(dated=True), "it has no date of its own"),
        (Conditions(within_days=1), "it has no date of its own"),
        (Conditions(outlets=(2,)), "outlet is not Number 2 by name"),
    ],
)
def test_why_not_says_what_does_not_hold(asked: Conditions, said: str) -> None:
    case = Case(NOW, language="en")
    assert [why_not(one, case, NAMES) for one in passed_over([ruled(asked)], case)] == [said]


def test_why_not_says_it_of_what_the_claim_has_too_much() -> None:
    case = Case(NOW, hedges=frozenset({"probable"}), own_date=NOW + timedelta(days=3))
    told = [Conditions(hedged=False), Conditions(dated=False), Conditions(within_days=2), Conditions(within_days=1)]
    assert [why_not(Passed(ruled(one), one.asked[0]), case, NAMES) for one in told] == [
        "quote is hedged",
        "it has a date of its own",
        "its own date is more than 2 days ahead",
        "its own date is more than 1 day ahead",
    ]


def test_a_date_within_days_may_have_passed_and_ends_with_the_moment() -> None:
    asked = Conditions(within_days=2)
    assert matches(asked, Case(NOW, own_date=NOW - timedelta(days=9)))
    assert matches(asked, Case(NOW, own_date=NOW + timedelta(days=2)))
    assert not matches(asked, Case(NOW, own_date=NOW + timedelta(days=2, microseconds=1)))
    assert not matches(asked, Case(NOW))


def test_a_language_stands_for_its_regions() -> None:
    assert matches(Conditions(languages=("en",)), Case(NOW, language="en-GB"))
    assert matches(Conditions(languages=("en-GB",)), Case(NOW, language="en"))
    assert not matches(Conditions(languages=("en",)), Case(NOW, language="uk"))
