"""How sure a sentence says it is, in the words it was printed with.

Four things must not be mixed up: words of likelihood have a range of percents (on a named scale, because scales
differ), bare possibility and intentions have none, and attribution is no probability at all. The words are looked up
in an explicit table per language (`claims.hedgewords`); nothing is inferred from what is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from claims.hedgewords import ICD203, TABLES, Cue, Kind

__all__ = ["Hedge", "Kind", "Prevailing", "find", "prevailing"]

# What a sentence with several hedges counts as: the first of these that occurs in it.
PRECEDENCE = (
    Kind.PROBABLE,
    Kind.POSSIBLE,
    Kind.CONDITIONAL,
    Kind.INTENDED,
    Kind.SCHEDULED,
    Kind.REPORTED,
    Kind.APPROXIMATE,
    Kind.ASSERTED_FUTURE,
)
# How many code points on each side may decide whether a word hedges.
_NEAR = 80
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hedge:
    """One hedge: `text[start:end] == words`. `low` and `high` are percents on `scale`, or None with scale ""."""

    words: str
    start: int
    end: int
    kind: Kind
    low: int | None = None
    high: int | None = None
    scale: str = ""


@dataclass(frozen=True)
class Prevailing:
    """What all hedges of a quote come to. The range is empty when two words of likelihood disagree."""

    kind: Kind = Kind.NONE
    words: list[str] = field(default_factory=list)
    low: int | None = None
    high: int | None = None
    scale: str = ""


def find(text: str, language: str = "en") -> list[Hedge]:
    """Return the hedges of `text` in reading order, without overlaps, the longest wording at each place.

    `language` is a BCP 47 tag. A language without a table has no hedges.
    """
    lexicon = _lexicon(language.partition("-")[0].lower())
    return list(lexicon.find(text)) if lexicon else []


def prevailing(hedges: Sequence[Hedge]) -> Prevailing:
    """Return the kind that prevails among `hedges`, all their words, and the range if there is exactly one."""
    kinds = {hedge.kind for hedge in hedges}
    kind = next((kind for kind in PRECEDENCE if kind in kinds), Kind.NONE)
    words = [hedge.words for hedge in hedges]
    ranges = {(hedge.low, hedge.high, hedge.scale) for hedge in hedges if hedge.scale}
    low, high, scale = ranges.pop() if len(ranges) == 1 else (None, None, "")
    return Prevailing(kind, words, low, high, scale)


@dataclass(frozen=True)
class _Lexicon:
    """`openings` has, by the word that opens them (in small letters), a pattern of the wordings that begin so."""

    pattern: re.Pattern[str]
    cues: Mapping[str, Cue]
    openings: Mapping[str, re.Pattern[str]]

    def _wordings_in(self, text: str) -> Iterator[re.Match[str]]:
        """Every wording in the text. Most words open none, and a look at them is cheaper than hundreds of wordings."""
        if not text.isascii():  # other letters may be the same in ways that small letters do not tell
            yield from self.pattern.finditer(text)
            return
        end = 0
        for word in _WORD.finditer(text.lower()):
            opened = self.openings.get(word.group())
            if opened is not None and word.start() >= end and (found := opened.match(text, word.start())):
                end = found.end()
                yield found

    def find(self, text: str) -> Iterator[Hedge]:
        for found in self._wordings_in(text):
            cue = self.cues[_key(found.group())]
            if _stands_for_a_hedge(text, found, cue):
                yield _hedge(found, cue)


@cache
def _lexicon(language: str) -> _Lexicon | None:
    table = TABLES.get(language)
    if table is None:
        return None
    cues = {_key(wording): cue for cue in table for wording in cue.wordings()}
    openings: dict[str, list[str]] = {}
    for wording in cues:
        openings.setdefault(wording[: _WORD.match(wording).end()], []).append(wording)  # type: ignore[union-attr]  # every wording begins with a word
    return _Lexicon(_pattern(cues), cues, {opening: _pattern(wordings) for opening, wordings in openings.items()})


def _pattern(wordings: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(wordings, key=lambda wording: (-len(wording), wording))
    alternatives = "|".join(_wording_pattern(wording) for wording in longest_first)
    # A hyphen or an apostrophe continues a word: "can't" is not "can", "could-be" is no "could".
    return re.compile(rf"(?<![\w-])(?<!\w['’])(?:{alternatives})(?![\w-]|['’]\w)", re.IGNORECASE)


def _wording_pattern(wording: str) -> str:
    return r"\s+".join(re.escape(word) for word in wording.split(" ")).replace("'", "['’]")


def _key(words: str) -> str:
    return " ".join(words.lower().replace("’", "'").split())


def _stands_for_a_hedge(text: str, found: re.Match[str], cue: Cue) -> bool:
    start, end = found.span()
    return cue.fits(found.group(), text[max(0, start - _NEAR) : start], text[end : end + _NEAR])


def _hedge(found: re.Match[str], cue: Cue) -> Hedge:
    words, (start, end) = found.group(), found.span()
    if not cue.likelihood:
        return Hedge(words, start, end, cue.kind)
    low, high = ICD203[cue.likelihood]
    return Hedge(words, start, end, cue.kind, low, high, "icd203")
