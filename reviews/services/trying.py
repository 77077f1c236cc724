"""Tries a rule, saved or not, on claims that were accepted lately: which it would have taken, and who would be there.

Set-based: a fixed number of queries for any number of claims. Nothing is written. The claims are seen as they were
accepted, the people as they are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from claims.errors import Invalid
from claims.models import Claim, Desk
from claims.permissions import Viewer, visible_claims
from claims.services.transitions import database_time
from reviews.eligibility import Candidate, ClaimFacts
from reviews.models import RuleVersion
from reviews.routing import choose
from reviews.rules import Ruled, first_match, matches
from reviews.services.cases import came, cases_of, given_values
from reviews.services.facts import candidates_for, facts_of
from reviews.services.resettling import open_matches
from reviews.services.rules import GivenRule, rule_seen, usable
from reviews.services.staffing import Staffing

DAYS, MOST_DAYS = 30, 90
MOST_CLAIMS = 10_000
SHOWN = 100
UNTOUCHED: dict[str, Any] = dict.fromkeys(("held_by", "left_by", "recused"), frozenset())
READ = (
    *("desk", "topics", "language", "priority", "confirm_by", "accepted_at", "created_at"),
    *("round", "review_due_at", "made_by_user"),
)


@dataclass(frozen=True)
class Tried:
    """A claim that the rule would have taken. `nobody` says why nobody could take it today, `too_few` why fewer could
    judge it than its review policy asks; empty when that is not so.
    """

    claim: Claim
    nobody: str = ""
    too_few: str = ""


@dataclass(frozen=True)
class Trial:
    """What a rule would have done. `open_now` are open claims that it takes and that do not run under it yet.

    `looked_at` claims were accepted in the last `days`, at most 10,000, the newest. `rows` are at most 100 of those it
    would have taken, first those with nobody to go to, then those with too few, then the newest.
    """

    days: int
    looked_at: int
    matched: int
    earlier: int
    nobody: int
    too_few: int
    open_now: int
    rows: tuple[Tried, ...]

    @property
    def sentence(self) -> str:
        """The outcome in one sentence or two."""
        of = f"{self.looked_at} claim{'' if self.looked_at == 1 else 's'}"
        said = f"Would have matched {self.matched} of {of}; {self.nobody} would have had nobody to go to."
        if self.too_few:
            its = "its" if self.too_few == 1 else "their"
            said = f"{said} {self.too_few} would have had fewer people than {its} review policy asks."
        if not self.earlier:
            return said
        if self.earlier == 1:
            return f"{said} 1 more meets it, but an earlier rule takes it first."
        return f"{said} {self.earlier} more meet it, but an earlier rule takes them first."


def try_rule(given: GivenRule, viewer: Viewer, *, days: int = DAYS, rule_id: int | None = None) -> Trial:
    """Try a rule where the saved one of this number stands, else behind all others.

    Raises what saving it would, and `Invalid` for days other than 1 to 90.
    """
    if days not in range(1, MOST_DAYS + 1):
        raise Invalid(f"Days are 1 to {MOST_DAYS}.", pointer="/days")
    before = rule_seen(rule_id, viewer) if rule_id is not None else None
    given = usable(given, viewer, before.ruled() if before else None)
    rules, tried = _placed(given, before)
    now = database_time()
    claims = _accepted_since(now - timedelta(days=days), viewer, now)
    taken, earlier = _taken(claims, rules, tried)
    rows = _with_people(taken, tried, now)
    nobody = sum(bool(row.nobody) for row in rows)
    too_few = sum(bool(row.too_few) for row in rows)
    rows.sort(key=lambda row: (not row.nobody, not row.too_few, -row.claim.pk))
    shown = _in_full(rows[:SHOWN])
    open_now = len(open_matches(rules, tried, visible_claims(viewer, now))) if given.active else 0
    return Trial(days, len(claims), len(taken), earlier, nobody, too_few, open_now, shown)


def _placed(given: GivenRule, before: RuleVersion | None) -> tuple[list[Ruled], Ruled]:
    """The standing rules with the tried one in its place, and the tried one.

    Its row is that of the saved version when it says the same.
    """
    same = before is not None and (before.ruled().conditions, before.ruled().outcomes) == (
        given.conditions,
        given.outcomes,
    )
    row = before.pk if before is not None and same else 0
    tried = Ruled(before.rule_id if before else 0, 0, given.name, given.conditions, given.outcomes, row)
    standing = [version for version in RuleVersion.objects.newest() if version.is_active or version == before]
    rules = [tried if version == before else version.ruled() for version in standing]
    return (rules if before else [*rules, tried]), tried


def _accepted_since(moment: datetime, viewer: Viewer, now: datetime) -> list[Claim]:
    rows = visible_claims(viewer, now).filter(accepted_at__gte=moment, desk__isnull=False)
    return list(rows.only(*READ).order_by("-accepted_at", "-pk")[:MOST_CLAIMS])


def _taken(claims: Sequence[Claim], rules: Sequence[Ruled], tried: Ruled) -> tuple[list[Claim], int]:
    """The claims that the tried rule would have taken, and how many more meet it but an earlier rule takes them."""
    ways = came([claim.pk for claim in claims])
    given = {claim.pk: given_values(claim, ways.get(claim.pk)) for claim in claims}
    at = {claim.pk: claim.accepted_at or claim.created_at for claim in claims}
    cases = cases_of(claims, at, given)
    meeting = [claim for claim in claims if matches(tried.conditions, cases[claim.pk])]
    taken = [claim for claim in meeting if first_match(rules, cases[claim.pk]) == tried]
    return taken, len(meeting) - len(taken)


def _with_people(claims: Sequence[Claim], tried: Ruled, now: datetime) -> list[Tried]:
    """Each claim with the reason why nobody or too few could judge it today, as if it were new and on the desk that the
    rule says, under the policy that it says.
    """
    desks = Desk.objects.in_bulk()
    for claim in claims:
        claim.desk = desks[tried.outcomes.desk or claim.desk_id or 0]
    facts = facts_of(claims)
    candidates = candidates_for({fact.desk_id for fact in facts.values()}, now)
    staffing = Staffing({fact.desk_id for fact in facts.values()}, tried.outcomes.review_policy, now)
    why = _Why(candidates, staffing, frozenset(tried.outcomes.skills), now)
    return [Tried(claim, *why.lacks(claim, facts[claim.pk])) for claim in claims]


def _in_full(rows: Sequence[Tried]) -> tuple[Tried, ...]:
    """The rows with everything that is shown of their claims."""
    claims = Claim.objects.defer("search").in_bulk([row.claim.pk for row in rows])
    return tuple(Tried(claims[row.claim.pk], row.nobody, row.too_few) for row in rows)


class _Why:
    """Asks the rules of eligibility once for all claims between which they do not tell."""

    def __init__(
        self, candidates: Iterable[Candidate], staffing: Staffing, skills: frozenset[str], now: datetime
    ) -> None:
        self._candidates, self._staffing, self._skills, self._now = list(candidates), staffing, skills, now
        self._interests = staffing.interests.union(*(one.interests for one in self._candidates))
        self._known: dict[tuple[object, ...], tuple[str, str]] = {}

    def lacks(self, claim: Claim, fact: ClaimFacts) -> tuple[str, str]:
        """Why nobody could take such a claim, and why too few could judge it; empty when that is not so."""
        made_by = None if claim.desk is None or claim.desk.makers_may_review else claim.made_by_user_id
        shared = self._interests.intersection(fact.sources)
        alike = (fact.desk_id, fact.language, fact.entered_by, made_by, shared)
        if alike not in self._known:
            new = replace(fact, **UNTOUCHED, needed=self._skills, due_at=None)
            here = [one for one in self._candidates if fact.desk_id in one.desks]
            nobody = choose(new, here, self._now).why_nobody
            self._known[alike] = nobody, "" if nobody else self._staffing.too_few(new, made_by, here)
        return self._known[alike]
