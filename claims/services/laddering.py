"""Changes a desk's ladder, and lets the claims follow.

A changed ladder takes no old moments: a step counts only moments from when it got its place (`since`). Claims follow in
passes over the desk's claims, each rewritten under its own lock where it disagrees. Whoever is stopped in the middle
leaves the rest to the next pass; a sweep that meets an alarm of the old ladder reckons with the new one anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch

from claims.errors import StaleVersion
from claims.ladders import DEFAULT, Step, checked, tracks
from claims.models import Claim, Decision, Desk, Ladder, LadderStep
from claims.models.claim import UNANNOUNCED
from claims.services.announcing import rewrite_alarms
from claims.services.ladders import TRACKS, alarms_of, read_ladders
from claims.services.transitions import database_time, locked

BATCH = 1000
CAUSE = "desk.ladder"


def set_ladder(desk: Desk, steps: Sequence[Step], *, version: int | None = None) -> Ladder:
    """Give a desk these steps in place of those it has. Raises `Invalid` and `StaleVersion`.

    A step that keeps its key and its place goes on as if nothing had happened; any other begins now.
    """
    wanted = checked(steps)
    with transaction.atomic():
        ladder = _held(desk)
        if version is not None and ladder.version != version:
            raise StaleVersion(current=ladder.version, expected=version)
        now = database_time()
        before = {row.key: row.rule for row in ladder.steps.all()}
        ladder.steps.all().delete()
        LadderStep.objects.bulk_create(LadderStep.of(ladder, _begun(step, before, now)) for step in wanted)
        ladder.version, ladder.changed_at, ladder.pass_from = ladder.version + 1, now, None
        ladder.save(update_fields=["version", "changed_at", "pass_from"])
    return ladder


def _begun(step: Step, before: dict[str, Step], now: datetime) -> Step:
    old = before.get(step.key)
    return replace(step, since=old.since if old is not None and old.timing == step.timing else now)


def _held(desk: Desk) -> Ladder:
    """The desk's ladder, locked; made with the product's own steps when there is none yet."""
    written_down(desk)
    return Ladder.objects.select_for_update().get(desk=desk)


def written_down(desk: Desk) -> Ladder:
    """The desk's ladder as rows: the product's own until somebody changes them."""
    with transaction.atomic():
        ladder, made = Ladder.objects.get_or_create(desk=desk, defaults={"changed_at": database_time()})
        if made:
            LadderStep.objects.bulk_create(LadderStep.of(ladder, step) for step in DEFAULT)
    return ladder


def follow_ladders(batch: int = BATCH) -> int:
    """Write down the ladders of new desks and let claims follow changed ones; answers how many claims were rewritten.

    One batch of claims a ladder; the next call goes on where this one ended.
    """
    for desk in Desk.objects.filter(ladder__isnull=True):
        written_down(desk)
    return sum(_follow(ladder, batch) for ladder in Ladder.objects.to_follow())


def _follow(ladder: Ladder, batch: int) -> int:
    began = ladder.pass_from or database_time()
    after = ladder.pass_to if ladder.pass_from else 0
    rows = Claim.objects.filter(desk=ladder.desk_id, pk__gt=after).exclude(state__in=UNANNOUNCED)
    standing = Prefetch("decisions", Decision.objects.filter(standing=True), to_attr="standing_ones")
    claims = list(rows.select_related("desk").prefetch_related(standing, "alarms").order_by("pk")[:batch])
    rewritten = sum(_agree(claim) for claim in _disagreeing(claims, database_time()))
    whole = len(claims) < batch
    done = {"followed_at": began, "pass_from": None} if whole else {"pass_from": began, "pass_to": claims[-1].pk}
    Ladder.objects.filter(pk=ladder.pk, version=ladder.version).update(**done)
    return rewritten


def _disagreeing(claims: Sequence[Claim], now: datetime) -> list[int]:
    """Which of these claims wait for something else than their ladder asks for. What is due is left to the sweep."""
    ladders = read_ladders(claims)
    found = []
    for claim in claims:
        standing = next(iter(claim.standing_ones), None)  # type: ignore[attr-defined]  # prefetched above
        before = {alarm.kind: alarm.moment for alarm in claim.alarms.all() if alarm.kind in TRACKS}
        wanted = alarms_of(claim, ladders, tracks(claim.date_facts(standing)), before, now)
        if wanted != before and not any(moment < now for moment in before.values()):
            found.append(claim.pk)
    return found


def _agree(claim_id: int) -> int:
    """Set what announces a claim anew. Alarms alone are written: neither its version nor its history changes."""
    with locked(claim_id) as held:
        rewrite_alarms(held.claim, held.standing, held.now, CAUSE)
    return 1
