"""Settles how a claim is handled: the first routing rule that takes it, and its desk's defaults for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from claims.models import Claim, Desk
from claims.models.making import new
from claims.models.worded import worded
from claims.models.writing import insert
from claims.services.transitions import Held
from reviews.models import Assignment, Course, DeadlinePolicy, DeskDefaults
from reviews.models.assignment import HOLDING
from reviews.rules import Case, Outcomes, Passed, Ruled, first_match, passed_over
from reviews.rulewords import Names, why_not
from reviews.services.cases import Given, cases_of, names_for, standing_rules


@dataclass(frozen=True)
class Settled:
    """What the rules say of a claim that came with `given`. `ruled` is the rule that takes it, None: none does."""

    given: Given
    ruled: Ruled | None = None
    earlier: tuple[dict[str, Any], ...] = ()

    @property
    def outcomes(self) -> Outcomes:
        return self.ruled.outcomes if self.ruled else Outcomes()

    def told(self) -> dict[str, Any]:
        """The rule as events name it."""
        if self.ruled is None:
            return {}
        return {"rule": {"id": self.ruled.rule, "version": self.ruled.version, "name": self.ruled.name}}


def judged(held: Held, given: Given) -> Settled:
    """What the rules that stand now say of the held claim. Where there are none, nothing more is read."""
    return judged_by(standing_rules(), held, given)


def judged_by(rules: Sequence[Ruled], held: Held, given: Given) -> Settled:
    """What these rules say of the held claim."""
    if not rules:
        return Settled(given)
    number = held.claim.pk
    case = cases_of([held.claim], {number: held.now}, {number: given})[number]
    return settled_by(rules, case, given, lambda passed: names_for([one.ruled for one in passed]))


def settled_by(
    rules: Sequence[Ruled], case: Case, given: Given, names_of: Callable[[Sequence[Passed]], Names]
) -> Settled:
    """What these rules say of a case. `names_of` tells what is called how in the rules that did not take it."""
    passed = passed_over(rules, case)
    return Settled(given, first_match(rules, case), _earlier(passed, case, names_of(passed)))


def _earlier(passed: Sequence[Passed], case: Case, names: Names) -> tuple[dict[str, Any], ...]:
    """Why the rules before the match did not take it, as a course keeps it."""
    return tuple(
        {"rule": one.ruled.rule, "version": one.ruled.version, "name": one.ruled.name, "why": why_not(one, case, names)}
        for one in passed
    )


@dataclass(frozen=True)
class Terms:
    """The policies a claim runs under. None: one reviewer, the desk's plain hours."""

    review_policy: int | None
    deadline_policy: DeadlinePolicy | None


def terms_of(settled: Settled, desk: Desk) -> Terms:
    """The policies that the rule names, and the desk's defaults for what it leaves open."""
    usual = _defaults.one(desk.pk)
    named = settled.outcomes.deadline_policy
    policies = DeadlinePolicy.objects.select_related("calendar").in_bulk([named]) if named is not None else {}
    return terms_from(settled, usual, policies)


@worded
def _defaults(desk: int) -> QuerySet[DeskDefaults]:
    return DeskDefaults.objects.filter(desk=desk).select_related("deadline_policy__calendar")


def terms_from(settled: Settled, usual: DeskDefaults | None, policies: Mapping[int, DeadlinePolicy]) -> Terms:
    """The same from rows that were read before: the desk's defaults, and policies by number."""
    usual, outcomes = usual or DeskDefaults(), settled.outcomes
    deadline = usual.deadline_policy
    if outcomes.deadline_policy is not None:
        deadline = policies[outcomes.deadline_policy]
    return Terms(outcomes.review_policy or usual.review_policy_id, deadline)


def write_course(held: Held, settled: Settled, terms: Terms) -> Course:
    """Keep what was settled for a claim that is on its desk by now.

    While somebody holds a seat of the running round the review policy stays: nobody changes the terms of a judgement
    that has begun.
    """
    columns = _settled_columns(held, settled, terms)
    if not held.is_new and _has_begun(held.claim):
        course, _ = Course.objects.update_or_create(claim=held.claim, defaults=columns)
        return course
    course = first_course(held, settled, terms)
    if held.is_new:
        insert(course)
        return course
    overwritten = ["review_policy", *columns]
    Course.objects.bulk_create([course], update_conflicts=True, unique_fields=["claim"], update_fields=overwritten)
    return course


def first_course(held: Held, settled: Settled, terms: Terms) -> Course:
    """The same, unsaved, for a claim that has none yet."""
    columns = _settled_columns(held, settled, terms)
    return new(Course, claim=held.claim, review_policy_id=terms.review_policy, **columns)


def _settled_columns(held: Held, settled: Settled, terms: Terms) -> dict[str, Any]:
    return {
        "deadline_policy": terms.deadline_policy,
        "topics": list(settled.outcomes.skills),
        "rule_id": settled.ruled.row if settled.ruled else None,
        "earlier": list(settled.earlier),
        "given_desk_id": settled.given[0],
        "given_priority": settled.given[1],
        "set_at": held.now,
    }


def _has_begun(claim: Claim) -> bool:
    return Assignment.objects.filter(claim=claim, round=claim.round, status__in=HOLDING).exists()


def judged_where_it_is(held: Held) -> Settled:
    """What the rules say of a claim whose desk and priority a person has just said.

    Rules that would send it to another desk are left aside: where it belongs has been said.
    """
    claim = held.claim
    staying = [ruled for ruled in standing_rules() if ruled.outcomes.desk in {None, claim.desk_id}]
    return judged_by(staying, held, (claim.desk_id, claim.priority))


def settle_where_it_is(held: Held, desk: Desk) -> Course:
    """Settle a claim anew on the desk that a person has just given it."""
    settled = judged_where_it_is(held)
    return write_course(held, settled, terms_of(settled, desk))


TOLD = ("review_policy_id", "deadline_policy_id", "topics", "rule_id", "earlier", "given_desk_id", "given_priority")


def told_course(claim: Claim) -> dict[str, Any] | None:
    """The claim's course as an event keeps it, None when it has none."""
    told: dict[str, Any] | None = Course.objects.filter(claim=claim).values(*TOLD).first()
    return told


def put_back_course(held: Held, told: dict[str, Any]) -> None:
    """Write a course back that an event kept."""
    Course.objects.update_or_create(
        claim=held.claim, defaults={**{name: told[name] for name in TOLD}, "set_at": held.now}
    )
