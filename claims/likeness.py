"""How alike two statements are, and in what they differ where likeness must not decide.

Words that begin alike and short pieces of letters count equally: the first know what is talked about, the second put up
with endings and spelling in any language. Neither can tell "will resign" from "will not resign", so numbers, names and
negation are compared on their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from enum import StrEnum

LEAST = 0.35  # below it two statements have little more than their subject in common
PER_DIFFERENCE = 0.8  # what a difference leaves of the likeness
STEM = 6  # letters by which words are compared; endings differ behind them
_PIECE = 3
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SENTENCE_START = re.compile(r"(?:\A|[.!?:“\"„«]\s*)\W*\w+")
# English, German, Spanish, Ukrainian.
_NEGATIONS = frozenset(
    {
        *("not", "no", "never", "nobody", "none", "nothing", "without", "cannot"),
        *("nicht", "kein", "keine", "keinen", "keiner", "niemals", "niemand", "ohne"),
        *("nunca", "nadie", "ningún", "ninguna", "sin"),
        *("не", "ні", "ніколи", "ніхто", "без", "немає"),
    }
)


class Difference(StrEnum):
    """In what two statements differ that are otherwise alike."""

    NUMBERS = "numbers"
    NAMES = "names"
    NEGATION = "negation"


def stem(word: str) -> str:
    """The beginning of a word by which it is compared."""
    return word.casefold()[:STEM]


def similarity(one: str, other: str) -> float:
    """From 0 to 1; lowered by a fifth for each kind of difference. 1.0 only for the same words."""
    one, other = _plain(one), _plain(other)
    alike = (_dice(_stems(one), _stems(other)) + _dice(_pieces(one), _pieces(other))) / 2
    return round(alike * PER_DIFFERENCE ** len(differences(one, other)), 3)


def differences(one: str, other: str) -> list[Difference]:
    """What one of the two says and the other does not, where that makes them different statements."""
    found = []
    if set(_NUMBER.findall(one)) != set(_NUMBER.findall(other)):
        found.append(Difference.NUMBERS)
    names, others = _names(one), _names(other)
    # A name that one leaves out is a shorter way to say it; another name in its place is another statement.
    if names - _words(other) and others - _words(one):
        found.append(Difference.NAMES)
    if _negated(one) != _negated(other):
        found.append(Difference.NEGATION)
    return found


def has_number(text: str) -> bool:
    """Whether a statement gives a number at all, in digits."""
    return _NUMBER.search(text) is not None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _names(text: str) -> set[str]:
    """Words with a capital that do not begin a sentence."""
    starts = {found.end() for found in _SENTENCE_START.finditer(text)}
    return {
        found.group().casefold()
        for found in _WORD.finditer(text)
        if found.group()[0].isupper() and found.end() not in starts
    }


def _negated(text: str) -> bool:
    """Whether it is negated; twice is not at all."""
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    negations = [word for word in words if word in _NEGATIONS or word.endswith("n't")]
    return len(negations) % 2 == 1


def _stems(text: str) -> Counter[str]:
    """The beginnings of its words, each with its length for weight: long words tell more than short ones."""
    return Counter({beginning: len(beginning) for beginning in map(stem, _WORD.findall(text))})


def _pieces(text: str) -> Counter[str]:
    letters = f" {text.casefold()} "
    return Counter(letters[start : start + _PIECE] for start in range(len(letters) - _PIECE + 1))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    """Twice what they share by what they have together; 0 when either has nothing."""
    if not one or not other:
        return 0.0
    return 2 * (one & other).total() / (one.total() + other.total())
