"""What became of a quoted passage in a later text of its article. Pure.

A passage is the paragraphs in which the quote stands, with the paragraph before and the one after: a change there is
"inside or next to the quote". Nothing is anchored anew: the quote stays where it stands in its own frozen text, and
what is found in the later one is shown beside it for a person to judge. Offsets are code points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.comparing import alike
from claims.nearest import LEAST_SIMILARITY, nearest
from claims.quotes import Paragraph, paragraphs, places_of

Span = tuple[int, int]


class Fate(TextChoices):
    """What a later text makes of a passage."""

    SAME = "same", _("Reads as quoted")
    BESIDE = "beside", _("The words next to the quote have changed")
    MOVED = "moved", _("The quoted words stand in another place")
    CHANGED = "changed", _("The quoted words have changed")
    GONE = "gone", _("The quoted words are gone")


@dataclass(frozen=True)
class Followed:
    """Where the passage stands in its own text, and where what is left of it stands in the later one (None: gone)."""

    fate: Fate
    before: Span
    after: Span | None


class Laid:
    """A text laid out in paragraphs. Blanks do not count when paragraphs are compared."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def parts(self) -> Sequence[Paragraph]:
        return paragraphs(self.text)

    @cached_property
    def words(self) -> Sequence[str]:
        return [" ".join(part.words.split()) for part in self.parts]

    @cached_property
    def once(self) -> dict[str, int]:
        """The paragraphs that stand only once, with their place."""
        counted = Counter(self.words)
        return {words: place for place, words in enumerate(self.words) if counted[words] == 1}

    def touching(self, start: int, end: int) -> range:
        """The places of the paragraphs that share words with a stretch of the text."""
        here = [place for place, part in enumerate(self.parts) if part.start < end and part.end > start]
        return range(here[0], here[-1] + 1) if here else range(0)

    def at(self, place: int) -> str | None:
        """The words of a paragraph, None beyond the ends of the text."""
        return self.words[place] if 0 <= place < len(self.words) else None

    def with_neighbours(self, own: range) -> Span:
        """From where the paragraph before these begins to where the one after them ends."""
        first, last = max(0, own.start - 1), min(len(self.parts), own.stop + 1) - 1
        return self.parts[first].start, self.parts[last].end

    def standing(self, wanted: Sequence[str]) -> list[range]:
        """Where exactly these paragraphs stand one after the other."""
        size = len(wanted)
        starts = (place for place, words in enumerate(self.words) if words == wanted[0])
        return [range(place, place + size) for place in starts if self.words[place : place + size] == list(wanted)]


def follow(old: Laid, new: Laid, start: int, end: int) -> Followed:
    """What the later text makes of the quote `old.text[start:end]`. A quote holds words, so it is in a paragraph."""
    own = old.touching(start, end)
    before = old.with_neighbours(own)
    whole = new.standing(old.words[own.start : own.stop])
    if whole:
        best = max(whole, key=lambda there: (_neighbours_kept(old, own, new, there), -abs(there.start - own.start)))
        if _neighbours_kept(old, own, new, best) == 2:
            return Followed(Fate.SAME, before, new.with_neighbours(best))
        return Followed(_moved_or_beside(old, own, new, best), before, new.with_neighbours(best))
    return _rewritten(old, own, new, old.text[start:end])


def _rewritten(old: Laid, own: range, new: Laid, exact: str) -> Followed:
    """The paragraphs of the quote read otherwise: the quoted words may still stand somewhere."""
    before, around = old.with_neighbours(own), " ".join(old.words[own.start : own.stop])
    there = [new.touching(place, place + len(exact)) for place in places_of(new.text, exact)]
    if there:
        best = max(there, key=lambda one: (alike(around, " ".join(new.words[one.start : one.stop])), -one.start))
        likeness = alike(around, " ".join(new.words[best.start : best.stop]))
        fate = Fate.MOVED if likeness < LEAST_SIMILARITY else _moved_or_beside(old, own, new, best)
        return Followed(fate, before, new.with_neighbours(best))
    found = nearest(new.text, exact) or nearest(new.text, around)
    if found is None:
        return Followed(Fate.GONE, before, None)
    return Followed(Fate.CHANGED, before, new.with_neighbours(new.touching(found.start, found.end)))


def _neighbours_kept(old: Laid, own: range, new: Laid, there: range) -> int:
    """On how many of both sides the same paragraph, or the end of the text, stands next to it."""
    left = old.at(own.start - 1) == new.at(there.start - 1)
    right = old.at(own.stop) == new.at(there.stop)
    return left + right


def _moved_or_beside(old: Laid, own: range, new: Laid, there: range) -> Fate:
    """Moved: some paragraph that both texts have once stands on its other side now."""
    for words, place in old.once.items():
        now = new.once.get(words)
        if now is None or place in own or now in there:
            continue
        if (place < own.start) != (now < there.start):
            return Fate.MOVED
    return Fate.BESIDE


def same_words(one: str, other: str) -> bool:
    """Whether two stretches read alike but for blanks."""
    return one.split() == other.split()
