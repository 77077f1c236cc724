"""What routing needs to know, read from the tables in a fixed number of queries, however many claims and people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Q

from claims.models import Appearance, Claim, DeskRole, Membership
from claims.models.many import any_of
from reviews.calendars import add_working
from reviews.eligibility import Away, Candidate, ClaimFacts
from reviews.models import Absence, Assignment, AssignmentStatus, Course, Interest, Part, Reviewer
from reviews.models.assignment import HOLDING, LOADING_STATES


def candidates_for(desk_ids: Iterable[int], now: datetime, *, only: int | None = None) -> list[Candidate]:
    """Every reviewer who works on one of these desks, with load, absences and interests as of `now`.

    `only` is the number of a person: then nobody else.
    """
    desks: dict[int, set[int]] = defaultdict(set)
    rows = Membership.objects.filter(role=DeskRole.REVIEWER, desk_id__in=list(desk_ids), user__is_active=True)
    if only is not None:
        rows = rows.filter(user=only)
    for user_id, desk_id in rows.values_list("user_id", "desk_id"):
        desks[user_id].add(desk_id)
    reviewers = _with_load(list(desks))
    people = [reviewer.pk for reviewer in reviewers]
    away, interests = _absences(people, now), _interests(people)
    return [_candidate(reviewer, desks, away, interests, now) for reviewer in reviewers]


def _with_load(user_ids: Sequence[int]) -> list[Reviewer]:
    loading = Q(assignments__status="open", assignments__claim__state__in=LOADING_STATES)
    return list(
        Reviewer.objects.filter(user_id__in=user_ids)
        .select_related("user")
        .annotate(
            load=Count("assignments", filter=loading),
            last_given=Max("assignments__assigned_at"),
            last_ended=Max("assignments__ended_at"),
        )
    )


def _absences(people: Sequence[int], now: datetime) -> dict[int, list[Away]]:
    found: dict[int, list[Away]] = defaultdict(list)
    rows = Absence.objects.filter(reviewer_id__in=people, ends_at__gt=now).select_related("reviewer__user")
    for row in rows:
        zone = ZoneInfo(row.reviewer.user.zone)
        found[row.reviewer_id].append(Away(row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)))
    return found


def _interests(people: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Interest.objects.filter(reviewer_id__in=people)
    for reviewer_id, source_id in rows.values_list("reviewer_id", "source_id"):
        found[reviewer_id].add(source_id)
    return found


def _candidate(
    reviewer: Reviewer,
    desks: dict[int, set[int]],
    away: dict[int, list[Away]],
    interests: dict[int, set[int]],
    now: datetime,
) -> Candidate:
    hours = reviewer.calendar
    last_given, last_ended = getattr(reviewer, "last_given", None), getattr(reviewer, "last_ended", None)
    return Candidate(
        reviewer_id=reviewer.pk,
        desks=frozenset(desks[reviewer.user_id]),
        languages=frozenset(reviewer.languages),
        topics=frozenset(reviewer.topics),
        interests=frozenset(interests[reviewer.pk]),
        open_load=getattr(reviewer, "load", 0),
        limit=reviewer.limit,
        active=reviewer.is_active,
        away=tuple(away[reviewer.pk]),
        idle_since=max((moment for moment in (last_given, last_ended) if moment is not None), default=None),
        works_at=add_working(hours, now, timedelta(0)) if hours else None,
        seconds=reviewer.gives_second_opinions,
    )


def first_free_seats(claims: Sequence[Claim]) -> dict[int, int]:
    """The lowest number of a reviewer's seat in each claim's running round that nobody holds."""
    taken: dict[int, set[int]] = defaultdict(set)
    rows = Assignment.objects.filter(
        claim_id__in=any_of(claim.pk for claim in claims), part=Part.REVIEW, status__in=HOLDING, round=F("claim__round")
    )
    for claim_id, seat in rows.values_list("claim_id", "seat"):
        taken[claim_id].add(seat)
    return {claim.pk: next(seat for seat in count(1) if seat not in taken[claim.pk]) for claim in claims}


PLANNED = ("language", "topics", "priority", "review_due_at", "round", "made_by_user", "state", "desk")
"""The columns of a claim that `facts_of` reads: thousands of claims need not bring their statements along."""


def facts_of(claims: Sequence[Claim], seats: Mapping[int, int] | None = None) -> dict[int, ClaimFacts]:
    """What routing knows of each claim, by number. Claims without a desk are left out: they cannot be routed.

    `seats` are the numbers of the seats in question, the first one where none is named.
    """
    routable = [claim for claim in claims if claim.desk is not None]
    ids = [claim.pk for claim in routable]
    sources, people = _sources(ids), _people_of(routable)
    makers = dict(
        Reviewer.objects.filter(
            user_id__in={claim.made_by_user_id for claim in routable if claim.made_by_user_id}
        ).values_list("user_id", "pk")
    )
    needed = dict(Course.objects.filter(claim_id__in=any_of(ids)).values_list("claim_id", "topics"))
    return {
        claim.pk: replace(
            _facts(claim, sources[claim.pk], makers, needed.get(claim.pk, ())),
            held_by=frozenset(people[claim.pk]["held"]),
            left_by=frozenset(people[claim.pk]["left"]),
            recused=frozenset(people[claim.pk]["recused"]),
            second=seats is not None and seats.get(claim.pk, 1) > 1,
        )
        for claim in routable
    }


def _facts(claim: Claim, sources: dict[int, str], makers: dict[int, int], needed: Iterable[str]) -> ClaimFacts:
    desk = claim.desk
    if desk is None:
        raise ValueError(f"claim {claim.pk} has no desk")
    maker = makers.get(claim.made_by_user_id) if claim.made_by_user_id else None
    return ClaimFacts(
        claim_id=claim.pk,
        desk_id=desk.pk,
        desk_name=desk.name,
        language=claim.language,
        topics=frozenset(claim.topics),
        sources=sources,
        entered_by=None if desk.makers_may_review else maker,
        priority=claim.priority,
        due_at=claim.review_due_at,
        needed=frozenset(needed),
    )


def _sources(claim_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Every source of each claim's chains, the outlet included, with its name."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    seen = Appearance.objects.filter(claim_id__in=any_of(claim_ids))
    outlets = seen.values_list("claim_id", "revision__article__outlet_id", "revision__article__outlet__name")
    steps = seen.filter(chain__source__isnull=False)
    for claim_id, source_id, name in [
        *outlets,
        *steps.values_list("claim_id", "chain__source_id", "chain__source__name"),
    ]:
        if source_id is not None and name is not None:
            found[claim_id][source_id] = name
    return found


def _people_of(claims: Sequence[Claim]) -> dict[int, dict[str, set[int]]]:
    """Who is on each claim, who gave it up in its running round, and who stepped back from it in any."""
    rounds = {claim.pk: claim.round for claim in claims}
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = Assignment.objects.but_for_taken().filter(claim_id__in=any_of(rounds), status__in=_ROLE)
    for claim_id, reviewer_id, round_, status in rows.values_list("claim_id", "reviewer_id", "round", "status"):
        if round_ == rounds[claim_id] or status == AssignmentStatus.RECUSED:
            found[claim_id][_ROLE[status]].add(reviewer_id)
    return found


_ROLE: dict[str, str] = {
    **dict.fromkeys(map(str, HOLDING), "held"),
    str(AssignmentStatus.HANDED_OVER): "left",
    str(AssignmentStatus.DECLINED): "left",
    str(AssignmentStatus.RECUSED): "recused",
}
