"""Whether a desk has as many people for a claim as its review policy asks, all of whom could judge it now.

Asked of many claims at once before a rule is switched on, so the rows are read once and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from claims.models import DeskRole, Membership
from reviews.eligibility import Candidate, ClaimFacts, exclusion
from reviews.models import Absence, DeskDefaults, Interest, Reviewer, ReviewPolicy
from reviews.services.seats import asked_by


@dataclass(frozen=True)
class Editor:
    """An editor of a desk who could be asked to judge: their profile, None without one, and their interests."""

    user_id: int
    reviewer_id: int | None
    interests: frozenset[int]


class Staffing:
    """The policies of desks and the editors who are there, read in a fixed number of queries."""

    def __init__(self, desk_ids: Iterable[int], named: int | None, now: datetime) -> None:
        """`named` is the policy that a rule names; where none is, the desk's own holds."""
        desks, self._now = list(desk_ids), now
        usual = dict(DeskDefaults.objects.filter(desk__in=desks).values_list("desk_id", "review_policy_id"))
        asked = {desk: named or usual.get(desk) for desk in desks}
        policies = ReviewPolicy.objects.in_bulk({policy for policy in asked.values() if policy is not None})
        self._policies = {desk: policies.get(policy) if policy else None for desk, policy in asked.items()}
        with_editors = [desk for desk, policy in self._policies.items() if asked_by(policy).editor]
        self._editors = _editors(with_editors, now) if with_editors else {}

    @property
    def interests(self) -> frozenset[int]:
        """The sources in which any of the editors has declared an interest."""
        return frozenset[int]().union(*(one.interests for there in self._editors.values() for one in there))

    def too_few(self, fact: ClaimFacts, made_by: int | None, candidates: Sequence[Candidate]) -> str:
        """Why too few could judge a claim that somebody could take; empty when there are enough.

        `made_by` is the person who entered it, where the desk keeps them from judging it.
        """
        policy = self._policies.get(fact.desk_id)
        if policy is None:
            return ""
        asked, able = asked_by(policy), [one for one in candidates if exclusion(fact, one, self._now) is None]
        # One of them may be somebody who gives no second opinions: whoever comes first judges alone.
        beside_each_other = min(len(able), 1 + sum(one.seconds for one in able))
        if beside_each_other < asked.reviewers:
            could = f"{beside_each_other} could judge it beside each other now"
            return f"“{policy.name}” asks {asked.reviewers} reviewers; {could}."
        if asked.editor and not self._has_editor(fact, made_by, able):
            return f"“{policy.name}” asks an editor beside the reviewer; no other editor could judge it now."
        return ""

    def _has_editor(self, fact: ClaimFacts, made_by: int | None, able: Sequence[Candidate]) -> bool:
        """Whether an editor could judge it and somebody else could review it."""
        there = [
            one
            for one in self._editors.get(fact.desk_id, ())
            if one.user_id != made_by and not one.interests & fact.sources.keys()
        ]
        return any(one.reviewer_id != reviewer.reviewer_id for one in there for reviewer in able)


def _editors(desk_ids: Sequence[int], now: datetime) -> dict[int, list[Editor]]:
    """Active editors of each of these desks who are not away."""
    rows = Membership.objects.filter(desk__in=desk_ids, role=DeskRole.EDITOR, user__is_active=True)
    places = list(rows.order_by("user_id").values_list("desk_id", "user_id"))
    people = {user for _, user in places}
    profiles = dict(Reviewer.objects.filter(user__in=people).values_list("user_id", "pk"))
    away = set(Absence.objects.at(now).filter(reviewer__user__in=people).values_list("reviewer__user_id", flat=True))
    interests: dict[int, set[int]] = defaultdict(set)
    declared = Interest.objects.filter(reviewer__user__in=people)
    for user, source in declared.values_list("reviewer__user_id", "source_id"):
        interests[user].add(source)
    found: dict[int, list[Editor]] = defaultdict(list)
    for desk, user in places:
        if user not in away:
            found[desk].append(Editor(user, profiles.get(user), frozenset(interests[user])))
    return found
