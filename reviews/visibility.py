"""Blindness: whose reviews somebody may read. One rule, used by pages, API and timeline alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """What the rule needs to know of the reader. `may_adjudicate`: an editor of the desk or the adjudicator."""

    on_it: bool
    submitted: bool
    may_adjudicate: bool


def may_read_reviews(reader: Seen, *, decided: bool, split: bool) -> bool:
    """Whether the reader may see the others' reviews of the running round.

    Once decided, everybody on the desk may. Before that, somebody with an open seat sees nothing of the others until
    their own is in; and an editor or adjudicator sees the reviews only to settle a disagreement.
    """
    if decided:
        return True
    if reader.on_it and not reader.submitted:
        return False
    return split and reader.may_adjudicate
