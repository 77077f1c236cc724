"""What a routing rule asks of a claim, and what it then settles.

Rules stand in an order and the first that matches decides. A rule's conditions must all hold; of several values of
one condition one is enough. A rule without conditions takes every claim, one without outcomes leaves everything to
the desk's defaults; nobody writes one without either. Desks, sources and policies are numbers here; `rulewords` puts
rules into words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Self

from claims.hedges import Kind

HEDGES = tuple(kind for kind in Kind if kind != Kind.NONE)
MOST_DAYS = 365
# Each stands for a condition: the rule's desk is another one, and evidence protects a source, or the article of another
# desk is under embargo.
LEAVES = "leaves"
EMBARGO = "embargo"


@dataclass(frozen=True)
class Conditions:
    """What a rule asks. Empty tuples and None ask nothing.

    `desks`, `outlets` and `sources` are numbers; a source stands for everything that belongs to it. `languages` are
    BCP 47 tags of which only the language counts. `within_days` holds for an own date at most so many days ahead, or
    passed already.
    """

    desks: tuple[int, ...] = ()
    outlets: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()
    source_kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    hedged: bool | None = None
    hedge_kinds: tuple[str, ...] = ()
    dated: bool | None = None
    within_days: int | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """The conditions as `kept()` wrote them. A name that is not known raises TypeError: no condition is skipped."""
        values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in kept.items()}
        return cls(**values)

    def kept(self) -> dict[str, Any]:
        """What is asked, as JSON keeps it; what is not asked is left out."""
        every = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value for name, value in every.items() if value not in ([], None)}

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The names of the conditions that ask something, in the order of the sentence."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) not in ((), None))


@dataclass(frozen=True)
class Outcomes:
    """What a rule settles. `skills` are topics that whoever takes the claim must have; None leaves things as they are.

    Policies are numbers; without one the desk's default holds.
    """

    skills: tuple[str, ...] = ()
    desk: int | None = None
    priority: int | None = None
    review_policy: int | None = None
    deadline_policy: int | None = None


@dataclass(frozen=True)
class Case:
    """What rules look at in a claim, at the moment `at`.

    `sources` are the numbers of everybody in its chains, its outlets, and whatever these belong to. `hedges` are the
    kinds of hedge of its quotes; a plain quote has none. `protected`: evidence on it protects a source, and the editors
    of another desk would get to see it. `embargoed`: desks of its articles that are under embargo.
    """

    at: datetime
    desk: int | None = None
    outlets: frozenset[int] = frozenset()
    sources: frozenset[int] = frozenset()
    source_kinds: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    language: str = ""
    priority: int = 3
    hedges: frozenset[str] = frozenset()
    own_date: datetime | None = None
    protected: bool = False
    embargoed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Ruled:
    """One rule as it stands: its number, the number of its version, its name, what it asks and what it settles.

    `row` is the primary key of the version, 0 for a rule that is not saved.
    """

    rule: int
    version: int
    name: str
    conditions: Conditions
    outcomes: Outcomes
    row: int = 0


@dataclass(frozen=True)
class Passed:
    """A rule that did not take a claim, and the first of its conditions that does not hold, `LEAVES` or `EMBARGO`."""

    ruled: Ruled
    condition: str


def holds(name: str, conditions: Conditions, case: Case) -> bool:
    """Whether the condition of this name holds; what is not asked always does."""
    return name not in conditions.asked or _HOLDS[name](conditions, case)


def matches(conditions: Conditions, case: Case) -> bool:
    """Whether every condition holds."""
    return all(_HOLDS[name](conditions, case) for name in conditions.asked)


def keeping(ruled: Ruled, case: Case) -> str:
    """Why the rule may not take the claim to its desk: `LEAVES` or `EMBARGO`, empty when it may. Then it takes none."""
    desk = ruled.outcomes.desk
    if desk in {None, case.desk}:
        return ""
    if case.protected:
        return LEAVES
    return EMBARGO if case.embargoed - {desk} else ""


def first_match(rules: Iterable[Ruled], case: Case) -> Ruled | None:
    """The first of the rules that takes the claim, None when none does."""
    return next((ruled for ruled in rules if matches(ruled.conditions, case) and not keeping(ruled, case)), None)


def passed_over(rules: Iterable[Ruled], case: Case) -> list[Passed]:
    """The rules before the first match that could have taken a claim of its desk, each with what failed.

    Rules of other desks are left out: they were never about this claim.
    """
    found: list[Passed] = []
    for ruled in rules:
        failed = [name for name in ruled.conditions.asked if not _HOLDS[name](ruled.conditions, case)]
        failed = failed or [kept for kept in [keeping(ruled, case)] if kept]
        if not failed:
            break
        if failed[0] != "desks":
            found.append(Passed(ruled, failed[0]))
    return found


def _within(conditions: Conditions, case: Case) -> bool:
    if case.own_date is None or conditions.within_days is None:
        return False
    return case.own_date <= case.at + timedelta(days=conditions.within_days)


_HOLDS: Mapping[str, Callable[[Conditions, Case], bool]] = {
    "desks": lambda asked, case: case.desk in asked.desks,
    "outlets": lambda asked, case: not case.outlets.isdisjoint(asked.outlets),
    "sources": lambda asked, case: not case.sources.isdisjoint(asked.sources),
    "source_kinds": lambda asked, case: not case.source_kinds.isdisjoint(asked.source_kinds),
    "topics": lambda asked, case: not case.topics.isdisjoint(asked.topics),
    "languages": lambda asked, case: _primary(case.language) in {_primary(tag) for tag in asked.languages},
    "priorities": lambda asked, case: case.priority in asked.priorities,
    "hedged": lambda asked, case: bool(case.hedges) == asked.hedged,
    "hedge_kinds": lambda asked, case: not case.hedges.isdisjoint(asked.hedge_kinds),
    "dated": lambda asked, case: (case.own_date is not None) == asked.dated,
    "within_days": _within,
}


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
