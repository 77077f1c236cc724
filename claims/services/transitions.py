"""The only writer of `Claim.state`.

`with locked(claim_id, version) as held:` locks the claim's head row first and then reads the rest, then takes the
time; `held.take(...)` checks the table, writes the named fields and records one event with its place in the chain;
leaving the block commits. Whoever else wants the claim waits at the lock and looks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from claims import lifecycle
from claims.actors import Actor
from claims.errors import NotFound, StaleVersion
from claims.lifecycle import OPEN_STATES, Action, State
from claims.models import Claim, ClaimEvent, ClaimHead, Decision, Flag, chained
from claims.models.making import new
from claims.models.writing import insert, update
from claims.services import lockedrows
from claims.services.announcing import clear_flags, rewrite_alarms, write_first_alarms
from claims.services.looks import follow_state

_BODY = DjangoJSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
MOVES_ALARMS = frozenset({"state", "review_due_at", "confirm_by", "desk", "waiting_until"})
UNCOUNTED = frozenset({Action.ASSIGN, Action.RAISE_FLAG, Action.CLEAR_FLAG})


def database_time() -> datetime:
    """The database's clock, UTC. Asked after the lock, it never tells another order than the commits do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    moment: datetime = now
    return moment.astimezone(UTC)


@contextmanager
def locked(claim_id: int, version: int | None = None, *, beside: int | None = None) -> Iterator[Held]:
    """Hold the claim: nobody else writes it until the block ends, and then all of it is committed or none.

    `version` is the version the caller has seen, None when it does not matter. `beside` is another claim that the
    step touches: it is held as well, as `held.other`. Both are locked in the order of their numbers, so that two
    people who name the same two the other way round wait for each other instead of stopping each other.
    Raises `NotFound` and, when somebody changed the claim since, `StaleVersion`.
    """
    with transaction.atomic():
        wanted = claim_id, claim_id if beside is None else beside
        heads = {head.pk: head for head in lockedrows.heads(*wanted)}
        if missing := [number for number in wanted if number not in heads]:
            raise NotFound(f"There is no claim #{missing[0]}.")
        claims = {claim.pk: claim for claim in lockedrows.claims(*wanted)}
        claim, now = claims[claim_id], database_time()
        if version is not None and claim.version != version:
            raise StaleVersion(current=claim.version, expected=version)
        held = Held(claim, heads[claim_id], now)
        if beside is not None and beside != claim_id:
            held.other = Held(claims[beside], heads[beside], now)
        yield held


def hold_many(claim_ids: Sequence[int]) -> frozenset[int]:
    """Lock the heads of many claims until the transaction ends, without waiting; answers whose were free.

    For set-based passes by rules: what somebody holds is left to the next pass.
    """
    return frozenset(lockedrows.free(list(claim_ids)))


@contextmanager
def proposed(claim: Claim, by: Actor, *, now: datetime | None = None) -> Iterator[Held]:
    """Make `claim` (unsaved) with its head, and hold it until the block ends.

    Its first event is the caller's to record, once there is all that it seals: `proposals.tell_proposed`. `now` is the
    time of the held claim it is made from, so that both tell of one moment.

    Raises `RoleMissing` when `by` may not propose.
    """
    lifecycle.check(Action.PROPOSE, None, by.roles)
    with transaction.atomic():
        now = now or database_time()
        begin(claim, now)
        insert(claim)
        head = new(ClaimHead, claim=claim)
        insert(head)
        yield Held(claim, head, now, is_new=True)


def begin(claim: Claim, now: datetime) -> None:
    """Let a claim (unsaved) be new: proposed at this moment."""
    claim.state, claim.created_at, claim.updated_at = State.PROPOSED, now, now


class Held:
    """A claim under its lock. `now` is the database's time after the lock was had.

    `other` is a second claim held with it, where a step touches two. `is_new` says that the claim was made in this very
    transaction: nobody else has seen it, so that nothing was decided, announced or begun that would have to be read.
    """

    other: Held | None = None

    def __init__(self, claim: Claim, head: ClaimHead, now: datetime, *, is_new: bool = False) -> None:
        self.claim, self.now, self._head, self.is_new = claim, now, head, is_new
        self._has_alarms = not is_new
        self._standing: Decision | None = None
        self._standing_read = is_new
        self._public: Decision | None = None
        self._public_read = is_new

    @property
    def standing(self) -> Decision | None:
        """The standing decision, read once under the lock."""
        if not self._standing_read:
            self._standing = lockedrows.standing.one(self.claim.pk)
            self._standing_read = True
        return self._standing

    def decide(self, decision: Decision | None) -> None:
        """From here on this decision stands (None: none does). The caller has saved it."""
        self._standing, self._standing_read = decision, True

    @property
    def public(self) -> Decision | None:
        """The decision readers are told now, read once under the lock."""
        if not self._public_read:
            self.tell(lockedrows.public.one(self.claim.pk))
        return self._public

    def tell(self, decision: Decision | None) -> None:
        """From here on this is what readers are told (None: nothing). The caller has saved it."""
        self._public, self._public_read = decision, True

    def check(self, action: Action, by: Actor) -> lifecycle.Rule:
        """Whether `by` may take the step as the claim stands. Raises `ActionNotPossible` or `RoleMissing`."""
        return lifecycle.check(action, State(self.claim.state), by.roles)

    def take(
        self,
        action: Action,
        *,
        by: Actor,
        to: State | None = None,
        changes: Mapping[str, Any] | None = None,
        reason: str = "",
        data: Mapping[str, Any] | None = None,
        decision_changed: bool = False,
        occurred_at: datetime | None = None,
    ) -> ClaimEvent:
        """Take one step of the table: check, write the named fields, record one event, keep the alarms true.

        `to` is needed only where the table leaves a choice. `changes` maps field names of `Claim` to new values.
        `occurred_at` is when it became true, if that was before now.
        Raises `ActionNotPossible` or `RoleMissing`.
        """
        before, rule = State(self.claim.state), self.check(action, by)
        after = _target(rule, before, to)
        written = {name: value for name, value in (changes or {}).items() if getattr(self.claim, name) != value}
        if after != before:
            written["state"] = after
        recorded = dict(data or {})
        if written or decision_changed:
            recorded |= self._write(action, written)
        event = self.record(
            f"claim.{action}", by=by, from_state=before, reason=reason, data=recorded, occurred_at=occurred_at
        )
        if decision_changed or _moves_alarms(written.keys(), before, after):
            self._keep_alarms(event.type)
        if after != before and State.DISMISSED in {before, after}:
            follow_state(self.claim, self.now)
        return event

    def _write(self, action: Action, written: dict[str, Any]) -> dict[str, Any]:
        """Write the named fields; answers what changed, before and after, for the event."""
        changes = {
            name: [_plain(getattr(self.claim, name)), _plain(value)]
            for name, value in written.items()
            if name != "state"
        }
        for name, value in written.items():
            setattr(self.claim, name, value)
        self.claim.updated_at = self.now
        if action not in UNCOUNTED:
            self.claim.version += 1
        self._keep_claim([*written, "updated_at", "version"])
        return {"changes": changes} if changes else {}

    def record(
        self,
        kind: str,
        *,
        by: Actor,
        from_state: str | None = None,
        reason: str = "",
        data: Mapping[str, Any] | None = None,
        occurred_at: datetime | None = None,
    ) -> ClaimEvent:
        """Record one event of type `kind` ("noun.what") at the end of the claim's chain."""
        self._head.event_seq += 1
        event = new(
            ClaimEvent,
            claim=self.claim,
            seq=self._head.event_seq,
            type=kind,
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name,
            from_state=self.claim.state if from_state is None else from_state,
            to_state=self.claim.state,
            occurred_at=occurred_at or self.now,
            recorded_at=self.now,
        )
        self._keep_event(event, reason, data or {})
        return event

    def _keep_claim(self, fields: Sequence[str]) -> None:
        update(self.claim, fields)

    def _chain(self, event: ClaimEvent, reason: str, data: Mapping[str, Any]) -> None:
        """Give the event its text and its hash, with which the claim's chain ends from here on."""
        event.body, event.prev_hash = body_of(event, reason, data), self._head.hash
        event.hash = self._head.hash = chained(event.prev_hash, event.body)

    def _keep_event(self, event: ClaimEvent, reason: str, data: Mapping[str, Any]) -> None:
        self._chain(event, reason, data)
        insert(event)
        update(self._head, ["event_seq", "hash"])

    def _keep_alarms(self, cause: str) -> None:
        if self._has_alarms:
            rewrite_alarms(self.claim, self.standing, self.now, cause)
        else:
            write_first_alarms(self.claim, self.now)
            self._has_alarms = True

    def raise_flag(self, kind: str, *, by: Actor, reason: str) -> None:
        """Raise a flag that is not the clock's, unless it stands already with the same reason."""
        standing = Flag.objects.filter(claim=self.claim, kind=kind, cleared_at__isnull=True)
        if standing.filter(reason=reason).exists():
            return
        standing.update(cleared_at=self.now, cleared_by="claim.raise_flag")
        Flag.objects.create(claim=self.claim, kind=kind, moment=self.now, raised_at=self.now, reason=reason)
        self.take(Action.RAISE_FLAG, by=by, reason=reason, data={"kind": kind})

    def clear_flag(self, kind: str, *, by: Actor) -> None:
        """Clear a flag that is not the clock's, when it stands."""
        if clear_flags(self.claim, self.now, "claim.clear_flag", kinds=[kind]):
            self.take(Action.CLEAR_FLAG, by=by, data={"kind": kind})


def body_of(event: ClaimEvent, reason: str, data: Mapping[str, Any]) -> str:
    """The exact text that is hashed: JSON with sorted keys. Every column beside it repeats one of its values."""
    content = {
        "claim": event.claim_id,
        "seq": event.seq,
        "type": event.type,
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
        "from": event.from_state,
        "to": event.to_state,
        "reason": reason,
        "data": data,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat(),
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(),
    }
    return _BODY.encode(content)


def _moves_alarms(written: Collection[str], before: State, after: State) -> bool:
    """Whether the clock reckons with something that was written. Which of the open states a claim is in is not that."""
    moved = MOVES_ALARMS.intersection(written)
    return bool(moved) and not (moved == {"state"} and {before, after} <= OPEN_STATES)


def _target(rule: lifecycle.Rule, before: State, to: State | None) -> State:
    if rule.stays:
        return before
    if to is None:
        (only,) = rule.targets
        return only
    if to not in rule.targets:
        raise ValueError(f"{rule.action} never leads to {to}")
    return to


def _plain(value: Any) -> Any:
    """A value of a field as JSON keeps it: rows by their number, times as ISO 8601 in UTC."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
