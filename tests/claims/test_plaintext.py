"""Text is stored in one form, and nothing that deceives the eye gets in."""

import unicodedata
from hashlib import sha256
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.plaintext import TextRefused, clean, clean_line, name_of, sha256_of

ANYTHING = st.text(st.characters(codec=None), max_size=80)


def refused(text: str, *, line: bool = False, max_length: int = 1000) -> TextRefused:
    with pytest.raises(TextRefused) as caught:
        (clean_line if line else clean)(text, field="own_date_words", max_length=max_length)
    return caught.value


def test_every_line_break_becomes_a_line_feed() -> None:
    assert clean("a\r\nb\rc\u2028d\u2029e\nf", field="text", max_length=20) == "a\nb\nc\nd\ne\nf"


def test_characters_are_composed() -> None:
    assert clean("Zu\u0308rich", field="text", max_length=6) == "Zürich"


def test_tabs_joiners_and_direction_marks_stay() -> None:
    text = "a\tb می\u200cخواهم क्\u200dष \u200fשלום 👩\u200d🚒"
    assert clean(text, field="text", max_length=100) == text


def test_a_byte_order_mark_in_front_is_dropped() -> None:
    assert clean("\ufeffWords", field="text", max_length=5) == "Words"


@pytest.mark.parametrize(
    ("character", "code", "name"),
    [
        ("\x00", "control_character", "U+0000 NULL"),
        ("\x0b", "control_character", "U+000B LINE TABULATION"),
        ("\x1b", "control_character", "U+001B ESCAPE"),
        ("\x1f", "control_character", "U+001F INFORMATION SEPARATOR ONE"),
        ("\x7f", "control_character", "U+007F DELETE"),
        ("\x85", "control_character", "U+0085 NEXT LINE"),
        ("\x9f", "control_character", "U+009F CONTROL"),
        ("\u202a", "bidi_control", "U+202A LEFT-TO-RIGHT EMBEDDING"),
        ("\u202e", "bidi_control", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u2066", "bidi_control", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("\u2069", "bidi_control", "U+2069 POP DIRECTIONAL ISOLATE"),
        ("\ud800", "lone_surrogate", "U+D800 SURROGATE"),
        ("\udfff", "lone_surrogate", "U+DFFF SURROGATE"),
        ("\ufffe", "noncharacter", "U+FFFE NONCHARACTER"),
        ("\ufdd0", "noncharacter", "U+FDD0 NONCHARACTER"),
        ("\U0010ffff", "noncharacter", "U+10FFFF NONCHARACTER"),
        ("\U000e0041", "hidden_tag", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("\U000e007f", "hidden_tag", "U+E007F CANCEL TAG"),
    ],
)
def test_it_refuses_by_code_point_name_and_position(character: str, code: str, name: str) -> None:
    error = refused(f"Пять{character}!")
    assert (error.code, error.offset, error.character, error.field) == (code, 4, character, "own_date_words")
    assert error.message.startswith(f"Own date words: the character at position 4 is {name}: ")


SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def test_the_flag_of_a_region_is_no_hidden_text() -> None:
    assert clean(f"A {SCOTLAND} B", field="text", max_length=20) == f"A {SCOTLAND} B"
    assert refused(f"A {SCOTLAND}\U000e0068 B").offset == 9
    assert refused("\U0001f3f4" + "\U000e0061" * 40 + "\U000e007f").code == "hidden_tag"


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", " \u2060\n\u3164", "\u2800", "\ufe0f", "\ufeff\u200d"])
@pytest.mark.parametrize("line", [True, False])
def test_a_text_that_nobody_can_see_is_none(unseen: str, *, line: bool) -> None:
    text = unseen.replace("\n", " ") if line else unseen
    assert refused(text, line=line).code == "nothing_visible"
    assert "cannot be seen" in refused(text, line=line).message
    assert clean(f"a{unseen}", field="text", max_length=10) == f"a{unseen}"


def test_blanks_alone_stay_for_the_field_to_ask_for_words() -> None:
    assert clean_line(" \t ", field="text", max_length=5) == ""
    assert clean(" \n", field="text", max_length=5) == " \n"


def test_the_position_counts_in_the_text_as_given() -> None:
    assert refused("e\u0301\r\n\x00").offset == 4


def test_it_says_by_how_much_a_text_is_too_long() -> None:
    error = refused("x" * 1203)
    assert error.code == "too_long"
    assert error.message == "Own date words: 1,203 characters, at most 1,000 fit. Shorten it by 203."


def test_length_is_counted_after_composing() -> None:
    assert clean("e\u0301" * 10, field="text", max_length=10) == "é" * 10


def test_endless_marks_are_refused_before_they_cost_time() -> None:
    begun = process_time()
    error = refused("a" + "\u0301\u0316" * 500_000, max_length=2_000_000)
    assert process_time() - begun < 1
    assert (error.code, error.offset) == ("too_many_marks", 1)


def test_thirty_marks_in_a_row_are_writing() -> None:
    assert len(clean("ะ" + "\u0e48" * 30, field="text", max_length=40)) == 31


def test_a_line_is_trimmed() -> None:
    assert clean_line("  \n Words here \u00a0\r\n", field="headline", max_length=10) == "Words here"


@pytest.mark.parametrize("inner", ["\n", "\r\n", "\t", "\u2028", "\u2029"])
def test_a_line_holds_no_break_and_no_tab(inner: str) -> None:
    error = refused(f"  one{inner}two", line=True)
    assert (error.code, error.offset) == ("line_break", 5)


def test_a_control_character_at_the_edge_of_a_line_is_refused_not_trimmed() -> None:
    assert refused("words\x1c", line=True).code == "control_character"


def test_the_digest_is_that_of_the_utf8_bytes() -> None:
    assert sha256_of("Київ") == sha256("Київ".encode()).hexdigest()


def test_ordinary_characters_have_their_unicode_name() -> None:
    assert name_of("é") == "U+00E9 LATIN SMALL LETTER E WITH ACUTE"


@given(ANYTHING)
def test_what_is_accepted_is_stable_composed_and_storable(text: str) -> None:
    kept, refusal = "", None
    try:
        kept = clean(text, field="text", max_length=200)
    except TextRefused as caught:
        refusal = caught
    if refusal:
        assert refusal.character == text[refusal.offset]
        assert f"{ord(refusal.character):04X}" in refusal.message
        return
    assert clean(kept, field="text", max_length=200) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert kept.encode().decode() == kept
    assert not {"\r", "\x00", "\u202e", "\u2028"} & set(kept)


@given(ANYTHING)
def test_an_accepted_line_has_no_outer_blanks_and_is_stable(text: str) -> None:
    try:
        kept = clean_line(text, field="headline", max_length=200)
    except TextRefused:
        return
    assert kept == kept.strip()
    assert clean_line(kept, field="headline", max_length=200) == kept
    assert len(kept.splitlines()) <= 1
