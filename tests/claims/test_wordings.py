"""The words of states, verdicts and flags, and the numbers beside them."""

import re
from pathlib import Path

import pytest

from claims.lifecycle import State
from claims.verdicts import Said, So, Stance
from claims.wordings import (
    FLAG_ICONS,
    FLAG_WORDS,
    SAID_ICONS,
    SO_ICONS,
    STANCE_ICONS,
    STATE_ICONS,
    count_in_full,
    count_words,
    notes_in_order,
    percent_words,
    said_words,
    so_words,
    state_words,
)

SPRITE = (Path(__file__).parents[2] / "verify_project" / "static" / "cd" / "icons.svg").read_text()
FORBIDDEN = re.compile(r"overdue|breach|closed|rejected|anonymous|fake|successfully|!", re.IGNORECASE)


def test_every_key_has_an_icon_that_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
    tables = [STATE_ICONS, SO_ICONS, SAID_ICONS, STANCE_ICONS, FLAG_ICONS]
    assert {icon for table in tables for icon in table.values()} <= drawn
    assert set(STATE_ICONS) == set(State.values)
    assert set(SO_ICONS) == set(So.values)
    assert set(SAID_ICONS) == set(Said.values)
    assert set(STANCE_ICONS) == set(Stance.values)
    assert set(FLAG_ICONS) == set(FLAG_WORDS)


def test_no_two_verdicts_or_states_share_a_silhouette() -> None:
    assert len(set(STATE_ICONS.values())) == len(State)
    assert len(set(SO_ICONS.values())) == len(So)


def test_the_words_are_those_of_the_status_system() -> None:
    assert state_words("second_opinion") == "Second opinion"
    assert so_words("overtaken") == "Overtaken by events"
    assert so_words(None) == so_words("") == "Too early"
    assert said_words("accurate") == "Accurately"
    assert [str(words) for words in FLAG_WORDS.values() if FORBIDDEN.search(str(words))] == []


def test_three_notes_are_shown_in_order_and_the_rest_folded() -> None:
    kinds = ["unnamed", "idle", "late", "date_passed", "split", "correction"]
    assert notes_in_order(kinds) == (["split", "date_passed", "correction"], ["idle", "unnamed"])


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (9999, "9999"), (10_000, "10.0 k"), (12_499, "12.4 k")])
def test_large_counts_are_shortened_and_rounded_down(number: int, words: str) -> None:
    assert count_words(number) == words


def test_the_full_count_groups_its_digits() -> None:
    assert count_in_full(12_499) == "12,499"


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(0, 7, "0%"), (1, 1000, "1%"), (999, 1000, "99%"), (7, 7, "100%"), (64, 100, "64%")]
)
def test_a_percentage_never_claims_all_or_none(part: int, whole: int, words: str) -> None:
    assert percent_words(part, whole) == words
