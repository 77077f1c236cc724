"""What must be known of claims to tell anybody about them, read in a fixed number of queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from claims.deadlines import TimeFlag, moments
from claims.lifecycle import State
from claims.models import Claim, ClaimEvent, Decision, DeskRole, Flag, FlagKind, Membership, OperationState, User
from claims.permissions import viewer_for_user, visible_claims
from claims.services.transitions import database_time
from reviews.models import Assignment, Notice, Part, Review
from reviews.noticing import NoticeReason
from reviews.services.losses import Losses, lost_by, seats_lost

# Which of the clock's moments a reason speaks of, and whether it lies ahead or behind.
AHEAD = {NoticeReason.REMINDER: TimeFlag.LATE, NoticeReason.DATE_NEAR: TimeFlag.DATE_PASSED}
PAST = {NoticeReason.LATE: TimeFlag.LATE, NoticeReason.DATE_PASSED: TimeFlag.DATE_PASSED}


@dataclass(frozen=True)
class Facts:
    """Some claims as they stand at `now`, the database's time: who is on them, whose desks they are, what holds."""

    now: datetime
    claims: Mapping[int, Claim]
    standing: Mapping[int, Decision]
    seats: Mapping[int, Assignment]
    held_by: Mapping[int, set[int]]
    flags: Mapping[int, set[str]]
    edited_by: Mapping[int, set[int]]
    judged_by: Mapping[int, set[int]]
    _seen: dict[int, frozenset[int]] = field(default_factory=dict)

    def on_it(self, claim_id: int) -> list[int]:
        """The people with an open seat on the claim, by number."""
        return sorted(self.held_by.get(claim_id, ()))

    def editors(self, claim_id: int) -> list[int]:
        """The editors of the claim's desk, by number."""
        return sorted(self.edited_by.get(self.claims[claim_id].desk_id or 0, ()))

    def is_unsettled(self, claim_id: int) -> bool:
        """Whether reviewers disagree and whoever was to settle it has left, or is away."""
        flags = self.flags.get(claim_id, set())
        settling = any(seat.claim_id == claim_id and seat.part == Part.ADJUDICATION for seat in self.seats.values())
        return FlagKind.SPLIT in flags and (FlagKind.AWAY in flags or not settling)

    def who_asked(self, claim_id: int) -> int | None:
        """The person who parked the claim last and asked to be told when the wait is over, by number."""
        return self._asked.get(claim_id)

    @cached_property
    def _asked(self) -> dict[int, int | None]:
        """The same of all claims, read only where one of them waits no more."""
        waits = ClaimEvent.objects.filter(claim__in=self.claims.keys(), type="claim.wait").order_by("claim_id", "-seq")
        return {one.claim_id: one.actor_id for one in waits.distinct("claim_id") if one.data.get("tell_me")}

    def taken_off(self, event: ClaimEvent) -> list[int]:
        """The people who lost their seat by this event, by number."""
        return lost_by(event, self._lost)

    @cached_property
    def _lost(self) -> Losses:
        """The seats that were lost of all claims, read only where somebody may have been taken off one of them."""
        return seats_lost(self.claims.keys())

    def judges(self, claim_id: int) -> list[int]:
        """The people whose review of the claim is in, by number."""
        return sorted(self.judged_by.get(claim_id, ()))

    def seen_by(self, user: User, claim_id: int) -> bool:
        """Whether the person may see the claim now."""
        if user.pk not in self._seen:
            seen = visible_claims(viewer_for_user(user), self.now).filter(pk__in=self.claims.keys())
            self._seen[user.pk] = frozenset(seen.values_list("pk", flat=True))
        return claim_id in self._seen[user.pk]

    def moment(self, claim_id: int, kind: TimeFlag) -> datetime | None:
        """When the clock says this of the claim, None when it never will."""
        return moments(self.claims[claim_id].date_facts(self.standing.get(claim_id))).get(kind)

    def has_passed(self, claim_id: int, kind: TimeFlag) -> bool:
        """Whether that moment lies behind and still matters."""
        moment = self.moment(claim_id, kind)
        return moment is not None and moment < self.now


def facts_about(claim_ids: Iterable[int]) -> Facts:
    """Read what there is to know of these claims."""
    ids = sorted(set(claim_ids))
    claims = Claim.objects.select_related("desk").in_bulk(ids)
    desks = {claim.desk_id for claim in claims.values() if claim.desk_id}
    seats = Assignment.objects.open().filter(claim__in=ids).select_related("reviewer__user").in_bulk()
    editors = Membership.objects.filter(desk__in=desks, role=DeskRole.EDITOR)
    return Facts(
        now=database_time(),
        claims=claims,
        standing={row.claim_id: row for row in Decision.objects.filter(claim__in=ids, standing=True)},
        seats=seats,
        held_by=_grouped((seat.claim_id, seat.reviewer.user_id) for seat in seats.values()),
        flags=_grouped(Flag.objects.standing().filter(claim__in=ids).values_list("claim_id", "kind")),
        edited_by=_grouped(editors.values_list("desk_id", "user_id")),
        judged_by=_grouped(Review.objects.filter(claim__in=ids).values_list("claim_id", "reviewer__user_id")),
    )


_K = TypeVar("_K")
_V = TypeVar("_V")


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, set[_V]]:
    found: dict[_K, set[_V]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return found


Judge = Callable[[Notice, Facts], bool]


def still_so(notice: Notice, facts: Facts) -> bool:
    """Whether what a notice says is so now: it is not worth a letter, nor a place in the list, when it is not."""
    return _STILL[NoticeReason(notice.reason)](notice, facts)


def claim_in(notice: Notice) -> int:
    """The number of the claim that a notice tells of; 0, which no claim has, for an import."""
    return notice.claim_id or 0


def _has_a_seat(notice: Notice, facts: Facts) -> bool:
    return notice.user_id in facts.on_it(claim_in(notice))


def _their_concern(notice: Notice, facts: Facts) -> bool:
    return _has_a_seat(notice, facts) or notice.user_id in facts.editors(claim_in(notice))


def _is_past(notice: Notice, facts: Facts) -> bool:
    passed = facts.has_passed(claim_in(notice), PAST[NoticeReason(notice.reason)])
    return passed and _their_concern(notice, facts)


def _is_ahead(notice: Notice, facts: Facts) -> bool:
    moment = facts.moment(claim_in(notice), AHEAD[NoticeReason(notice.reason)])
    return moment is not None and moment >= facts.now and _their_concern(notice, facts)


def _is_flagged(kind: FlagKind) -> Judge:
    return lambda notice, facts: kind in facts.flags.get(claim_in(notice), ())


def _waits_no_more(notice: Notice, facts: Facts) -> bool:
    claim = facts.claims[claim_in(notice)]
    return claim.is_open and claim.state != State.WAITING


def _is_decided(notice: Notice, facts: Facts) -> bool:
    return facts.claims[claim_in(notice)].state == State.DECIDED


def _is_open_again(notice: Notice, facts: Facts) -> bool:
    return facts.claims[claim_in(notice)].is_open


def _has_failed(notice: Notice, facts: Facts) -> bool:
    """An import is read from its row: no claim is needed to tell of it."""
    return notice.operation is not None and notice.operation.state == OperationState.FAILED


_STILL: Mapping[NoticeReason, Judge] = {
    NoticeReason.ASSIGNED: _has_a_seat,
    NoticeReason.HANDED: _has_a_seat,
    NoticeReason.SECOND_OPINION: _has_a_seat,
    NoticeReason.ADJUDICATION: _has_a_seat,
    NoticeReason.TAKEN_OFF: lambda notice, facts: not _has_a_seat(notice, facts),
    NoticeReason.REMINDER: _is_ahead,
    NoticeReason.LATE: _is_past,
    NoticeReason.DATE_NEAR: _is_ahead,
    NoticeReason.DATE_PASSED: _is_past,
    NoticeReason.WAIT_OVER: _waits_no_more,
    NoticeReason.SPLIT: _is_flagged(FlagKind.SPLIT),
    NoticeReason.UNSETTLED: lambda notice, facts: facts.is_unsettled(claim_in(notice)),
    NoticeReason.UNROUTABLE: _is_flagged(FlagKind.UNROUTABLE),
    NoticeReason.SOURCE_CHANGED: _is_flagged(FlagKind.SOURCE_CHANGED),
    NoticeReason.SOURCE_CANCELED: _is_flagged(FlagKind.SOURCE_CHANGED),
    NoticeReason.DECIDED: _is_decided,
    NoticeReason.REOPENED: _is_open_again,
    NoticeReason.IMPORT_FAILED: _has_failed,
}
