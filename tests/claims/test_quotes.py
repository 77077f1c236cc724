"""A quote is tied to its exact place or not at all."""

from time import process_time
from typing import TypedDict

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.nearest import Difference, Nearest, nearest
from claims.quotes import QuoteAmbiguous, QuoteEmpty, QuoteNotFound, excerpt, locate, paragraphs

TEXT = (
    "Ministers may meet soon\n"
    "“The ministers were likely to meet on Friday,” the paper writes.\n"
    "\n"
    "  \n"
    "The ministers were tired. The ministers were late — it\u2019s said.\n"
)
REPEATING = st.text("ab ", max_size=12)
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("ab \n.“”'"),
        st.sampled_from("e\u0301\u200d👩🏽\U0001f692İßﬁק\u0627\u0000"),
        st.characters(codec=None),
    )
)


class Hints(TypedDict, total=False):
    """What may accompany a quote."""

    prefix: str
    suffix: str
    start: int


def not_found(text: str, exact: str) -> Nearest:
    with pytest.raises(QuoteNotFound) as caught:
        locate(text, exact)
    assert caught.value.nearest is not None
    assert caught.value.nearest.exact in caught.value.message
    return caught.value.nearest


def test_it_finds_the_only_place_with_its_surroundings() -> None:
    anchor = locate(TEXT, "likely to meet", context=10)
    assert (anchor.start, anchor.end) == (44, 58)
    assert (anchor.prefix, anchor.suffix) == ("ters were ", " on Friday")


def test_offsets_count_code_points() -> None:
    assert locate("👩🏽‍🚒 said: go", "go").start == 11


def test_a_quote_that_stands_several_times_lists_its_places() -> None:
    with pytest.raises(QuoteAmbiguous) as caught:
        locate(TEXT, "ministers were")
    error = caught.value
    assert error.offsets == (29, 97, 123)
    assert not error.more
    assert [place.prefix[-5:] for place in error.places] == ["“The ", "\nThe ", " The "]
    assert error.message.startswith("The quote stands in 3 places of the text, beginning at 29, 97, 123.")


def test_places_that_overlap_are_several_places() -> None:
    with pytest.raises(QuoteAmbiguous) as caught:
        locate("ha ha ha", "ha ha")
    assert caught.value.offsets == (0, 3)


def test_many_places_are_cut_short() -> None:
    with pytest.raises(QuoteAmbiguous) as caught:
        locate("x " * 30, "x")
    assert len(caught.value.offsets) == 20
    assert caught.value.more
    assert "more than 20 places" in caught.value.message


@pytest.mark.parametrize(
    ("given_words", "place"),
    [
        ({"prefix": "“The "}, 29),
        ({"suffix": " tired"}, 97),
        ({"prefix": " The ", "suffix": " late"}, 123),
        ({"start": 97}, 97),
        ({"start": 123, "prefix": "“The "}, 123),
        ({"start": 7, "suffix": " late"}, 123),
    ],
)
def test_surroundings_or_a_start_decide_between_places(given_words: Hints, place: int) -> None:
    assert locate(TEXT, "ministers were", **given_words).start == place


@pytest.mark.parametrize(
    "given_words",
    [{"prefix": "The "}, {"prefix": "no such words"}, {"start": 5}, {"start": 97 - len(TEXT)}, {"start": 10**9}],
)
def test_surroundings_that_do_not_decide_leave_it_ambiguous(given_words: Hints) -> None:
    with pytest.raises(QuoteAmbiguous):
        locate(TEXT, "ministers were", **given_words)


@pytest.mark.parametrize("exact", ["", " \n"])
def test_a_quote_without_words_is_refused(exact: str) -> None:
    with pytest.raises(QuoteEmpty):
        locate(TEXT, exact)


@pytest.mark.parametrize(
    ("exact", "own", "difference"),
    [
        ('"The ministers were likely', "“The ministers were likely", Difference.TYPOGRAPHY),
        ("late - it's said", "late — it\u2019s said", Difference.TYPOGRAPHY),
        ("meet soon “The ministers", "meet soon\n“The ministers", Difference.TYPOGRAPHY),
        ("  on   Friday, ", "on Friday,", Difference.TYPOGRAPHY),
        ("LIKELY TO MEET", "likely to meet", Difference.CASE),
        ("the ministers could meet on Friday", "The ministers were likely to meet on Friday", Difference.WORDS),
        ("ministres were tierd", "ministers were tired", Difference.WORDS),
        ("Fridaye", "Friday", Difference.WORDS),
    ],
)
def test_it_offers_the_nearest_words_in_the_texts_own_spelling(exact: str, own: str, difference: Difference) -> None:
    found = not_found(TEXT, exact)
    assert (found.exact, found.difference) == (own, difference)
    assert TEXT[found.start : found.end] == own


def test_words_in_another_composition_differ_only_in_typography() -> None:
    assert not_found("Gespräch in Zürich", "in Zu\u0308rich").difference is Difference.TYPOGRAPHY


def test_a_soft_hyphen_in_the_text_is_only_typography() -> None:
    assert not_found("a cease\u00adfire holds", "ceasefire holds").exact == "cease\u00adfire holds"


def test_scripts_without_blanks_have_nearest_words_too() -> None:
    assert not_found("今天天气很好我们去公园散步吧因为春天来了", "我们去花园散步").exact == "我们去公园散步"


def test_a_little_word_that_stands_far_off_does_not_stretch_the_nearest_words() -> None:
    text = "See the map. Later on they went away. Ministers were likely to meet today. All of the rest is open."
    assert not_found(text, "the ministers were likely to meet today").exact == "Ministers were likely to meet today"


def test_nothing_similar_is_said_plainly() -> None:
    with pytest.raises(QuoteNotFound) as caught:
        locate(TEXT, "Quarterly zinc exports rose")
    assert caught.value.nearest is None
    assert "nothing in the text is similar" in caught.value.message


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("Words of the text go on and on. " * 31_250, "Words of a text go up and down, on " * 40),
        ("a" * 1_000_000, "a" * 5_000 + "b"),
        ("a " * 500_000, "A " * 2_500 + "b"),
        ("a" + " " * 999_998 + "b", "a c b"),
    ],
)
def test_a_million_characters_are_searched_at_once(text: str, exact: str) -> None:
    begun = process_time()
    with pytest.raises(QuoteNotFound):
        locate(text, exact)
    assert process_time() - begun < 3, "quick on an idle machine; the limit leaves room for a busy one"


def test_a_quote_of_half_a_million_equal_letters_is_ambiguous_at_once() -> None:
    begun = process_time()
    with pytest.raises(QuoteAmbiguous):
        locate("a" * 1_000_000, "a" * 500_000, prefix="a")
    assert process_time() - begun < 3


def test_context_never_tears_a_character() -> None:
    anchor = locate("👩\u200d🚒 go 👍🏽", "go", context=2)
    assert (anchor.prefix, anchor.suffix) == (" ", " ")
    assert locate("e\u0323 go", "go", context=2).prefix == " "


def test_paragraphs_skip_blank_lines_and_keep_offsets() -> None:
    found = paragraphs(TEXT)
    assert [paragraph.start for paragraph in found] == [0, 24, 93]
    assert all(TEXT[paragraph.start : paragraph.end] == paragraph.words for paragraph in found)


def test_an_excerpt_stays_in_the_paragraph() -> None:
    shown = excerpt(TEXT, locate(TEXT, "likely to meet"), 200)
    assert (
        shown.before + shown.exact + shown.after == "“The ministers were likely to meet on Friday,” the paper writes."
    )
    assert (shown.cut_before, shown.cut_after) == (False, False)


def test_an_excerpt_is_cut_between_words() -> None:
    shown = excerpt(TEXT, locate(TEXT, "likely to meet"), 12)
    assert (shown.before, shown.after) == ("were ", " on Friday,”")
    assert (shown.cut_before, shown.cut_after) == (True, True)


def test_a_quote_over_two_paragraphs_has_an_excerpt() -> None:
    shown = excerpt(TEXT, locate(TEXT, "soon\n“The"), 8)
    assert (shown.before, shown.after) == ("meet ", "")


@given(HOSTILE, st.integers(0, 40), st.integers(1, 12), st.integers(0, 8))
def test_what_is_located_stands_exactly_there(text: str, start: int, length: int, context: int) -> None:
    exact = text[start : start + length]
    assume(exact.strip())
    anchor = locate(text, exact, start=start, context=context)
    assert anchor.start == start
    assert text[anchor.start : anchor.end] == anchor.exact == exact
    assert text[: anchor.start].endswith(anchor.prefix)
    assert text[anchor.end :].startswith(anchor.suffix)
    assert len(anchor.prefix) <= context >= len(anchor.suffix)


def answer(text: str, exact: str, prefix: str, suffix: str) -> tuple[int, ...]:
    """Where `locate` says the words stand: nowhere, in one place, in several."""
    try:
        return (locate(text, exact, prefix=prefix, suffix=suffix).start,)
    except QuoteAmbiguous as refusal:
        return refusal.offsets
    except QuoteNotFound:
        return ()


@given(REPEATING, REPEATING, st.text("ab", max_size=2), st.text("ab", max_size=2))
def test_every_place_is_counted_and_surroundings_choose_among_them(
    text: str, exact: str, prefix: str, suffix: str
) -> None:
    assume(exact.strip())
    places = tuple(place for place in range(len(text)) if text.startswith(exact, place))
    framed = tuple(
        place for place in places if text[:place].endswith(prefix) and text.startswith(suffix, place + len(exact))
    )
    expected = framed if len(framed) == 1 and len(places) > 1 else places
    assert answer(text, exact, prefix, suffix) == expected[:20]


@given(HOSTILE, HOSTILE)
def test_nearest_words_are_words_of_the_text(text: str, words: str) -> None:
    near = nearest(text, words)
    assert near is None or text[near.start : near.end] == near.exact


@given(HOSTILE, st.integers(0, 30), st.integers(1, 12), st.integers(0, 20))
def test_an_excerpt_is_one_stretch_of_the_text(text: str, start: int, length: int, around: int) -> None:
    exact = text[start : start + length]
    assume(exact.strip())
    anchor = locate(text, exact, start=start)
    shown = excerpt(text, anchor, around)
    whole = shown.before + shown.exact + shown.after
    assert text[shown.start : shown.start + len(whole)] == whole
    assert shown.start + len(shown.before) == anchor.start
    assert len(shown.before) <= around >= len(shown.after)
    assert "\n" not in shown.before + shown.after
    assert shown.cut_before == (shown.start > 0 and text[shown.start - 1] != "\n")
