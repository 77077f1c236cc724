"""Changes a desk's ladder, and lets the claims follow.

A changed ladder takes no old moments: a step counts only moments from when it got its place (`since`). Claims follow in
passes over the desk's claims; those that disagree are rewritten under their locks, many at once. Whoever is stopped in
the middle leaves the rest to the next pass; a sweep that meets an alarm of the old ladder reckons with the new one
anyway.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch

from claims.errors import StaleVersion
from claims.ladders import DEFAULT, Step, checked, tracks
from claims.models import Alarm, Claim, Decision, Desk, Ladder, LadderStep
from claims.models.claim import UNANNOUNCED
from claims.models.many import any_of
from claims.services.ladders import TRACKS, alarms_of, read_ladders
from claims.services.transitions import database_time, hold_many, locked

BATCH = 500  # claims that are held at once
FOLLOWS_FOR = 8.0  # seconds in which one run takes further batches


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


def follow_ladders(batch: int = BATCH, seconds: float = FOLLOWS_FOR) -> int:
    """Write down the ladders of new desks and let claims follow changed ones; answers how many claims were rewritten.

    A batch of claims after the other, each ladder's in turn, until all have followed or `seconds` have passed; the next
    call goes on where this one ended.
    """
    for desk in Desk.objects.filter(ladder__isnull=True):
        written_down(desk)
    rewritten, until = 0, time.monotonic() + seconds
    waiting = deque(Ladder.objects.to_follow())
    while waiting:
        ladder = waiting.popleft()
        rewritten += _follow(ladder, batch)
        if ladder.pass_from is not None:
            if time.monotonic() >= until:
                break
            waiting.append(ladder)
    return rewritten


def _follow(ladder: Ladder, batch: int) -> int:
    """Let the next claims of the desk follow; the ladder's pass is None once all have."""
    began = ladder.pass_from or database_time()
    after = ladder.pass_to if ladder.pass_from else 0
    rows = Claim.objects.filter(desk=ladder.desk_id, pk__gt=after).exclude(state__in=UNANNOUNCED)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True)[:batch])
    rewritten = _agree(numbers, ladder.changed_at)
    whole = len(numbers) < batch
    done = {"followed_at": began, "pass_from": None} if whole else {"pass_from": began, "pass_to": numbers[-1]}
    Ladder.objects.filter(pk=ladder.pk, version=ladder.version).update(**done)
    ladder.pass_from, ladder.pass_to = (None, 0) if whole else (began, numbers[-1])
    return rewritten


def _agree(numbers: Sequence[int], changed_at: datetime) -> int:
    """Let those of these claims that disagree with their ladder follow it; answers how many did.

    All of them in one transaction; whoever is held by somebody else at this moment is waited for, one after the other.
    """
    wanted = list(_disagreeing(numbers, changed_at))
    if not wanted:
        return 0
    with transaction.atomic():
        free = hold_many(wanted)
        rewritten = _rewrite(sorted(free), changed_at)
    for number in wanted:
        if number not in free:
            with locked(number):
                rewritten += _rewrite([number], changed_at)
    return rewritten


def _rewrite(held: Sequence[int], changed_at: datetime) -> int:
    """Set the ladders' alarms of held claims anew. Nothing else: neither their versions nor their histories change."""
    wanted, now = _disagreeing(held, changed_at), database_time()
    Alarm.objects.filter(claim__in=any_of(list(wanted)), kind__in=TRACKS).delete()
    Alarm.objects.bulk_create(
        Alarm(claim_id=claim, kind=kind, moment=moment, wake_at=max(moment, now))
        for claim, moments in wanted.items()
        for kind, moment in moments.items()
    )
    return len(wanted)


def _disagreeing(numbers: Sequence[int], changed_at: datetime) -> dict[int, dict[str, datetime]]:
    """Which of these claims wait for something else than their ladder asks for, and for what they should wait.

    What is due is left to the sweep. A reminder that came with the change is owed also where its moment has passed
    since, before the claim could follow: the ladder and the claim were as they are when it did.
    """
    standing = Prefetch("decisions", Decision.objects.filter(standing=True), to_attr="standing_ones")
    rows = Claim.objects.filter(pk__in=any_of(numbers)).select_related("desk").prefetch_related(standing, "alarms")
    claims, now = list(rows), database_time()
    ladders, found = read_ladders(claims), dict[int, dict[str, datetime]]()
    for claim in claims:
        decision = next(iter(claim.standing_ones), None)  # type: ignore[attr-defined]  # prefetched above
        before = {alarm.kind: alarm.moment for alarm in claim.alarms.all() if alarm.kind in TRACKS}
        owed = dict.fromkeys(TRACKS, max(changed_at, claim.updated_at))
        wanted = alarms_of(claim, ladders, tracks(claim.date_facts(decision)), owed, now)
        if wanted != before and not any(moment < now for moment in before.values()):
            found[claim.pk] = wanted
    return found
