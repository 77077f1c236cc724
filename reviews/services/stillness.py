"""Which claims stand still: their reviewer is away, or nobody has done anything for two days. Both are flags.

A periodic pass raises and clears them, set-based; between two passes a flag may be up to its period behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from claims.actors import ActorKind, rule
from claims.lifecycle import State
from claims.models import Claim, ClaimEvent, Flag, FlagKind
from claims.services.flagging import Found, lower_flags, raise_flags
from claims.services.transitions import database_time
from claims.timewords import clock
from reviews.models import Absence, Assignment

IDLE_AFTER = timedelta(hours=48)
WATCHER = rule("standstill")


@dataclass(frozen=True)
class Marked:
    """What a pass did: flags raised and cleared."""

    raised: int = 0
    cleared: int = 0


def idle_since(now: datetime) -> QuerySet[Claim]:
    """Claims in review of which no person recorded anything for 48 hours, with `last`, when somebody did."""
    by_people = ClaimEvent.objects.filter(claim=OuterRef("pk"), actor_kind=ActorKind.PERSON).order_by("-seq")
    last = Subquery(by_people.values("recorded_at")[:1])
    return Claim.objects.filter(state=State.IN_REVIEW).annotate(last=last).filter(last__lt=idle_before(now))


def idle_before(now: datetime) -> datetime:
    """The moment before which the last thing happened to whatever stands still at `now`."""
    return now - IDLE_AFTER


def away_sentence(absence: Absence) -> str:
    """ "Ines is away until 1 Dec.", the day on the clock of the person who is away."""
    return f"{absence.reviewer} is away until {until_when(absence)}."


def until_when(absence: Absence) -> str:
    """ "1 Dec", the day on the clock of the person who is away."""
    back = absence.ends_at.astimezone(ZoneInfo(absence.reviewer.user.zone))
    return f"{back.day} {back:%b}"


def flag_standstill() -> Marked:
    """Raise and clear the flags `away` and `idle` as they hold now."""
    now = database_time()
    away, idle = _away(now), _idle(now)
    raised = raise_flags(FlagKind.AWAY, away, by=WATCHER) + raise_flags(FlagKind.IDLE, idle, by=WATCHER)
    now = database_time()
    gone = _people_away(now).filter(claim=OuterRef("claim"))
    cleared = _clear(FlagKind.AWAY, gone, now) + _clear(
        FlagKind.IDLE, idle_since(now).filter(pk=OuterRef("claim")), now
    )
    return Marked(raised, cleared)


def _people_away(now: datetime) -> QuerySet[Assignment]:
    """Seats with work to do of people who are away, with `absence`, the one that ends last."""
    gone = Absence.objects.at(now).filter(reviewer=OuterRef("reviewer")).order_by("-ends_at", "pk")
    return Assignment.objects.loading().annotate(absence=Subquery(gone.values("pk")[:1])).filter(absence__isnull=False)


def _away(now: datetime) -> list[Found]:
    """Claims on which somebody still has work to do who is away; of several, the first seat's."""
    seats = _people_away(now).annotate(seq=F("claim__head__event_seq"))
    rows = seats.order_by("claim", "-seat").values_list("claim", "seq", "absence")
    by_claim = {claim: (seq, absence) for claim, seq, absence in rows}
    absences = Absence.objects.select_related("reviewer__user").in_bulk({absence for _, absence in by_claim.values()})
    return [
        Found(claim, seq, away_sentence(absences[absence]))
        for claim, (seq, absence) in by_claim.items()
        if absence in absences
    ]


def _idle(now: datetime) -> list[Found]:
    rows = idle_since(now).annotate(seq=F("head__event_seq")).values_list("pk", "seq", "last", "desk__zone")
    return [Found(pk, seq, _idle_sentence(last, zone)) for pk, seq, last, zone in rows]


def _idle_sentence(last: datetime, zone: str) -> str:
    there = last.astimezone(ZoneInfo(zone))
    return f"Nobody has done anything since {there.day} {there:%b}, {clock(there)}."


def _clear(kind: FlagKind, holding: QuerySet[Assignment] | QuerySet[Claim], now: datetime) -> int:
    """Clear the flags of this kind on claims of which nothing is `holding` at `now`.

    One statement looks at flags and claims anew: what another pass has raised meanwhile stands. What it raised after
    `now` is left to the next pass.
    """
    standing = Flag.objects.standing().filter(kind=kind, raised_at__lt=now).exclude(Exists(holding))
    found = [Found(*row) for row in standing.values_list("claim", "claim__head__event_seq").distinct()]
    return lower_flags(kind, found, by=WATCHER)
