"""Seats given set-based leave the same rows as seats given one by one."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import Action
from claims.models import Claim, ClaimEvent, Flag, FlagKind
from claims.services.flagging import Found, lower_flags, raise_flags
from claims.services.transitions import database_time, locked
from reviews.errors import NotEligible
from reviews.models import Absence, Assignment, PolicyKind, Reviewer
from reviews.services.acting import act, acting_on
from reviews.services.assigning import ROUTER
from reviews.services.routing import FIT, Routed, pass_on, route_waiting
from reviews.services.seating import Seat, give_seats
from reviews.services.timeline import entries
from tests import factories as make
from tests.concurrency.crowd import broken_promises

pytestmark = pytest.mark.django_db


def last_event(claim: Claim) -> ClaimEvent:
    return ClaimEvent.objects.filter(claim=claim).latest("seq")


def seat(claim: Claim, reviewer: Reviewer, seq: int | None = None) -> Seat:
    """The first seat of a claim as it is now."""
    seen = last_event(claim).seq if seq is None else seq
    return Seat(claim.pk, seen, 1, reviewer.pk, str(reviewer), [{"code": "chosen"}])


def test_a_seat_is_told_in_the_words_of_a_seat_given_by_hand() -> None:
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    by_hand, by_rule = make.a_claim(desk, by=editor), make.a_claim(desk, by=editor)
    given = make.put_on(by_hand, reviewer, editor)
    assert give_seats([seat(by_rule, reviewer)], rule=FIT, actor=ROUTER.name) == 1
    routed = Assignment.objects.get(claim=by_rule)
    one, other = last_event(by_hand), last_event(by_rule)
    assert other.content["data"] == {**one.content["data"], "assignment": routed.pk, "rule": FIT}
    assert other.content.keys() == one.content.keys()
    assert (other.type, other.seq, other.to_state) == (one.type, one.seq, one.to_state)
    assert (other.actor_kind, other.actor_name) == ("rule", "routing")
    assert (routed.seat, routed.round, routed.part, routed.status) == (
        given.seat,
        given.round,
        given.part,
        given.status,
    )
    assert routed.assigned_at == other.recorded_at == other.occurred_at
    assert broken_promises() == {}


def test_a_claim_somebody_can_take_again_loses_its_flag_with_an_event_of_its_own() -> None:
    desk = make.a_desk()
    claim, plain = make.a_claim(desk), make.a_claim(desk)
    assert route_waiting() == Routed(unroutable=2)
    make.a_reviewer(desk)
    assert route_waiting() == Routed(assigned=2)
    types = list(ClaimEvent.objects.filter(claim=claim).order_by("-seq").values_list("type", flat=True)[:3])
    assert types == ["claim.clear_flag", "claim.assign", "claim.raise_flag"]
    last = ClaimEvent.objects.filter(claim=claim).latest("seq")
    assert entries([last], database_time(), None)[0].words == "No longer: Nobody can take this"
    assert not Flag.objects.standing().exists()
    assert Flag.objects.filter(claim__in=[claim, plain], cleared_by="claim.clear_flag").count() == 2
    assert broken_promises() == {}


def test_a_claim_nobody_can_take_is_flagged_once_for_each_reason() -> None:
    desk = make.a_desk(name="World")
    claim = make.a_claim(desk)
    assert [route_waiting() for _ in range(3)] == [Routed(unroutable=1)] * 3
    reviewer = make.a_reviewer(desk)
    Absence.objects.create(reviewer=reviewer, starts_at=make.ahead(hours=-1), ends_at=make.ahead(days=1))
    route_waiting()
    flags = Flag.objects.filter(claim=claim, kind=FlagKind.UNROUTABLE).order_by("raised_at")
    assert [flag.reason for flag in flags] == [
        "World desk has no active reviewers.",
        "World desk has 1 reviewer: 1 away.",
    ]
    assert [flag.cleared_by for flag in flags] == ["claim.raise_flag", ""]
    assert last_event(claim).content["data"] == {"kind": "unroutable"}
    assert broken_promises() == {}


def test_somebody_with_room_for_two_gets_the_two_most_urgent_of_three() -> None:
    desk = make.a_desk()
    claims, reviewer = [make.a_claim(desk) for _ in range(3)], make.a_reviewer(desk, limit=2)
    assert give_seats([seat(claim, reviewer) for claim in claims], rule=FIT, actor=ROUTER.name) == 2
    assert set(Assignment.objects.values_list("claim", flat=True)) == {claim.pk for claim in claims[:2]}


def test_somebody_who_gives_no_second_opinions_gets_the_first_seat_and_never_the_second() -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2), name="World")
    editor, junior = make.an_editor(desk), make.a_reviewer(desk, gives_second_opinions=False)
    claim, other = make.a_claim(desk, by=editor), make.a_claim(desk, by=editor)
    make.put_on(other, make.a_reviewer(desk, limit=1), editor)
    late = Seat(other.pk, last_event(other).seq, 2, junior.pk, str(junior), [])
    assert give_seats([late], rule=FIT, actor=ROUTER.name) == 0
    assert route_waiting() == Routed(assigned=1, unroutable=1)
    assert Assignment.objects.get(claim=claim).reviewer == junior
    why = "World desk has 2 reviewers: 1 already on this claim, 1 does not give second opinions."
    assert Flag.objects.standing().get(claim=other).reason == why


def test_a_first_seat_is_handed_to_somebody_who_gives_no_second_opinions_and_a_second_is_not() -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2))
    editor, people = make.an_editor(desk), [make.a_reviewer(desk) for _ in range(2)]
    junior = make.a_reviewer(desk, gives_second_opinions=False)
    claim = make.a_claim(desk, by=editor)
    for person in people:
        make.put_on(claim, person, editor)

    def hand_to_junior(giver: Reviewer) -> None:
        with acting_on(claim.pk, make.viewer(giver)) as acting:
            assert acting.mine is not None
            pass_on(acting.held, acting.mine, junior, by=acting.by, note="Yours?")

    with pytest.raises(NotEligible, match="does not give second opinions"):
        hand_to_junior(people[1])
    hand_to_junior(people[0])
    assert Assignment.objects.open().get(claim=claim, seat=1).reviewer == junior


def test_a_claim_of_which_anything_was_recorded_since_is_left_to_the_next_pass() -> None:
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, by=editor)
    seen = seat(claim, reviewer)
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It matters.")
    assert give_seats([seen], rule=FIT, actor=ROUTER.name) == 0
    assert raise_flags(FlagKind.UNROUTABLE, [Found(claim.pk, seen.seq, "Nobody.")], by=ROUTER) == 0
    assert route_waiting() == Routed(assigned=1)


def test_a_row_the_database_refuses_stops_nobody_else() -> None:
    desk = make.a_desk()
    bad, good = make.a_claim(desk), make.a_claim(desk)
    reviewer = make.a_reviewer(desk)
    unwritable = Seat(bad.pk, last_event(bad).seq, 99999, reviewer.pk, str(reviewer), [])
    assert give_seats([unwritable, seat(good, reviewer)], rule=FIT, actor=ROUTER.name) == 1
    assert Assignment.objects.get().claim == good
    assert broken_promises() == {}


def test_a_flag_is_raised_and_cleared_as_under_the_lock() -> None:
    desk = make.a_desk()
    one, other = make.a_claim(desk), make.a_claim(desk)
    with locked(one.pk) as held:
        held.raise_flag(FlagKind.UNROUTABLE, by=ROUTER, reason="Nobody.")
    found = Found(other.pk, last_event(other).seq, "Nobody.")
    assert raise_flags(FlagKind.UNROUTABLE, [found], by=ROUTER) == 1
    with locked(one.pk) as held:
        held.clear_flag(FlagKind.UNROUTABLE, by=ROUTER)
    assert lower_flags(FlagKind.UNROUTABLE, [Found(other.pk, last_event(other).seq)], by=ROUTER) == 1
    assert lower_flags(FlagKind.UNROUTABLE, [Found(other.pk, last_event(other).seq)], by=ROUTER) == 0
    told = [
        [
            {**event.content, "claim": 0, "occurred_at": 0, "recorded_at": 0}
            for event in claim.events.order_by("seq")[2:]
        ]
        for claim in (one, other)
    ]
    assert json.dumps(told[0], sort_keys=True) == json.dumps(told[1], sort_keys=True)
    assert broken_promises() == {}


def test_a_pass_asks_the_database_as_often_for_forty_claims_as_for_four() -> None:
    desk = make.a_desk()
    editor, quote = make.an_editor(desk), make.a_quote(make.an_article().revision)
    for _ in range(4):
        make.a_reviewer(desk, limit=20)

    def queries(claims: int) -> int:
        for _ in range(claims):
            make.a_claim(desk, by=editor, quote=quote)
        with CaptureQueriesContext(connection) as asked:
            assert route_waiting().assigned == claims
        return len(asked)

    assert queries(4) == queries(40)
