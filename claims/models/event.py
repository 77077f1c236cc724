"""The history: one row per action, append-only, chained by hash per claim."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import BigIntegerField, DateTimeField, Func, Q, UniqueConstraint
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from claims.actors import ActorKind
from claims.deadlines import TimeFlag
from claims.lifecycle import State
from claims.models.alarm import FlagKind
from claims.models.evidence import Evidence, Visibility
from claims.models.frozen import frozen
from claims.models.many import any_of


class TransactionNumber(Func):
    """The number of the running transaction. Events sort by it so that a reader of the feed never misses one."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = BigIntegerField()
    arity = 0


class DatabaseClock(Func):
    """The database's clock at the moment of writing: for what is written once other locks are had."""

    template = "clock_timestamp()"
    output_field = DateTimeField()
    arity = 0


# The oldest transaction of this database that still ran when the reading statement began. A snapshot names those of the
# whole server: one that is seen now to belong to another database writes no events of ours. One that has ended since is
# taken for ours, and so is one whose role hides from us; the snapshot leaves out our own. A standby's snapshot names
# none of them one by one.
OLDEST_RUNNING = """(SELECT CASE WHEN pg_is_in_recovery() THEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  ELSE LEAST(
    (SELECT min(running::text::bigint) FROM pg_snapshot_xip(pg_current_snapshot()) AS running
      WHERE NOT EXISTS (SELECT FROM pg_stat_get_activity(NULL) AS other
                         WHERE other.backend_xid = running::xid
                           AND other.datid <> (SELECT oid FROM pg_database WHERE datname = current_database()))),
    pg_current_xact_id_if_assigned()::text::bigint,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint) END)"""


class CommittedBefore(Func):
    """The oldest transaction that may still write events: everything below it is final."""

    template = OLDEST_RUNNING
    output_field = BigIntegerField()
    arity = 0


# A transaction may have its number long before it has the claim's lock, and write after a younger one. Its event then
# takes the place of the event before it, so that the feed tells a claim's events in their order. No reader can have
# passed that place: nothing is told at or above the number of a transaction that still runs. (A statement of its own in
# the trigger sees what was committed since the writing statement began. While no younger transaction has ended there is
# nothing to look for.)
FOLLOWS = """
IF pg_snapshot_xmax(pg_current_snapshot())::text::bigint > NEW.tx THEN
  SELECT event.tx INTO before FROM claims_claimevent event
   WHERE event.claim_id = NEW.claim_id AND event.seq < NEW.seq ORDER BY event.seq DESC LIMIT 1;
  IF before > NEW.tx THEN NEW.tx := before; END IF;
END IF;
RETURN NEW;
"""
# What comes in by itself and moves nothing of the claim.
PASSING = (
    *("article.changed", "article.cancel", "article.usable"),
    *("evidence.kept", "evidence.failed", "evidence.changed", "evidence.read"),
)
# What the clock says of a claim by itself: nobody chose it.
ANNOUNCED = frozenset({*(f"claim.{kind}" for kind in TimeFlag), "claim.escalate"})
FOR_UNDOING = frozenset({"course"})
# What an event says of an item of evidence that is protected now, whatever it said when it was written.
OF_PROTECTED = frozenset({"evidence", "visibility", "fields", "copied_from"})
FLAGGED = frozenset({"claim.raise_flag", "claim.clear_flag"})


class ClaimEventQuerySet(models.QuerySet["ClaimEvent"]):
    def moving(self) -> Self:
        """What people and rules did to the claim, without what only came in: a page read, an item seen."""
        return self.exclude(type__in=PASSING)

    def by_person(self, user: Combinable | int) -> Self:
        """What a person did, latest first, along an index."""
        return self.filter(actor_kind=ActorKind.PERSON, actor_id=user).order_by("-recorded_at")

    def after(self, tx: int, pk: int) -> Self:
        """The change feed behind the cursor (tx, pk): in order, and only what can no longer gain a predecessor."""
        behind = Q(tx__gt=tx) | Q(tx=tx, pk__gt=pk)
        return self.filter(behind, tx__gte=tx, tx__lt=CommittedBefore()).order_by("tx", "pk")

    def end_of_feed(self) -> tuple[int, int]:
        """The place of the last event that can no longer gain a predecessor; (0, 0) before the first."""
        final = self.filter(tx__lt=CommittedBefore()).order_by("-tx", "-pk")
        return final.values_list("tx", "pk").first() or (0, 0)


class ClaimEvent(models.Model):
    """One action. `body` is the exact text that was hashed; the columns beside it repeat it for queries.

    `type` is "noun.what" ("claim.accept", "evidence.add", "claim.late"). `occurred_at` is when it became true,
    `recorded_at` when we noticed, both UTC. `hash` is sha256(prev_hash + LF + body), hexadecimal.
    """

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="events", db_index=False
    )
    seq = models.PositiveIntegerField(_("number in claim"))
    type = models.CharField(_("what"), max_length=40)
    actor_kind = models.CharField(_("kind of actor"), max_length=6, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(_("actor's number"), null=True, blank=True)
    actor_name = models.CharField(_("who"), max_length=200)
    from_state = models.CharField(_("from"), max_length=16, choices=State.choices, blank=True)
    to_state = models.CharField(_("to"), max_length=16, choices=State.choices)
    occurred_at = models.DateTimeField(_("when it became true"))
    recorded_at = models.DateTimeField(_("when it was noticed"))
    body = models.TextField(_("hashed text"))
    prev_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)
    tx = models.BigIntegerField(_("transaction"), db_default=TransactionNumber())

    objects = ClaimEventQuerySet.as_manager()

    # Whether the item of evidence it names is protected now; None before somebody looked, see `look_for_protected`.
    of_protected: bool | None = None

    class Meta:
        verbose_name = _("event")
        ordering = ("claim_id", "seq")
        constraints = (UniqueConstraint(fields=("claim", "seq"), name="event_seq_once"),)
        indexes = (
            models.Index(fields=("tx", "id"), name="event_feed"),
            models.Index(fields=("-recorded_at", "-id"), name="event_latest"),
            models.Index(
                fields=("actor_id", "-recorded_at"), condition=Q(actor_kind=ActorKind.PERSON), name="event_by_person"
            ),
        )
        triggers = (
            *frozen("event"),
            pgtrigger.Trigger(
                name="event_follows",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("before", "bigint")],
                func=FOLLOWS,
            ),
        )

    def __str__(self) -> str:
        return f"#{self.claim_id}.{self.seq} {self.type}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """The hashed text, read: claim, seq, type, actor, from, to, reason, data and both times."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def reason(self) -> str:
        return str(self.content.get("reason", ""))

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.content.get("data", {})
        return found

    @property
    def told(self) -> dict[str, Any]:
        """The data as whoever sees the claim may read it: without what a step keeps for its own undoing alone.

        How a claim was handled before may name rules of desks that the reader does not see. Nor does it say more of an
        item of evidence than its number while that is protected: it was made so since.
        """
        if self.hides_item:
            return {name: value for name, value in self.data.items() if name in OF_PROTECTED}
        return {name: value for name, value in self.data.items() if name not in FOR_UNDOING}

    @property
    def names_item(self) -> bool:
        """Whether it says what an item of evidence is called."""
        return self.type.startswith("evidence.") and "title" in self.data

    @property
    def hides_item(self) -> bool:
        """Whether that item is protected now, so that its words are kept from everybody who reads the event."""
        if self.of_protected is None:
            look_for_protected([self])
        return bool(self.of_protected)

    @property
    def is_announcement(self) -> bool:
        """Whether the clock told of one of the claim's dates."""
        return self.actor_kind == ActorKind.RULE and self.type in ANNOUNCED

    @property
    def is_routing(self) -> bool:
        """Whether a rule gave a seat of the claim, or told that nobody can take it or that somebody can again."""
        if self.actor_kind != ActorKind.RULE:
            return False
        return self.type == "claim.assign" or (self.type in FLAGGED and self.data.get("kind") == FlagKind.UNROUTABLE)


def look_for_protected(events: Iterable[ClaimEvent], read: Iterable[Evidence] | None = None) -> None:
    """Find out which of these events name an item of evidence that is protected now.

    One query, none where `read` are the items of their claim, every open one among them.
    """
    events = [event for event in events if event.of_protected is None]
    protected = {event.data["evidence"] for event in events if event.names_item}
    if read is not None:
        protected -= {item.pk for item in read if item.visibility != Visibility.PROTECTED}
    elif protected:
        named = Evidence.objects.filter(pk__in=any_of(protected), visibility=Visibility.PROTECTED)
        protected = set(named.values_list("pk", flat=True))
    for event in events:
        event.of_protected = event.names_item and event.data["evidence"] in protected


def chained(prev_hash: str, body: str) -> str:
    """The next hash of a claim's chain: sha256 over the hash before, a line feed and the exact body."""
    return sha256(f"{prev_hash}\n{body}".encode()).hexdigest()
