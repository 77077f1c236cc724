"""Hedges are what is printed, with numbers only where a scale gives them."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.hedges import Hedge, Kind, find, prevailing
from claims.hedgewords import ICD203, TABLES

TOKENS = ("may", "will", "likely", "is", "to", "due", "if", "not", "visit", "Will", "May", "9", "about", ",", ".")


def words(text: str) -> list[str]:
    return [hedge.words for hedge in find(text)]


def only(text: str) -> Hedge:
    (hedge,) = find(text)
    return hedge


@pytest.mark.parametrize(
    ("text", "hedge", "low", "high"),
    [
        ("The envoys were likely to fly on Friday", "were likely to", 55, 80),
        ("A deal is probable", "probable", 55, 80),
        ("They probably left", "probably", 55, 80),
        ("It is very likely", "very likely", 80, 95),
        ("A highly probable outcome", "highly probable", 80, 95),
        ("It is almost certain", "almost certain", 95, 99),
        ("They will almost certainly leave", "almost certainly", 95, 99),
        ("a roughly even chance", "roughly even chance", 45, 55),
        ("A deal is unlikely", "is unlikely", 20, 45),
        ("A deal is highly unlikely", "highly unlikely", 5, 20),
        ("a highly improbable deal", "highly improbable", 5, 20),
        ("There is almost no chance", "almost no chance", 1, 5),
        ("a remote chance of peace", "remote chance", 1, 5),
    ],
)
def test_words_of_likelihood_have_the_range_of_their_scale(text: str, hedge: str, low: int, high: int) -> None:
    found = next(hedge for hedge in find(text) if hedge.kind is Kind.PROBABLE)
    assert (found.words, found.low, found.high, found.scale) == (hedge, low, high, "icd203")


@pytest.mark.parametrize(
    "text", ["A deal is more likely", "A deal is not likely", "It is probably not so", "Talks are expected to begin"]
)
def test_probable_words_off_the_scale_have_no_number(text: str) -> None:
    found = only(text)
    assert (found.kind, found.low, found.high, found.scale) == (Kind.PROBABLE, None, None, "")


@pytest.mark.parametrize(
    ("text", "hedge", "kind"),
    [
        ("The ministers may meet", "may", Kind.POSSIBLE),
        ("It could serve as a start", "could", Kind.POSSIBLE),
        ("They might go", "might", Kind.POSSIBLE),
        ("Perhaps they left", "Perhaps", Kind.POSSIBLE),
        ("The plan reportedly has 28 points", "reportedly", Kind.REPORTED),
        ("He is said to be ill", "is said to", Kind.REPORTED),
        ("The port closed, according to Example Wire", "according to", Kind.REPORTED),
        ("The port closed, citing two officials", "citing", Kind.REPORTED),
        ("He is due to visit", "is due to", Kind.SCHEDULED),
        ("Talks are set to resume", "are set to", Kind.SCHEDULED),
        ("The president is to visit", "is to", Kind.SCHEDULED),
        ("A vote is scheduled for Monday", "is scheduled for", Kind.SCHEDULED),
        ("The firm plans to close it", "plans to", Kind.INTENDED),
        ("It would need to withdraw", "would need to", Kind.CONDITIONAL),
        ("They are only willing to talk", "only willing to", Kind.CONDITIONAL),
        ("The bridge will open", "will", Kind.ASSERTED_FUTURE),
        ("It won’t open", "won’t", Kind.ASSERTED_FUTURE),
        ("It is going to open", "is going to", Kind.ASSERTED_FUTURE),
        ("about 300 people", "about", Kind.APPROXIMATE),
        ("an estimated 12 ships", "an estimated", Kind.APPROXIMATE),
        ("nearly half of them", "nearly", Kind.APPROXIMATE),
    ],
)
def test_every_kind_is_recognised(text: str, hedge: str, kind: Kind) -> None:
    found = only(text)
    assert (found.words, found.kind, found.low) == (hedge, kind, None)


@pytest.mark.parametrize(
    "text",
    [
        "May 9 parade",
        "on 9 May",
        "In May the talks began",
        "Theresa May said no",
        "Mrs May Resigns",
        "the may 9 parade",
        "Will Smith spoke",
        "the will of the people",
        "against his will",
        "its military might",
        "a can of paint",
        "They can't and cannot",
        "as soon as possible",
        "delayed due to the war",
        "poems set to music",
        "The goal is to win",
        "in a remote village",
        "the probable cause",
        "as if nothing happened",
        "a would-be buyer",
        "It went according to plan",
        "citing Austria’s model as an example",
        "a talk about peace",
        "some people left",
        "They mightily dislike it",
    ],
)
def test_look_alikes_are_no_hedges(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize(
    ("headline", "hedge"),
    [("US Generals May Head to Russia", "May"), ("GENERALS MAY HEAD TO RUSSIA", "MAY"), ("Bridge Will Open", "Will")],
)
def test_headlines_in_capitals_still_hedge(headline: str, hedge: str) -> None:
    assert words(headline) == [hedge]


def test_the_longest_wording_wins_over_any_white_space() -> None:
    assert words("It was\nvery  likely to rain") == ["was\nvery  likely to"]


def test_several_hedges_come_in_reading_order() -> None:
    assert words("Moscow would consider it only if it may stay") == ["would", "only if", "may"]


def test_a_language_without_a_table_has_no_hedges() -> None:
    assert find("may", "xx") == []
    assert words("may") == [hedge.words for hedge in find("may", "en-GB")] == ["may"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It is so", Kind.NONE),
        ("It would likely rain", Kind.PROBABLE),
        ("It will reportedly rain", Kind.REPORTED),
        ("They could go if it rains", Kind.POSSIBLE),
        ("They plan to go if it rains", Kind.CONDITIONAL),
        ("It will cost about 5 euros", Kind.APPROXIMATE),
        ("It will rain", Kind.ASSERTED_FUTURE),
    ],
)
def test_one_kind_prevails(text: str, kind: Kind) -> None:
    assert prevailing(find(text)).kind is kind


def test_what_prevails_keeps_all_words_and_the_range() -> None:
    summary = prevailing(find("It may be likely to rain"))
    assert summary.words == ["may", "be likely to"]
    assert (summary.kind, summary.low, summary.high, summary.scale) == (Kind.PROBABLE, 55, 80, "icd203")


def test_ranges_that_disagree_give_no_range() -> None:
    summary = prevailing(find("Rain is likely, snow almost certain"))
    assert (summary.kind, summary.low, summary.scale) == (Kind.PROBABLE, None, "")


def test_the_table_is_sound() -> None:
    for table in TABLES.values():
        wordings = [wording for cue in table for wording in cue.wordings()]
        assert len(wordings) == len(set(wordings))
        assert all(wording == " ".join(wording.lower().split()) for wording in wordings)
        assert all(not cue.likelihood or cue.likelihood in ICD203 for cue in table)


def test_a_million_characters_are_read_at_once() -> None:
    begun = process_time()
    assert len(find("They may go to May and will not. " * 30_000)) == 60_000
    assert process_time() - begun < 5


@given(st.text(st.one_of(st.sampled_from("may will is to likely 9’'- "), st.characters(codec=None)), max_size=60))
def test_every_hedge_stands_where_it_says(text: str) -> None:
    end = 0
    for hedge in find(text):
        assert text[hedge.start : hedge.end] == hedge.words
        assert hedge.start >= end
        end = hedge.end


@given(st.lists(st.sampled_from(TOKENS), max_size=12))
def test_hedges_never_overlap(tokens: list[str]) -> None:
    found = find(" ".join(tokens))
    assert all(one.end < other.start for one, other in pairwise(found))


@given(st.lists(st.sampled_from([*TOKENS, "can't", "could-be", "very likely", "said", "x_may"]), max_size=12))
def test_words_that_open_no_wording_are_passed_by_and_no_other(tokens: list[str]) -> None:
    text = " ".join(tokens)
    assert find(text) == find(f"{text} é")  # a letter beyond ASCII, and every wording is tried at every place
