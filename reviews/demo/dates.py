"""Third part of the story: real seconds pass, and the sweep in the Celery worker flags what nobody confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from claims.actors import ActorKind
from claims.deadlines import TimeFlag
from claims.models import Claim, ClaimEvent, Flag, FlagKind, Heartbeat
from claims.services.sweep import SWEEPER
from claims.services.transitions import database_time
from claims.services.watch import HEARTBEAT
from claims.timewords import duration
from reviews.demo.processes import Celery, wait_for
from reviews.demo.promises import Promises
from reviews.demo.tables import Teller
from reviews.services.verifying import verify_everything

CALM = timedelta(seconds=2)  # the promise: a passed moment is flagged within this
PATIENCE = 15.0  # seconds after the date


def wait_for_the_date(claim: Claim, teller: Teller) -> None:
    """Wait until the claim's own date is over, by the database's clock."""
    if claim.confirm_by is None:
        raise ValueError(f"#{claim.pk} has no date of its own")
    left = (claim.confirm_by - database_time()).total_seconds()
    teller.chapter("The dates pass")
    teller.say(f"The minute that both claims name is over in {max(left, 0):.0f} s. Nothing to do but wait.")
    over = claim.confirm_by
    wait_for(lambda: database_time() > over, max(left, 0) + 5)


@dataclass(frozen=True)
class Watched:
    """The claims whose dates pass: those of the retelling, and the three of the demo's own article."""

    retold: Sequence[Claim]
    confirmed: Claim
    unconfirmed: Claim
    unreviewed: Claim


def flagged(watched: Watched, teller: Teller, promises: Promises) -> list[dict[str, Any]]:
    """Which flags the sweep raised, how soon, and that it raised none for the claim that was decided before."""
    dated = [claim for claim in watched.retold if claim.confirm_by is not None]
    expected = {(claim.pk, FlagKind.DATE_PASSED) for claim in [*dated, watched.unconfirmed]}
    expected.add((watched.unreviewed.pk, FlagKind.LATE))
    wait_for(lambda: expected <= {(flag.claim_id, flag.kind) for flag in _passed()}, PATIENCE)
    flags = _passed()
    promises.keep(
        "The claim that nobody confirmed is flagged within 2 s of its date, once.",
        _once(flags, watched.unconfirmed, FlagKind.DATE_PASSED),
    )
    climbed = ClaimEvent.objects.filter(claim=watched.unconfirmed, type="claim.escalate")
    promises.keep("Its ladder is climbed: whoever is first on it is told.", wait_for(climbed.exists, PATIENCE))
    silent = not any(flag.claim_id == watched.confirmed.pk for flag in flags)
    promises.keep("The claim that was decided before its date is not flagged.", silent)
    promises.keep(
        f"The {len(dated)} dates of 2025 that nobody confirmed are flagged, each once.",
        bool(dated) and all(_count(flags, claim, FlagKind.DATE_PASSED) == 1 for claim in dated),
    )
    promises.keep(
        "The review that nobody made is flagged as late within 2 s, once.",
        _once(flags, watched.unreviewed, FlagKind.LATE),
    )
    _show(flags, watched.confirmed, teller)
    return [_document(flag) for flag in flags]


def _passed() -> list[Flag]:
    """The flags for moments that have passed, not for those that are near."""
    kinds = (FlagKind.DATE_PASSED, FlagKind.LATE)
    return list(Flag.objects.standing().filter(kind__in=kinds).order_by("raised_at", "claim"))


def _count(flags: list[Flag], claim: Claim, kind: str) -> int:
    told = ClaimEvent.objects.filter(claim=claim, type=f"claim.{kind}").count()
    found = sum(flag.claim_id == claim.pk and flag.kind == kind for flag in flags)
    return found if found == told else -1


def _once(flags: list[Flag], claim: Claim, kind: str) -> bool:
    soon = [flag.raised_at - flag.moment < CALM for flag in flags if flag.claim_id == claim.pk and flag.kind == kind]
    return _count(flags, claim, kind) == 1 and all(soon)


def _document(flag: Flag) -> dict[str, Any]:
    return {
        "claim": flag.claim_id,
        "flag": flag.kind,
        "moment": flag.moment.isoformat(),
        "raised_at": flag.raised_at.isoformat(),
        "seconds_after": round((flag.raised_at - flag.moment).total_seconds(), 3),
    }


def _show(flags: list[Flag], confirmed: Claim, teller: Teller) -> None:
    rows = [
        (f"#{flag.claim_id}", flag.get_kind_display(), f"{flag.moment:%d %b %Y %H:%M:%S} UTC", _after(flag))
        for flag in flags
    ]
    teller.table(("no.", "flag", "the moment that passed", "raised"), (4, 26, 26, 34), rows)
    teller.say(f"No flag for #{confirmed.pk}: it was decided before its date.")


def _after(flag: Flag) -> str:
    span = flag.raised_at - flag.moment
    if span < timedelta(minutes=1):
        return f"{span.total_seconds():.2f} s after"
    return f"at the first sweep, {duration(span)} after"


def timeline(claim: Claim, teller: Teller) -> list[dict[str, Any]]:
    """Everything that happened to one claim, with its place in the chain of hashes."""
    events = list(ClaimEvent.objects.filter(claim=claim).order_by("seq"))
    teller.chapter(f"Everything that happened to #{claim.pk}")
    rows = [(each.seq, _clock(each.recorded_at), each.type, each.actor_name, each.hash[:12]) for each in events]
    teller.table(("", "when", "what", "who", "hash"), (3, 13, 26, 34, 12), rows)
    return [
        {
            "seq": each.seq,
            "type": each.type,
            "actor": each.actor_name,
            "actor_kind": each.actor_kind,
            "recorded_at": each.recorded_at.isoformat(),
            "hash": each.hash,
            "prev_hash": each.prev_hash,
        }
        for each in events
    ]


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"


def wait_until_swept() -> None:
    """Wait for the first sweep. Raises `TimeoutError` when beat and worker do not bring one about."""
    if not wait_for(Heartbeat.objects.filter(name=HEARTBEAT).exists, PATIENCE):
        raise TimeoutError("The Celery worker runs, but no sweep has come by.")


def swept_by_celery(celery: Celery, promises: Promises) -> None:
    """The worker lives, nobody else sweeps here, and every flag of time has an event of the sweep."""
    kinds = [f"claim.{kind}" for kind in TimeFlag.values]
    raised = ClaimEvent.objects.filter(type__in=kinds)
    by_sweep = raised.filter(actor_kind=ActorKind.RULE, actor_name=SWEEPER.name)
    ran = celery.worker.poll() is None and Heartbeat.objects.filter(name=HEARTBEAT).exists()
    promises.keep(
        "Flags are raised by the sweep in the Celery worker, called by beat.",
        ran and raised.exists() and raised.count() == by_sweep.count(),
    )


def verified(teller: Teller, promises: Promises) -> dict[str, Any]:
    """Look at everything that must hold, the chain of hashes included."""
    found = verify_everything(timedelta(seconds=5))
    promises.keep("Everything that `verify` looks at holds, each claim's chain of hashes included.", found.holds)
    teller.chapter("Verified")
    teller.say(f"{found.checked - len(found.broken)} of {found.checked} promises about the stored data hold.")
    broken = [{"name": each.name, "sentence": each.sentence, "rows": each.rows} for each in found.broken]
    for each in broken:
        teller.say(f"{each['name']}: {each['sentence']} ({each['rows']} rows)")
    return {"holds": found.holds, "checked": found.checked, "broken": broken}
