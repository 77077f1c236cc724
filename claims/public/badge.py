"""A published verdict as a small picture for pages of others: the colours and the sign of its chip, and its word.

It stands alone, so colours and signs are read from where they are kept, once in the life of a process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from unicodedata import category, east_asian_width

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from claims import wordings
from claims.models import Decision

LONGEST = 40  # letters of a label that somebody asks for
EDGE, SIGN = 8, 18  # pixels beside words, and for the sign with what parts it from them
PLACE = "<!-- sign -->"  # in the template, where the words that somebody asks for are escaped
LETTER, WIDE = 7, 12  # pixels a letter is given; the picture fits its words to them
JOINERS = "\u200c\u200d"  # scripts and emoji need them
OVER = frozenset({"Mn", "Me", "Cf"})  # marks that stand on a letter, and what joins two: they need no place
_TOKEN = re.compile(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})")
_SYMBOL = re.compile(r'<symbol id="([\w-]+)" viewBox="0 0 16 16">(.*?)</symbol>', re.DOTALL)


def badge(word: str, so: str = "", *, label: str = "", dark: bool = False) -> str:
    """ "Fact-check | Refuted" as SVG; without a verdict in greys and without a sign."""
    label = "".join(letter for letter in label if letter.isprintable() or letter in JOINERS).strip()[:LONGEST]
    label = label if _length(label) else _("Fact-check")
    colours = _colours(dark=dark)
    ink, ground, mark = (colours[f"v-{so}-{part}"] for part in ("ink", "bg", "mark")) if so else _greys(colours)
    sign = _signs()[wordings.SO_ICONS[so]].replace("var(--surface)", ground) if so else ""
    split, told = _length(label) + 2 * EDGE, _length(word)
    starts = split + EDGE + (SIGN if sign else 0)
    context = {
        "label": label,
        "label_length": _length(label),
        "label_ink": colours["surface"],
        "label_ground": colours["ink-2"],
        "word": word,
        "word_length": told,
        "ink": ink,
        "ground": ground,
        "mark": mark,
        "has_sign": bool(sign),
        "split": split,
        "sign_at": split + EDGE,
        "starts": starts,
        "width": starts + told + EDGE,
    }
    return render_to_string("public/badge.svg", context).replace(PLACE, sign)


def _greys(colours: Mapping[str, str]) -> tuple[str, str, str]:
    return colours["ink-2"], colours["sunken"], colours["ink-2"]


def _length(words: str) -> int:
    placed = (letter for letter in words if category(letter) not in OVER)
    return sum(WIDE if east_asian_width(letter) in "WF" else LETTER for letter in placed)


@cache
def _signs() -> dict[str, str]:
    return dict(_SYMBOL.findall(_kept("cd/icons.svg")))


@cache
def _colours(*, dark: bool) -> dict[str, str]:
    light, _media, chosen = _kept("cd/tokens.css").partition("@media")
    return dict(_TOKEN.findall(chosen.partition("html.dark")[2].partition("}")[0] if dark else light))


def _kept(name: str) -> str:
    return Path(str(finders.find(name))).read_text(encoding="utf-8")


def badge_of(decision: Decision, *, label: str, dark: bool) -> str:
    """The badge of what readers are told."""
    so = decision.so or ""
    if decision.withdrawn_at is not None:
        return badge(_("Withdrawn"), label=label, dark=dark)
    return badge(word_of(decision), so, label=label, dark=dark)


def word_of(decision: Decision) -> str:
    """What it says of the verdict. A label may be chosen, so an example says here that it is one."""
    word = wordings.so_words(decision.so)
    return _("Demo: %(verdict)s") % {"verdict": word} if decision.is_demo else word
