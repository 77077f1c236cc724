"""Marks in an article's text: every word shown once, marks where they stand."""

from hypothesis import given
from hypothesis import strategies as st

from claims.admin.marking import Mark, around, marked
from claims.quotes import paragraphs

TEXT = "One two three.\n\nFour five six."


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=6))
def test_it_shows_every_word_once_whatever_the_marks(spans: list[tuple[int, int]]) -> None:
    marks = [Mark(number, start, start + length) for number, (start, length) in enumerate(spans)]
    shown = ["".join(piece.words for piece in one.pieces) for one in marked(TEXT, marks)]
    assert shown == [part.words for part in paragraphs(TEXT)]


def test_it_prefers_the_current_mark_where_marks_overlap() -> None:
    first, _second = marked(TEXT, [Mark(1, 0, 13), Mark(2, 4, 7, current=True)])
    assert [(piece.words, piece.mark and piece.mark.claim_id) for piece in first.pieces] == [
        ("One ", 1),
        ("two", 2),
        (" three", 1),
        (".", None),
    ]
    assert first.has_current


def test_a_long_text_shows_what_is_around_the_quote() -> None:
    text = "\n".join(f"Paragraph {number}." for number in range(100))
    start = text.index("Paragraph 50.")
    shown = around(marked(text, [Mark(1, start, start + 9, current=True)]), 3)
    assert [one.number for one in shown] == list(range(48, 55))
