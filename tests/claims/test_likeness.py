"""How alike statements are, and what makes them different all the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.likeness import LEAST, Difference, differences, similarity

STATEMENT = "The minister will resign by 29 November, Mira Vale said."


@pytest.mark.parametrize(
    "other",
    [
        "Mira Vale said the minister will resign by 29 November.",
        "By 29 November the minister is going to resign, said Mira Vale.",
        "The ministers will be resigning by 29 November, Mira Vale said",
    ],
)
def test_the_same_in_other_words_is_alike_and_differs_in_nothing(other: str) -> None:
    assert similarity(STATEMENT, other) > 0.6
    assert differences(STATEMENT, other) == []


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ("The minister will resign by 30 November, Mira Vale said.", [Difference.NUMBERS]),
        ("The minister will not resign by 29 November, Mira Vale said.", [Difference.NEGATION]),
        ("The minister won't resign by 29 November, Mira Vale said.", [Difference.NEGATION]),
        ("The minister will resign by 29 November, Anna Roe said.", [Difference.NAMES]),
        ("The minister will never resign by 30 November, Anna Roe said.", list(Difference)),
    ],
)
def test_what_must_decide_is_named_and_lowers_the_likeness(other: str, differs: list[Difference]) -> None:
    assert set(differences(STATEMENT, other)) == set(differs)
    assert similarity(STATEMENT, other) <= 0.8 ** len(differs)


def test_a_name_left_out_is_a_shorter_way_to_say_it() -> None:
    assert differences(STATEMENT, "The minister will resign by 29 November.") == []


@pytest.mark.parametrize("words", ["не піде у відставку", "nunca dimitirá", "tritt nicht zurück"])
def test_other_languages_negate_too(words: str) -> None:
    plain = words.replace("не ", "").replace("nunca ", "").replace("nicht ", "")
    assert differences(words, plain) == [Difference.NEGATION]


def test_another_subject_is_not_alike() -> None:
    assert similarity(STATEMENT, "Grain exports through the northern port have doubled since spring.") < LEAST


@settings(max_examples=60)
@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_from_0_to_1_and_the_same_either_way(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == similarity(other, one)
    assert differences(one, one) == []
