"""What a later text makes of a quoted passage: found only where it stands, never guessed, bounded for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.passages import Fate, Laid, follow

QUOTE = "The bridge will be closed on Monday"
TEXT = f"The council met.\n\nIt was late. {QUOTE}, it said.\n\nNobody objected.\n\nThe mayor left."


def fate(new: str, old: str = TEXT, quote: str = QUOTE) -> Fate:
    start = old.index(quote)
    return follow(Laid(old), Laid(new), start, start + len(quote)).fate


def shown(new: str) -> tuple[str, str | None]:
    start = TEXT.index(QUOTE)
    found = follow(Laid(TEXT), Laid(new), start, start + len(QUOTE))
    after = None if found.after is None else new[slice(*found.after)]
    return TEXT[slice(*found.before)], after


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (TEXT, Fate.SAME),
        (TEXT.replace("\n\n", "\n"), Fate.SAME),
        (TEXT.replace("The mayor left.", "The mayor stayed."), Fate.SAME),
        ("An earlier version named another day.\n" + TEXT, Fate.SAME),
        (TEXT.replace("Nobody objected.", "Two members objected."), Fate.BESIDE),
        (TEXT.replace("it said", "a member said"), Fate.BESIDE),
        (TEXT.replace("Nobody objected.", "Correction: it was Tuesday.\nNobody objected."), Fate.BESIDE),
        (TEXT.replace("The council met.\n\n", ""), Fate.BESIDE),
        (TEXT.replace("will be closed", "may be closed"), Fate.CHANGED),
        (TEXT.replace("closed on", "closed, on"), Fate.CHANGED),
        (TEXT.replace(f"It was late. {QUOTE}, it said.\n\n", "") + f"\nIt was late. {QUOTE}, it said.", Fate.MOVED),
        (f"The council met.\n\nNobody objected.\n\nA caption: {QUOTE}.\n\nThe mayor left.", Fate.MOVED),
        ("The council met.\n\nNobody objected.\n\nThe mayor left.", Fate.GONE),
        ("Withdrawn.", Fate.GONE),
    ],
)
def test_a_passage_in_a_later_text(new: str, expected: Fate) -> None:
    assert fate(new) == expected


def test_a_quote_at_the_edge_of_a_text_has_the_edge_beside_it() -> None:
    old = f"{QUOTE}.\nNobody objected."
    assert fate(old, old) == Fate.SAME
    assert fate(f"Corrected on Tuesday.\n{old}", old) == Fate.BESIDE


def test_of_a_paragraph_that_stands_twice_the_one_with_the_same_neighbours_is_meant() -> None:
    twice = f"{QUOTE}.\nA.\n{QUOTE}.\nB."
    assert fate(f"New.\n{twice}", f"{QUOTE}.\nA.") == Fate.BESIDE
    assert fate(twice, f"A.\n{QUOTE}.\nB.") == Fate.SAME


def test_both_passages_are_whole_paragraphs_with_their_neighbours() -> None:
    old, new = shown(TEXT.replace("closed", "open"))
    assert old == TEXT.rpartition("\n\n")[0]
    assert new == old.replace("closed", "open")
    assert shown("Withdrawn.") == (old, None)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["a b", "c", "d e f", "g"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["a b", "c", "d e f", "g", "h i"]), max_size=6),
    st.data(),
)
def test_what_is_found_always_lies_in_its_text_and_sameness_is_true(
    old: list[str], new: list[str], data: st.DataObject
) -> None:
    before, after = Laid("\n".join(old)), Laid("\n".join(new))
    chosen = data.draw(st.sampled_from(before.parts))
    found = follow(before, after, chosen.start, chosen.end)
    assert found.before[0] <= chosen.start < chosen.end <= found.before[1]
    assert (found.after is None) == (found.fate == Fate.GONE)
    if found.after is not None:
        assert 0 <= found.after[0] < found.after[1] <= len(after.text)
    if found.fate == Fate.SAME and found.after is not None:
        assert before.text[slice(*found.before)] == after.text[slice(*found.after)]
    assert follow(before, before, chosen.start, chosen.end).fate == Fate.SAME


def test_a_million_characters_are_followed_quickly() -> None:
    old = "\n".join(f"Paragraph {number} of a long text about bridges." for number in range(20_000))
    quote = "Paragraph 9000 of a long text"
    start = old.index(quote)
    began = time.monotonic()
    assert follow(Laid(old), Laid(old.replace("9000", "9000a")), start, start + len(quote)).fate == Fate.CHANGED
    assert time.monotonic() - began < 2
