"""Settles open claims anew after rules changed: those somebody asked for, and those that nobody could take.

A wish is a row; a periodic task carries it out, each claim under its own lock and with one event, and goes on where
it stopped. It may run twice or at once: a claim that is settled as the rules say is left alone. A wish may be about
thousands of claims, and other tasks wait behind it: a pass ends after some seconds, there is one at a time, and claims
that the rules leave as they are are told apart together, without their locks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from django.db.models import F, QuerySet

from claims.actors import Actor, rule
from claims.errors import DeskMissing
from claims.lifecycle import Action, Role, State
from claims.models import Claim, Desk, FlagKind
from claims.services.alone import alone
from claims.services.transitions import Held, database_time, locked
from reviews.models import Assignment, Course, Resettling, RuleVersion
from reviews.models.assignment import HOLDING
from reviews.rules import Ruled, first_match
from reviews.services.assigning import ROUTER, release_strangers
from reviews.services.cases import came, cases_of, given_to_rules, standing_rules
from reviews.services.due import due_for
from reviews.services.settling import Settled, Terms, judged, terms_of, told_course, write_course

TURN = 4023  # the advisory lock under which one process does it
BATCH = 20  # claims after which a pass looks at the clock, and keeps how far it came
SECONDS = 5.0  # for which one pass goes on, so that what waits behind it is not late


def open_matches(rules: Sequence[Ruled], wanted: Ruled, among: QuerySet[Claim] | None = None) -> list[int]:
    """Open claims that `wanted`, one of these rules, takes now and under whose version they do not run yet.

    `among` are the claims looked at, all of them where none are named.
    """
    found = Claim.objects.open() if among is None else Claim.objects.open().filter(pk__in=among.values("pk"))
    return [number for number, ruled in _taken_otherwise(rules, found) if ruled == wanted]


def _taken_otherwise(rules: Sequence[Ruled], among: QuerySet[Claim]) -> Iterator[tuple[int, Ruled | None]]:
    """Those of these claims that do not run as the rules take them now, ascending, with the rule that takes each.

    Nothing runs yet under a rule that is only tried.
    """
    claims = list(among.only("desk", "topics", "language", "priority", "confirm_by").order_by("pk"))
    ways = came([claim.pk for claim in claims])
    given = given_to_rules(claims, ways)
    cases = cases_of(claims, dict.fromkeys(given, database_time()), given)
    for claim in claims:
        ruled, way = first_match(rules, cases[claim.pk]), ways.get(claim.pk)
        is_tried = ruled is not None and not ruled.row
        if is_tried or way is None or way.rule != (ruled.row if ruled else None):
            yield claim.pk, ruled


def settle_asked(seconds: float = SECONDS) -> int:
    """Carry out a part of every wish that is open, for about so long; answers how many claims were settled anew.

    Does nothing while another process does it.
    """
    with alone(TURN) as free:
        end = monotonic() + seconds
        wishes = Resettling.objects.filter(finished_at__isnull=True).order_by("id") if free else []
        return sum(_carry_on(wish, end) for wish in wishes)


def _carry_on(wish: Resettling, end: float) -> int:
    """At least one batch of a wish, and more until `end` on the monotonic clock."""
    left, settled = [number for number in _wanted(wish) if number > wish.through], 0
    while True:
        batch, left = left[:BATCH], left[BATCH:]
        done = sum(_settle(number, wish) for number in batch)
        settled += done
        changes: dict[str, Any] = {"settled": F("settled") + done}
        if batch:
            changes["through"] = batch[-1]
        if not left:
            changes["finished_at"] = database_time()
        Resettling.objects.filter(pk=wish.pk, finished_at__isnull=True).update(**changes)
        if not left or monotonic() >= end:
            return settled


def _wanted(wish: Resettling) -> list[int]:
    """The numbers of the claims that a wish is about, ascending. A version that is not the newest any more has none."""
    rules = standing_rules()
    if wish.rule_version_id is None:
        return [number for number, _ in _taken_otherwise(rules, _unroutable())]
    wanted = next((ruled for ruled in rules if ruled.row == wish.rule_version_id), None)
    return open_matches(rules, wanted) if wanted else []


def _unroutable() -> QuerySet[Claim]:
    """Claims of which the newsroom knows that nobody can take them, with nobody on them."""
    held = Assignment.objects.filter(status__in=HOLDING, claim__state=State.QUEUED, round=F("claim__round"))
    flagged = Claim.objects.filter(
        state=State.QUEUED, flag_log__kind=FlagKind.UNROUTABLE, flag_log__cleared_at__isnull=True
    )
    return flagged.exclude(pk__in=held.values("claim"))


def _settle(claim_id: int, wish: Resettling) -> bool:
    """Settle one claim anew, unless it changed since it was found. Answers whether it did."""
    with locked(claim_id) as held:
        if not held.claim.is_open or (wish.rule_version_id is None and not _is_unroutable(held)):
            return False
        ways = came([claim_id])
        way = ways.get(claim_id)
        settled = judged(held, given_to_rules([held.claim], ways)[claim_id])
        row = settled.ruled.row if settled.ruled else None
        if (wish.rule_version_id not in {None, row}) or (way is not None and way.rule == row):
            return False
        settle_held(held, settled, reason=_why(wish))
        return True


def _is_unroutable(held: Held) -> bool:
    return _unroutable().filter(pk=held.claim.pk).exists()


def _why(wish: Resettling) -> str:
    if wish.rule_version_id is None:
        return f"Nobody could take it, and {wish.asked_by_name} changed the rules."
    return f"{wish.asked_by_name} applied the rule to open claims."


def settle_held(held: Held, settled: Settled, *, reason: str) -> None:
    """Bring the held claim to what the rules say, with one event.

    Whoever does not review for the desk it goes to is taken off it. A claim that nobody could take is free to be tried.
    """
    claim, told = held.claim, told_course(held.claim)
    number = settled.outcomes.desk or settled.given[0]
    desk = Desk.objects.get(pk=number) if number else claim.desk
    if desk is None:
        raise DeskMissing()
    terms, priority = terms_of(settled, desk), settled.outcomes.priority or settled.given[1]
    changes = {"desk": desk, "priority": priority, "review_due_at": _due(held, desk, terms, priority)}
    moves, actor = desk.pk != claim.desk_id, _actor(settled)
    data = {**settled.told(), **({"course": told} if told else {})}
    held.take(Action.SETTLE, by=actor, changes=changes, reason=reason, data=data)
    if moves:
        release_strangers(held, by=actor)
    write_course(held, settled, terms)
    held.clear_flag(FlagKind.UNROUTABLE, by=ROUTER)


def _due(held: Held, desk: Desk, terms: Terms, priority: int) -> datetime | None:
    """Review due under the new terms, counted from when the claim was accepted.

    It stays where a person has set it – it is not what the former terms come to – and where the new one has passed.
    """
    claim = held.claim
    if claim.desk is None or claim.accepted_at is None or claim.state == State.WAITING:
        return claim.review_due_at
    before = Course.objects.filter(claim=claim).select_related("deadline_policy__calendar").first()
    counted = partial(due_for, own_date=claim.confirm_by, now=claim.accepted_at)
    former = counted(claim.desk, before.deadline_policy if before else None, priority=claim.priority)
    if former.moment != claim.review_due_at:
        return claim.review_due_at
    due = counted(desk, terms.deadline_policy, priority=priority).moment
    return due if due > held.now else claim.review_due_at


def _actor(settled: Settled) -> Actor:
    """The rule itself: the word of an editor of both desks, so it takes people off as an editor does."""
    name = f"rule “{settled.ruled.name}”" if settled.ruled else "routing rules"
    return rule(name).having(Role.SYSTEM, Role.EDITOR)


def ask_to_apply(version: RuleVersion, by: str) -> Resettling:
    """Ask that the open claims that this version takes be settled anew."""
    return Resettling.objects.create(rule_version=version, asked_by_name=by, asked_at=database_time())


def ask_for_unroutable(by: str) -> Resettling:
    """Ask that claims which nobody could take be looked at again, because rules changed."""
    return Resettling.objects.create(asked_by_name=by, asked_at=database_time())
