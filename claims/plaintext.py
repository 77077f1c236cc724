"""Text as it may be stored: one spelling of everything, nothing that deceives the eye.

Quotes are found by counting code points, so every text is brought into one form (NFC,
line feeds only) before it is kept. Characters that hide, reorder or break text are
refused by name instead of being dropped: what a newsroom quotes must not change
silently on the way in.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

# Unicode's own stream-safe limit. A longer run of marks is no writing system, and
# normalising one takes time that grows with its square.
LONGEST_RUN_OF_MARKS = 30

_CONTROL = "control_character"
_BIDI = "bidi_control"
_SURROGATE = "lone_surrogate"
_NONCHARACTER = "noncharacter"
_TAG = "hidden_tag"
_NOTHING_VISIBLE = "nothing_visible"
_LINE_BREAK = "line_break"
_TOO_LONG = "too_long"
_TOO_MANY_MARKS = "too_many_marks"

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
# The only use of tag characters that is left (UTS 51): a black flag, the region, a cancel tag. All else they could
# spell is words that nobody sees.
_REGION_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
# CR, LF and TAB are missing from the control characters on purpose.
_REFUSED = re.compile(
    rf"{_REGION_FLAG}|(?P<hidden_tag>[\U000e0000-\U000e007f])"
    r"|(?P<control_character>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f])"
    r"|(?P<bidi_control>[\u202a-\u202e\u2066-\u2069])"
    r"|(?P<lone_surrogate>[\ud800-\udfff])"
    rf"|(?P<noncharacter>[{_NONCHARACTERS}])"
)
# What Unicode calls default ignorable, and the blank of Braille. Among letters they have their use; alone they are
# a headline that nobody can see or click.
_VISIBLE = re.compile(
    "[^\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Soft hyphen, blank and joiner of no width, byte order mark: they come along when words are copied from a page.
NEVER_SEEN = "\u00ad\u200b\u2060\ufeff"
_UNSEEN = str.maketrans("", "", NEVER_SEEN)
_NEWLINES = re.compile("\r\n|\r|\u2028|\u2029")
_NOT_IN_A_LINE = re.compile("[\t\n\r\u2028\u2029]")
_LONG_NON_ASCII = re.compile(rf"[^\x00-\x7f]{{{LONGEST_RUN_OF_MARKS + 1},}}")

_WHY = {
    _CONTROL: "control characters cannot be shown. Remove it.",
    _BIDI: "it makes text read in another order than it is stored. Remove it.",
    _SURROGATE: "it is half of a character. Send the whole character.",
    _NONCHARACTER: "Unicode reserves it for internal use. Remove it.",
    _TAG: "it spells words that nobody sees. Remove it.",
    _NOTHING_VISIBLE: "it cannot be seen, and nothing else stands here. Write words.",
    _LINE_BREAK: "this field is a single line. Put a space instead.",
}
# Python knows no names for control characters, though Unicode lists these aliases.
_C0_NAMES = (
    "NULL|START OF HEADING|START OF TEXT|END OF TEXT|END OF TRANSMISSION|ENQUIRY|ACKNOWLEDGE"
    "|ALERT|BACKSPACE|CHARACTER TABULATION|LINE FEED|LINE TABULATION|FORM FEED|CARRIAGE RETURN"
    "|SHIFT OUT|SHIFT IN|DATA LINK ESCAPE|DEVICE CONTROL ONE|DEVICE CONTROL TWO"
    "|DEVICE CONTROL THREE|DEVICE CONTROL FOUR|NEGATIVE ACKNOWLEDGE|SYNCHRONOUS IDLE"
    "|END OF TRANSMISSION BLOCK|CANCEL|END OF MEDIUM|SUBSTITUTE|ESCAPE"
    "|INFORMATION SEPARATOR FOUR|INFORMATION SEPARATOR THREE|INFORMATION SEPARATOR TWO"
    "|INFORMATION SEPARATOR ONE"
)
_CONTROL_NAMES = dict(enumerate(_C0_NAMES.split("|"))) | {0x7F: "DELETE", 0x85: "NEXT LINE"}
_GENERIC_NAMES = {"Cc": "CONTROL", "Cs": "SURROGATE", "Cn": "NONCHARACTER"}


@dataclass
class TextRefused(ValueError):
    """This text cannot be stored as it is.

    `field` is the name handed in, `offset` counts code points in the text as given,
    `character` is the first one refused ("" where the text as a whole is at fault).
    """

    code: str
    message: str
    field: str
    offset: int
    character: str = ""

    def __str__(self) -> str:
        return self.message


def clean(text: str, *, field: str, max_length: int) -> str:
    """Return `text` in NFC with line feeds only; `max_length` counts code points.

    A leading byte order mark is dropped. Raises TextRefused for control characters
    other than line breaks and tabs, bidirectional overrides, embeddings and isolates,
    lone surrogates, non-characters, hidden tags, endless runs of marks, text in which
    nothing can be seen, and text that is too long. Joiners and direction marks that
    scripts need stay.
    """
    if text.isascii() and text.isprintable() and not text.isspace():  # nothing of all that can stand in it
        _refuse_length(text, field, max_length)
        return text
    _refuse_characters(text, field)
    _refuse_invisible(text, field)
    _refuse_runs_of_marks(text, field)
    one_form = unicodedata.normalize("NFC", _NEWLINES.sub("\n", text.removeprefix("\ufeff")))
    _refuse_length(one_form, field, max_length)
    return one_form


def one_blank(name: str) -> str:
    """Return `name` trimmed, with one blank wherever it has several of any kind, and without what is never seen."""
    return " ".join(name.translate(_UNSEEN).split())


def clean_line(text: str, *, field: str, max_length: int) -> str:
    """Return `text` as `clean` does, for one line: trimmed, no line break, no tab."""
    if text.isascii() and text.isprintable():  # as in `clean`; what is blank is empty here
        plain = text.strip()
        if len(plain) > max_length:
            _refuse_length(plain, field, max_length)
        return plain
    _refuse_characters(text, field)
    bare = text.removeprefix("\ufeff").strip()
    if inner := _NOT_IN_A_LINE.search(bare):
        offset = text.index(bare) + inner.start()
        raise _refusal(_LINE_BREAK, field, offset, inner.group())
    return clean(bare, field=field, max_length=max_length).strip()


def sha256_of(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def name_of(character: str) -> str:
    """Return a character's code point and name: "U+202E RIGHT-TO-LEFT OVERRIDE"."""
    point = ord(character)
    name = unicodedata.name(character, None) or _CONTROL_NAMES.get(point)
    generic = _GENERIC_NAMES.get(unicodedata.category(character), "UNNAMED")
    return f"U+{point:04X} {name or generic}"


def _refuse_characters(text: str, field: str) -> None:
    for found in _REFUSED.finditer(text):
        if found.lastgroup:  # a flag of a region belongs to no group
            raise _refusal(found.lastgroup, field, found.start(), found.group())


def _refuse_invisible(text: str, field: str) -> None:
    if (bare := text.strip("\ufeff \t\r\n").strip()) and not _VISIBLE.search(bare):
        raise _refusal(_NOTHING_VISIBLE, field, text.index(bare), bare[0])


def _refuse_runs_of_marks(text: str, field: str) -> None:
    for stretch in _LONG_NON_ASCII.finditer(text):
        run = 0
        for offset, character in enumerate(stretch.group(), stretch.start()):
            run = run + 1 if unicodedata.combining(character) else 0
            if run > LONGEST_RUN_OF_MARKS:
                start = offset - run + 1
                message = (
                    f"{_label(field)}: more than {LONGEST_RUN_OF_MARKS} combining marks"
                    f" stand in a row from position {start}. Remove the surplus."
                )
                raise TextRefused(_TOO_MANY_MARKS, message, field, start, character)


def _refuse_length(text: str, field: str, max_length: int) -> None:
    surplus = len(text) - max_length
    if surplus > 0:
        message = f"{_label(field)}: {len(text):,} characters, at most {max_length:,} fit. Shorten it by {surplus:,}."
        raise TextRefused(_TOO_LONG, message, field, max_length)


def _refusal(code: str, field: str, offset: int, character: str) -> TextRefused:
    message = f"{_label(field)}: the character at position {offset} is {name_of(character)}: {_WHY[code]}"
    return TextRefused(code, message, field, offset, character)


def _label(field: str) -> str:
    return field.replace("_", " ").capitalize()


def scrubbed(text: str, *, max_length: int) -> str:
    """The words of a foreign page, less every character that `clean` refuses from people; at most `max_length`.

    Nobody quotes from this text by position, so what deceives the eye is dropped instead of being named.
    """
    plain = _LONG_NON_ASCII.sub(_few_marks, _NEWLINES.sub("\n", _REFUSED.sub("", text)))
    return unicodedata.normalize("NFC", plain)[:max_length].strip()


def refused_in(text: str) -> Counter[str]:
    """Names of the characters that `scrubbed` drops from a text, with how often each stands in it."""
    return Counter(name_of(found.group()) for found in _REFUSED.finditer(text) if found.lastgroup)


def _few_marks(run: re.Match[str]) -> str:
    """The run with at most `LONGEST_RUN_OF_MARKS` marks after one another."""
    kept, marks = [], 0
    for character in run.group():
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= LONGEST_RUN_OF_MARKS:
            kept.append(character)
    return "".join(kept)
