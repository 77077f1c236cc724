"""Writes routing rules and their order. Whoever does holds the rule book, so that two never write at once.

Editors write rules for the desks they edit, administrators all; a key needs `setup:manage` and keeps to its desks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from claims.errors import Invalid, NotFound, RoleMissing, ScopeMissing, StaleVersion
from claims.models import Scope
from claims.permissions import Viewer, check_scope, visible_sources
from claims.services.articles import line
from claims.services.transitions import database_time
from reviews.errors import TooManyRules
from reviews.models import Course, RoutingRule, RuleBook, RuleVersion
from reviews.rules import Conditions, Outcomes, Ruled
from reviews.services.resettling import ask_for_unroutable, ask_to_apply
from reviews.services.rulevalues import usable_conditions, usable_outcomes

OUT_OF_SIGHT = "the rule names a source that is not open to you"
MOST_RULES = 200
NAME, NOTE = 80, 300
TAKES_ALL = (
    "This rule asks nothing and settles nothing: it would take every claim from the rules behind it. "
    "Say what it settles, or which claims it takes."
)


@dataclass(frozen=True)
class GivenRule:
    """A rule as somebody writes it. `note` says why it was written or changed.

    `applies` asks that the open claims it takes be settled anew.
    """

    name: str
    conditions: Conditions = field(default_factory=Conditions)
    outcomes: Outcomes = field(default_factory=Outcomes)
    active: bool = True
    note: str = ""
    applies: bool = False


def led_desks(viewer: Viewer) -> frozenset[int] | None:
    """The desks for which somebody writes rules, None for all. Raises `RoleMissing`, `ScopeMissing`."""
    if viewer.key is not None:
        check_scope(viewer, Scope.SETUP_MANAGE)
        return viewer.desks
    if viewer.is_administrator:
        return None
    if not viewer.editor_of:
        raise RoleMissing("Routing rules: only for editors and administrators.")
    return viewer.editor_of


def check_may_write(viewer: Viewer, conditions: Conditions, outcomes: Outcomes) -> None:
    """Whether somebody may write this rule: it must keep to their desks. Raises `RoleMissing`, `ScopeMissing`."""
    mine = led_desks(viewer)
    if mine is None:
        return
    if not conditions.desks:
        raise RoleMissing("A rule for every desk: only for administrators. Name your desk as a condition.")
    if not mine.issuperset(conditions.desks):
        raise RoleMissing("You write rules for the desks you edit. This one is for another desk too.")
    if outcomes.desk is not None and outcomes.desk not in mine:
        raise RoleMissing("A rule that sends claims to another desk: only for who edits both, and administrators.")


def may_write(viewer: Viewer, version: RuleVersion) -> bool:
    """The same as a yes or no, for a rule that there is."""
    try:
        ruled = version.ruled()
        check_may_write(viewer, ruled.conditions, ruled.outcomes)
    except (RoleMissing, ScopeMissing):
        return False
    return True


def newest_seen(viewer: Viewer) -> list[RuleVersion]:
    """The rules that concern desks which the viewer sees, as they stand, in their order."""
    rows = RuleVersion.objects.newest().select_related("rule", "review_policy", "deadline_policy")
    return [row for row in rows if is_seen(viewer, row)]


def is_seen(viewer: Viewer, version: RuleVersion) -> bool:
    """Whether a rule concerns a desk that the viewer sees."""
    desks = {*version.conditions.get("desks", ()), *([version.desk_id] if version.desk_id else [])}
    return viewer.desks is None or not version.conditions.get("desks") or not desks.isdisjoint(viewer.desks)


def earlier_seen(courses: Iterable[Course], viewer: Viewer) -> dict[int, list[dict[str, Any]]]:
    """Why earlier rules did not take each claim, by its number, as far as the viewer sees these rules.

    One query, and one more where rules name sources: the words were kept when the claim was settled, for every reader.
    """
    named = {course.claim_id: list(course.earlier) for course in courses if course.earlier}
    if viewer.is_administrator or not named:
        return named
    rows = RuleVersion.objects.filter(rule__in={one["rule"] for earlier in named.values() for one in earlier})
    seen = {(row.rule_id, row.number): row.ruled().conditions for row in rows if is_seen(viewer, row)}
    hidden = _out_of_sight(seen.values(), viewer)
    return {
        number: [
            {**one, "why": OUT_OF_SIGHT} if _names(seen[place], one["why"], hidden) else one
            for one in earlier
            if (place := (one["rule"], one["version"])) in seen
        ]
        for number, earlier in named.items()
    }


def _out_of_sight(asked: Iterable[Conditions], viewer: Viewer) -> set[int]:
    """Those of the sources in these conditions that the viewer does not see."""
    named = {source for one in asked for source in (*one.outlets, *one.sources)}
    seen = visible_sources(viewer, Now()).filter(pk__in=named).values_list("pk", flat=True) if named else ()
    return named - set(seen)


def _names(asked: Conditions, why: str, hidden: set[int]) -> bool:
    """Whether these words may call a source by its name that is hidden."""
    return why.startswith(("outlet ", "chain ")) and not hidden.isdisjoint((*asked.outlets, *asked.sources))


def rule_seen(rule_id: int, viewer: Viewer) -> RuleVersion:
    """The newest version of a rule that the viewer may see. Raises `NotFound`."""
    found = RuleVersion.objects.newest().filter(rule=rule_id).first()
    if found is None or not is_seen(viewer, found):
        raise NotFound(f"There is no routing rule {rule_id}.")
    return found


@contextmanager
def _book() -> Iterator[RuleBook]:
    """Hold the rule book until the block ends."""
    with transaction.atomic():
        RuleBook.objects.bulk_create([RuleBook(pk=1)], ignore_conflicts=True)
        yield RuleBook.objects.select_for_update().get(pk=1)


def _turn_page(book: RuleBook, viewer: Viewer) -> None:
    """Rules have changed: the book's version is one higher, and claims that nobody could take are looked at again."""
    book.version += 1
    book.save(update_fields=["version"])
    ask_for_unroutable(viewer.actor.name)


def book_version() -> int:
    """How often rules or their order were changed."""
    return RuleBook.objects.filter(pk=1).values_list("version", flat=True).first() or 0


def add_rule(given: GivenRule, viewer: Viewer) -> RuleVersion:
    """Write a rule; it stands last. Raises `RoleMissing`, `ScopeMissing`, `Invalid`, `TooManyRules`."""
    given = usable(given, viewer)
    with _book() as book:
        last = RoutingRule.objects.order_by("-position").first()
        if RoutingRule.objects.count() >= MOST_RULES:
            raise TooManyRules()
        rule = RoutingRule(name=given.name, is_active=given.active, position=last.position + 1 if last else 1)
        rule.save(force_insert=True)
        _turn_page(book, viewer)
        return _version(rule, given, viewer)


def change_rule(rule_id: int, given: GivenRule, viewer: Viewer, *, version: int | None = None) -> RuleVersion:
    """Save a rule anew: what it is from now on is a version of its own. `version` is the one the caller has seen.

    Saving what is there already makes no version. Needs the right to the rule as it was and as it will be.
    Raises `NotFound`, `StaleVersion`, and what `add_rule` refuses.
    """
    with _book() as book:
        before = rule_seen(rule_id, viewer)
        if version is not None and before.number != version:
            raise StaleVersion(current=before.number, expected=version)
        was = before.ruled()
        check_may_write(viewer, was.conditions, was.outcomes)
        given = usable(given, viewer, was)
        if _same(before, given):
            if given.applies:
                ask_to_apply(before, viewer.actor.name)
            return before
        rule = before.rule
        rule.name, rule.is_active, rule.version = given.name, given.active, before.number + 1
        rule.save(update_fields=["name", "is_active", "version"])
        _turn_page(book, viewer)
        return _version(rule, given, viewer)


def reorder(order: Sequence[int], viewer: Viewer, *, version: int | None = None) -> None:
    """Put the rules that the viewer sees in this order. `version` is that of the book the caller has seen.

    People move the rules they may write; the others keep their order among themselves. A rule of one's own desk only
    ever takes claims of that desk, so where it stands concerns nobody else.
    Raises `StaleVersion`, `Invalid` when a rule is missing or named twice, `RoleMissing`, `ScopeMissing`.
    """
    led_desks(viewer)
    with _book() as book:
        if version is not None and book.version != version:
            raise StaleVersion(current=book.version, expected=version)
        every = list(RuleVersion.objects.newest())
        seen = [row for row in every if is_seen(viewer, row)]
        if sorted(order) != sorted(row.rule_id for row in seen):
            raise Invalid("Name every rule that you see once.", pointer="/order")
        fixed = {row.rule_id for row in seen if not may_write(viewer, row)}
        if [one for one in order if one in fixed] != [row.rule_id for row in seen if row.rule_id in fixed]:
            raise RoleMissing("You move the rules of the desks you edit. Other rules keep their order.")
        _place(every, {row.rule_id for row in seen}, order)
        _turn_page(book, viewer)


def _place(every: Sequence[RuleVersion], seen: set[int], order: Sequence[int]) -> None:
    """Write the positions: rules that the viewer does not see stay where they are, the others fill the places left."""
    following = iter(order)
    for position, row in enumerate(every, 1):
        number = next(following) if row.rule_id in seen else row.rule_id
        RoutingRule.objects.filter(pk=number).exclude(position=position).update(position=position)


def usable(given: GivenRule, viewer: Viewer, before: Ruled | None = None) -> GivenRule:
    """The rule as it may be kept, `before` being what it is now.

    Raises `Invalid`, `RoleMissing`, `ScopeMissing`.
    """
    name = line(given.name, "name", NAME)
    if not name:
        raise Invalid("A rule needs a name.", pointer="/name")
    seen = visible_sources(viewer, Now())
    conditions = usable_conditions(given.conditions, seen, before.conditions if before else None)
    outcomes = usable_outcomes(given.outcomes, before.outcomes if before else None)
    check_may_write(viewer, conditions, outcomes)
    if given.active and not conditions.asked and outcomes == Outcomes():
        raise Invalid(TAKES_ALL, pointer="/outcomes")
    return GivenRule(name, conditions, outcomes, given.active, line(given.note, "note", NOTE), given.applies)


def _same(before: RuleVersion, given: GivenRule) -> bool:
    kept = before.ruled()
    return (kept.name, kept.conditions, kept.outcomes, before.is_active) == (
        given.name,
        given.conditions,
        given.outcomes,
        given.active,
    )


def _version(rule: RoutingRule, given: GivenRule, viewer: Viewer) -> RuleVersion:
    outcomes, actor = given.outcomes, viewer.actor
    version = RuleVersion(
        rule=rule,
        number=rule.version,
        name=given.name,
        is_active=given.active,
        conditions=given.conditions.kept(),
        skills=list(outcomes.skills),
        desk_id=outcomes.desk,
        priority=outcomes.priority,
        review_policy_id=outcomes.review_policy,
        deadline_policy_id=outcomes.deadline_policy,
        note=given.note,
        made_by_kind=actor.kind,
        made_by_id=actor.id,
        made_by_name=actor.name,
        made_at=database_time(),
    )
    version.save(force_insert=True)
    if given.applies:
        ask_to_apply(version, actor.name)
    return version
