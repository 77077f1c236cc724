"""Routing rules in words: each as one sentence, and why one did not take a claim.

The numbers in rules are desks, sources and policies; what these are called today comes along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reviews.eligibility import language_name, listed
from reviews.rules import EMBARGO, LEAVES, Case, Conditions, Outcomes, Passed


@dataclass(frozen=True)
class Names:
    """What the numbers in rules are called."""

    desks: Mapping[int, str] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)
    review_policies: Mapping[int, str] = field(default_factory=dict)
    deadline_policies: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `strong` pieces are what the rule says, the others hold them together."""

    text: str
    strong: bool = False


def sentence(conditions: Conditions, outcomes: Outcomes, names: Names) -> tuple[Part, ...]:
    """A rule as one sentence: "If desk is World and language is English, then goes to Politics and priority 1."."""
    asked = [Part(_said(name, conditions, names), strong=True) for name in conditions.asked]
    start = [Part("If "), *_joined(asked, " and "), Part(", then ")] if asked else [Part("Every claim: ")]
    settled = [Part(words, strong=True) for words in _settled(outcomes, names)]
    then = _joined(settled, ", ") if settled else [Part("the desk’s defaults", strong=True)]
    return (*start, *then, Part("."))


def plain(parts: Iterable[Part]) -> str:
    """The same sentence without marks."""
    return "".join(part.text for part in parts)


def _joined(parts: Sequence[Part], glue: str) -> list[Part]:
    found = [piece for part in parts for piece in (Part(glue), part)]
    return found[1:]


def _said(name: str, conditions: Conditions, names: Names) -> str:
    return _WORDS[name](conditions, names, "is", "contains", "")


def why_not(passed: Passed, case: Case, names: Names) -> str:
    """Why the rule did not take this claim: "priority is not 1"."""
    name, conditions = passed.condition, passed.ruled.conditions
    if name == LEAVES:
        return "it would send the claim to another desk, and evidence on it protects a source"
    if name == EMBARGO:
        return "it would send the claim to another desk, and its article is under embargo"
    if name == "within_days" and case.own_date is None:
        return "it has no date of its own"
    return _WORDS[name](conditions, names, "is not", "does not contain", "not ")


def _one_of(numbers: Sequence[int], called: Mapping[int, str]) -> str:
    return _or([called.get(number, f"number {number}") for number in numbers])


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _kind(kind: str) -> str:
    """A key as a word with its article: "an unnamed role"."""
    words = {"unnamed": "unnamed role"}.get(kind, kind.replace("_", " "))
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _hedged(asked: Conditions, _names: Names, _is: str, _contains: str, no: str) -> str:
    return "quote is hedged" if bool(asked.hedged) != bool(no) else "quote is not hedged"


def _dated(asked: Conditions, _names: Names, _is: str, _contains: str, no: str) -> str:
    return "it has a date of its own" if bool(asked.dated) != bool(no) else "it has no date of its own"


def _days(asked: Conditions, _names: Names, _is: str, _contains: str, no: str) -> str:
    number = asked.within_days or 0
    bound = "more than" if no else "at most"
    return f"its own date is {bound} {number} day{'' if number == 1 else 's'} ahead"


# For each condition its words: of what is asked, the names, and the verbs, which are negated to say why not.
_Words = Callable[[Conditions, Names, str, str, str], str]
_WORDS: Mapping[str, _Words] = {
    "desks": lambda asked, names, is_, *_: f"desk {is_} {_one_of(asked.desks, names.desks)}",
    "outlets": lambda asked, names, is_, *_: f"outlet {is_} {_one_of(asked.outlets, names.sources)}",
    "sources": lambda asked, names, _is, contains, _no: f"chain {contains} {_one_of(asked.sources, names.sources)}",
    "source_kinds": lambda asked, _names, _is, contains, _no: (
        f"chain {contains} {_or([_kind(kind) for kind in asked.source_kinds])}"
    ),
    "topics": lambda asked, _names, is_, *_: f"topic {is_} {_or(asked.topics)}",
    "languages": lambda asked, _names, is_, *_: (
        f"language {is_} {_or([language_name(tag) for tag in asked.languages])}"
    ),
    "priorities": lambda asked, _names, is_, *_: f"priority {is_} {_or([str(one) for one in asked.priorities])}",
    "hedged": _hedged,
    "hedge_kinds": lambda asked, _names, is_, *_: (
        f"hedge {is_} {_or([kind.replace('_', ' ') for kind in asked.hedge_kinds])}"
    ),
    "dated": _dated,
    "within_days": _days,
}


def _settled(outcomes: Outcomes, names: Names) -> list[str]:
    """What a rule settles, one piece for each outcome."""
    found: list[str] = []
    if outcomes.desk is not None:
        found.append(f"goes to {_one_of([outcomes.desk], names.desks)}")
    if outcomes.skills:
        found.append(f"needs: {listed(outcomes.skills)}")
    if outcomes.priority is not None:
        found.append(f"priority {outcomes.priority}")
    if outcomes.review_policy is not None:
        found.append(f"review: {_one_of([outcomes.review_policy], names.review_policies)}")
    if outcomes.deadline_policy is not None:
        found.append(f"review due: {_one_of([outcomes.deadline_policy], names.deadline_policies)}")
    return found


def changes(before: Iterable[Part], after: Iterable[Part]) -> tuple[list[str], list[str]]:
    """What a version of a rule no longer says, and what it says that the one before did not."""
    was, now = ([part.text for part in parts if part.strong] for parts in (before, after))
    return [words for words in was if words not in now], [words for words in now if words not in was]
