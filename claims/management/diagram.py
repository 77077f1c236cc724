"""Draws the life of a claim from its table: a diagram of the states, and every row in words."""

from __future__ import annotations

from collections import defaultdict

from claims.lifecycle import TRANSITIONS, Action, Role, Rule, State

HEAD = """\
# The life of a claim

Written by `make docs` from `claims/lifecycle.py`; `make check` compares the two. A claim has exactly one state. Steps
that leave the state as it is, and undoing, stand only in the table.
"""
NEW = "[*]"
# Whoever leaves a claim moves it only when nobody is left on it; in every other state it stays.
LEAVING = frozenset({Action.HAND_OVER, Action.DECLINE, Action.RECUSE})
LEFT_ALONE = (str(State.IN_REVIEW), str(State.QUEUED))


def life_of_a_claim() -> str:
    """The whole page, in Markdown."""
    return f"{HEAD}\n```mermaid\n{diagram()}\n```\n\n{table()}\n"


def diagram() -> str:
    """The states and what leads from one to another, as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", *(f"    {state}: {state.label}" for state in State)]
    lines += [f"    {start} --> {end}: {', '.join(steps)}" for (start, end), steps in _edges().items()]
    return "\n".join(lines)


def _edges() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for action, rule in TRANSITIONS.items():
        for edge in _edges_of(action, rule):
            found[edge].append(str(action.label))
    return found


def _edges_of(action: Action, rule: Rule) -> list[tuple[str, str]]:
    if action == Action.UNDO:
        return []
    if action in LEAVING:
        return [LEFT_ALONE]
    starts: list[str] = [*_in_order(rule.sources)] or [NEW]
    return [(str(start), str(end)) for start in starts for end in _in_order(rule.targets) if start != end]


def table() -> str:
    """Every step: from, to, who, what it needs, what else it does."""
    rows = ["| step | key | from | to | who | needs | also |", "| --- | --- | --- | --- | --- | --- | --- |"]
    rows += [_row(action, rule) for action, rule in TRANSITIONS.items()]
    return "\n".join(rows)


def _row(action: Action, rule: Rule) -> str:
    cells = [
        str(action.label),
        f"`{action}`",
        _states(rule.sources) or "(makes the claim)",
        _states(rule.targets) or "stays",
        ", ".join(_who(rule)),
        rule.needs,
        rule.also,
    ]
    return f"| {' | '.join(cells)} |"


def _who(rule: Rule) -> list[str]:
    """Roles, each with the states in which it may where those are not all."""
    return [
        str(role.label) if rule.who[role] == rule.sources else f"{role.label} ({_states(rule.who[role])})"
        for role in Role
        if role in rule.who
    ]


def _states(states: frozenset[State]) -> str:
    if states == frozenset(State):
        return "any"
    return ", ".join(str(state.label) for state in _in_order(states))


def _in_order(states: frozenset[State]) -> list[State]:
    return [state for state in State if state in states]
