"""Two texts side by side: which words changed, nothing lost of either, and bounded whatever the texts are."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.comparing import MOST_PARAGRAPHS, Comparison, compare

WORDS = st.lists(st.sampled_from(["the", "bridge", "is", "closed", "open", "\n", "on", "Monday."]), max_size=40)


def side(found: Comparison, name: str) -> list[str]:
    return ["".join(piece.text for piece in getattr(row, name)) for row in found.rows if getattr(row, name)]


def test_the_words_that_changed_are_marked() -> None:
    found = compare("One.\nThe bridge will be closed on Monday.", "One.\nThe bridge will stay open on Monday.")
    assert found.changes == 1
    (row,) = [row for row in found.rows if row.changed]
    assert [piece.text for piece in row.before if piece.changed] == ["be", "closed"]
    assert [piece.text for piece in row.after if piece.changed] == ["stay", "open"]


def test_a_paragraph_on_one_side_only_stands_alone() -> None:
    found = compare("One.\nThree.", "One.\nTwo.\nThree.")
    (row,) = [row for row in found.rows if row.changed]
    assert (list(row.before), row.after[0].text) == ([], "Two.")


@given(WORDS, WORDS)
def test_nothing_of_either_side_is_lost(before: list[str], after: list[str]) -> None:
    old, new = " ".join(before), " ".join(after)
    found = compare(old, new)
    assert side(found, "before") == [line.strip() for line in old.split("\n") if line.strip()]
    assert side(found, "after") == [line.strip() for line in new.split("\n") if line.strip()]
    assert (found.changes == 0) == (side(found, "before") == side(found, "after"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n" * 200_000, "b\na\n" * 100_000),
        ("\n".join(map(str, range(100_000))), "\n".join(map(str, range(100_000, 0, -1)))),
        ("a b " * 100_000, "b a " * 100_000),
        ("\n".join("a b " * 300 + str(line) for line in range(150)), "\n".join("b a " * 300 for _ in range(150))),
    ],
)
def test_it_ends_soon_whatever_the_texts_are(before: str, after: str) -> None:
    began = time.process_time()
    compare(before, after)
    assert time.process_time() - began < 5


def test_it_says_that_it_did_not_compare_everything() -> None:
    assert compare("a\n" * (MOST_PARAGRAPHS + 1), "a").cut
    assert not compare("a", "b").cut
