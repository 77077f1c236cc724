"""Reads what happened and writes down who is to be told: rows first, whatever carries them comes later.

One reader at a time goes through the events in the order of the change feed and remembers its place in the same
transaction, so an event is read once whoever is killed. Nobody is told of a claim they may not see, nor of something
that is no longer so, nor of what they did themselves; for one claim, reason and day a person is told once. Only of a
claim that they lost people are told each time, and although it went out of their sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from claims.actors import ActorKind
from claims.deadlines import TimeFlag
from claims.ladders import Tell, Track
from claims.lifecycle import State
from claims.models import ClaimEvent, FlagKind, User
from reviews.models import FeedMark, Message, Notice, NoticeChoice, NoticeSettings, Part
from reviews.noticing import OUT_OF_SIGHT, USUAL, ByMail, NoticeReason, Way, day_of, when_allowed
from reviews.services.assigning import HAND_OVER
from reviews.services.losses import LEFT_BY, WITHDRAWN_BY
from reviews.services.notice_facts import Facts, facts_about, still_so

BATCH = 1000
READER = "notices"


@dataclass(frozen=True)
class Telling:
    """Somebody to be told of an event, before it is judged whether they are."""

    event: ClaimEvent
    user_id: int
    reason: NoticeReason


def make_notices(batch: int = BATCH) -> int:
    """Write the notices of the next events; answers how many events were read. Another reader at work: none."""
    with transaction.atomic():
        FeedMark.objects.get_or_create(reader=READER)
        mark = FeedMark.objects.select_for_update(skip_locked=True).filter(reader=READER).first()
        if mark is None:
            return 0
        events = list(ClaimEvent.objects.after(mark.tx, mark.event)[:batch])
        if not events:
            return 0
        tell(events)
        mark.tx, mark.event = events[-1].tx, events[-1].pk
        mark.save(update_fields=["tx", "event"])
    return len(events)


def tell(events: Sequence[ClaimEvent]) -> None:
    """Write the notices of these events, and the letters they ask for, in one transaction of the caller's."""
    heard = [event for event in events if event.type in TOLD]
    if not heard:
        return
    facts = facts_about({event.claim_id for event in heard})
    wanted = [telling for event in heard for telling in _tellings(event, facts)]
    people = people_among({telling.user_id for telling in wanted})
    made = [
        notice
        for telling in wanted
        if (person := people.get(telling.user_id)) is not None
        and (notice := _notice(telling, person, facts)) is not None
    ]
    Notice.objects.bulk_create(made, ignore_conflicts=True)
    write_letters(Notice.objects.filter(event__in={notice.event_id for notice in made}), people, facts.now)


@dataclass(frozen=True)
class Person:
    """Somebody who may be told: their row, their choices, when they are written to, and what they see."""

    user: User
    ways: Mapping[str, Way]
    times: NoticeSettings

    def way(self, reason: NoticeReason) -> Way:
        """How this person wants to hear it."""
        return self.ways.get(reason, USUAL[reason])


def people_among(ids: Iterable[int]) -> dict[int, Person]:
    """Active people with their choices, in three queries."""
    users = User.objects.filter(pk__in=set(ids), is_active=True).in_bulk()
    own = NoticeSettings.objects.in_bulk(list(users))
    ways: dict[int, dict[str, Way]] = {}
    for row in NoticeChoice.objects.filter(user__in=users):
        ways.setdefault(row.user_id, {})[row.reason] = Way(row.in_app, ByMail(row.by_mail))
    return {pk: Person(user, ways.get(pk, {}), own.get(pk) or NoticeSettings(user=user)) for pk, user in users.items()}


def _notice(telling: Telling, person: Person, facts: Facts) -> Notice | None:
    """The row, unless the person does not want it, may not see the claim, or it is no longer so."""
    way = person.way(telling.reason)
    hidden = telling.reason not in OUT_OF_SIGHT and not facts.seen_by(person.user, telling.event.claim_id)
    if way.silent or hidden:
        return None
    notice = Notice(
        user=person.user,
        claim_id=telling.event.claim_id,
        reason=telling.reason,
        day=day_of(facts.now, person.user.zone),
        event=telling.event,
        in_app=way.in_app,
        by_mail=way.by_mail,
        made_at=facts.now,
    )
    return notice if still_so(notice, facts) else None


def write_letters(notices: QuerySet[Notice], people: Mapping[int, Person], now: datetime) -> None:
    """A letter for each of these that was new at `now` and is wanted at once. Without a mail server there are none."""
    if not settings.MAIL_ENABLED:
        return
    written = notices.filter(by_mail=ByMail.AT_ONCE, message__isnull=True, made_at=now)
    Message.objects.bulk_create(
        Message(
            user_id=notice.user_id,
            notice=notice,
            made_at=now,
            next_attempt_at=when_allowed(now, people[notice.user_id].times.quiet, people[notice.user_id].user.zone),
        )
        for notice in written
        if people[notice.user_id].user.email
    )


def _tellings(event: ClaimEvent, facts: Facts) -> list[Telling]:
    found = TOLD[event.type](event, facts)
    did_it = event.actor_id if event.actor_kind == ActorKind.PERSON else None
    return [Telling(event, user, reason) for user, reason in found if user != did_it]


Found = list[tuple[int, NoticeReason]]


def _assigned(event: ClaimEvent, facts: Facts) -> Found:
    seat = facts.seats.get(event.data.get("assignment", 0))
    if seat is None:
        return []
    if seat.part == Part.ADJUDICATION:
        reason = NoticeReason.ADJUDICATION
    elif event.actor_name == HAND_OVER.name:
        reason = NoticeReason.HANDED
    elif event.to_state == State.SECOND_OPINION:
        reason = NoticeReason.SECOND_OPINION
    else:
        reason = NoticeReason.ASSIGNED
    return [(seat.reviewer.user_id, reason)]


def _flagged(event: ClaimEvent, facts: Facts) -> Found:
    """Editors hear of what is theirs to settle; of a changed source whoever is on the claim, editors if nobody is."""
    reasons = {kind: NoticeReason(kind) for kind in (FlagKind.SPLIT, FlagKind.UNROUTABLE, FlagKind.SOURCE_CHANGED)}
    kind = event.data.get("kind", "")
    if kind == FlagKind.AWAY:
        return _left(event, facts)
    reason = reasons.get(kind)
    on_it = facts.on_it(event.claim_id) if reason == NoticeReason.SOURCE_CHANGED else []
    return [(user, reason) for user in on_it or facts.editors(event.claim_id)] if reason else []


def _canceled(event: ClaimEvent, facts: Facts) -> Found:
    """The provider cancelled an article: whoever has the open claim, else the editors, as of one that is decided."""
    on_it = facts.on_it(event.claim_id) if facts.claims[event.claim_id].is_open else []
    return [(user, NoticeReason.SOURCE_CANCELED) for user in on_it or facts.editors(event.claim_id)]


def _taken_off(event: ClaimEvent, facts: Facts) -> Found:
    """Whoever lost their seat by what somebody else did."""
    return [(user, NoticeReason.TAKEN_OFF) for user in facts.taken_off(event)]


def _vacated(event: ClaimEvent, facts: Facts) -> Found:
    """A seat was left: by itself that is told to whoever was taken off it, and what it means for others to them."""
    return [*_taken_off(event, facts), *_left(event, facts)]


def _left(event: ClaimEvent, facts: Facts) -> Found:
    """Somebody left the claim, or is away: editors hear of it when it was theirs to settle what reviewers differ on."""
    if not facts.is_unsettled(event.claim_id):
        return []
    return [(user, NoticeReason.UNSETTLED) for user in facts.editors(event.claim_id)]


def _escalated(event: ClaimEvent, facts: Facts) -> Found:
    """A step of the desk's ladder: whom it names is told what the clock says now, editors if nobody is on it."""
    own_date = event.data.get("track") == Track.OWN_DATE
    kind = TimeFlag.DATE_PASSED if own_date else TimeFlag.LATE
    near, past = (
        (NoticeReason.DATE_NEAR, NoticeReason.DATE_PASSED) if own_date else (NoticeReason.REMINDER, NoticeReason.LATE)
    )
    reason = past if facts.has_passed(event.claim_id, kind) else near
    tells = {event.data.get("tell"), *event.data.get("also_tell", ())}
    reviewers = facts.on_it(event.claim_id) if Tell.REVIEWER in tells else []
    editors = facts.editors(event.claim_id) if Tell.EDITOR in tells or not reviewers else []
    return [(user, reason) for user in sorted({*editors, *reviewers})]


def _waited(event: ClaimEvent, facts: Facts) -> Found:
    """A wait is over: whoever parked the claim hears of it if they asked for that."""
    asked = facts.who_asked(event.claim_id)
    return [(asked, NoticeReason.WAIT_OVER)] if asked else []


def _to_judges(reason: NoticeReason) -> Callable[[ClaimEvent, Facts], Found]:
    return lambda event, facts: [(user, reason) for user in facts.judges(event.claim_id)]


# Which events somebody may be told of, and whom and why.
TOLD: Mapping[str, Callable[[ClaimEvent, Facts], Found]] = {
    "claim.assign": _assigned,
    "claim.raise_flag": _flagged,
    "article.cancel": _canceled,
    **dict.fromkeys(LEFT_BY, _vacated),
    **dict.fromkeys(WITHDRAWN_BY, _taken_off),
    "claim.escalate": _escalated,
    "claim.resume": _waited,
    "claim.reopen": _to_judges(NoticeReason.REOPENED),
    "decision.make": _to_judges(NoticeReason.DECIDED),
}
