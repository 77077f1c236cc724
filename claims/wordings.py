"""The words and icons by which people recognise a state, an answer or a flag.

Pure. Keys are stored and never shown; what a person reads is decided here and nowhere else, so that the admin, the
dashboard, the API and the public pages say the same thing. Words about time stand in `timewords`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from claims.lifecycle import State
from claims.verdicts import Said, So

# Icon ids in cd/icons.svg: s- for states, v- for verdicts, w- for "was it said?", f- for flags.
STATE_ICONS: Final[dict[str, str]] = {
    State.PROPOSED: "s-proposed",
    State.QUEUED: "s-queued",
    State.IN_REVIEW: "s-review",
    State.WAITING: "s-waiting",
    State.SECOND_OPINION: "s-second",
    State.DECIDED: "s-decided",
    State.DISMISSED: "s-dismissed",
}
SO_ICONS: Final[dict[str, str]] = {key: f"v-{key}" for key in So.values}
SAID_ICONS: Final[dict[str, str]] = {key: f"w-{key.replace('_', '-')}" for key in Said.values}
STANCE_ICONS: Final[dict[str, str]] = {
    "supports": "x-plus-c",
    "contradicts": "x-minus-c",
    "context": "x-ctx-c",
}
FLAG_ICONS: Final[dict[str, str]] = {
    "late": "f-late",
    "due_soon": "f-soon",
    "split": "f-split",
    "date_passed": "f-passed",
    "source_changed": "f-changed",
    "correction": "f-correction",
    "unroutable": "f-unroutable",
    "evidence_gone": "f-gone",
    "differs": "f-differs",
    "away": "f-away",
    "idle": "f-idle",
    "date_near": "f-date",
    "unnamed": "f-anon",
}
FLAG_WORDS: Final[dict[str, str | Promise]] = {
    "late": pgettext_lazy("flag", "Late"),
    "due_soon": pgettext_lazy("flag", "Due soon"),
    "split": pgettext_lazy("flag", "Reviewers disagree"),
    "date_passed": pgettext_lazy("flag", "Date passed, unconfirmed"),
    "source_changed": pgettext_lazy("flag", "A source has changed"),
    "correction": pgettext_lazy("flag", "Correction asked for"),
    "unroutable": pgettext_lazy("flag", "Nobody can take this"),
    "evidence_gone": pgettext_lazy("flag", "A link no longer opens"),
    "differs": pgettext_lazy("flag", "Differs from the passage it cites"),
    "away": pgettext_lazy("flag", "Reviewer is away"),
    "idle": pgettext_lazy("flag", "No activity for 2 days"),
    "date_near": pgettext_lazy("flag", "Its date is near"),
    "unnamed": pgettext_lazy("flag", "Unnamed source"),
}
READER_SENTENCES: Final[dict[str, str | Promise]] = {
    So.CONFIRMED: pgettext_lazy("verdict for readers", "We found this to be so."),
    So.PARTLY: pgettext_lazy("verdict for readers", "Some of this is so."),
    So.CONTEXT: pgettext_lazy("verdict for readers", "This leaves out something important."),
    So.REFUTED: pgettext_lazy("verdict for readers", "We found this not to be so."),
    So.UNPROVEN: pgettext_lazy("verdict for readers", "We could not establish this."),
    So.OVERTAKEN: pgettext_lazy("verdict for readers", "This was current then and is not now."),
    "": pgettext_lazy("verdict for readers", "It is too early to tell."),
}
DEADLINE_FLAGS: Final = ("late", "due_soon")
NOTE_ORDER: Final = tuple(kind for kind in FLAG_ICONS if kind not in DEADLINE_FLAGS)
NOTES_SHOWN: Final = 3
COUNT_IN_FULL: Final = 9_999


def state_words(state: str) -> str:
    """What the screen calls a state, for example "In review"."""
    return str(State(state).label)


def so_words(so: str | None) -> str:
    """What the screen calls an answer to "Is it so?"; without one it is "Too early"."""
    return str(So(so).label) if so else pgettext("verdict", "Too early")


def said_words(said: str) -> str:
    """What the screen calls an answer to "Was it said?"."""
    return str(Said(said).label)


def flag_words(kind: str) -> str:
    """What the screen calls a flag when nothing more exact is known about it."""
    return str(FLAG_WORDS[kind])


def notes_in_order(kinds: Iterable[str], shown: int = NOTES_SHOWN) -> tuple[list[str], list[str]]:
    """The notes a row shows, most pressing first, and those it folds into "+2". Deadlines are not notes."""
    held = set(kinds)
    ordered = [kind for kind in NOTE_ORDER if kind in held]
    return ordered[:shown], ordered[shown:]


def count_words(number: int) -> str:
    """A count as shown on a tile: in full up to 9,999, then "12.4 k", rounded down."""
    if number <= COUNT_IN_FULL:
        return str(number)
    thousands = number_format(number // 100 / 10, decimal_pos=1)
    return pgettext("count in thousands", "%(number)s k") % {"number": thousands}


def count_in_full(number: int) -> str:
    """The exact count with its digits grouped, for titles."""
    return number_format(number, use_l10n=True, force_grouping=True)


def percent_words(part: int, whole: int) -> str:
    """A share as a whole percentage: never 100% unless it is all, never 0% unless it is none.

    `whole` must be above 0 and `part` between 0 and `whole`.
    """
    rounded = round(100 * part / whole)
    if 0 < part < whole:
        rounded = min(max(rounded, 1), 99)
    return pgettext("share", "%(number)d%%") % {"number": rounded}
