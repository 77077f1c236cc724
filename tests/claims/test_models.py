"""Lists of claims say what the clock says of each, and the database refuses what must never be."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.actors import rule
from claims.deadlines import TimeFlag
from claims.lifecycle import State
from claims.models import Claim, Decision, Evidence, FlagKind
from claims.services.transitions import locked
from tests.factories import a_claim, a_desk, ahead, an_editor, dated, evidence_for, now

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MOMENTS = st.integers(-200 * 3600, 400 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@pytest.fixture
def newsroom() -> list[Claim]:
    """Claims in every state, with own dates before and after now, on desks that warn early and late."""
    hasty, careful = (a_desk(warning_hours=hours, minimum_minutes=1) for hours in (2, 30))
    editor = an_editor(hasty)
    own = [None, dated(now() - 30 * HOUR), dated(now() + 20 * HOUR), dated(now() + 200 * HOUR)]
    made = [a_claim(hasty, state, by=editor, own=one) for state in State for one in own]
    return made + [a_claim(careful, state) for state in (State.QUEUED, State.WAITING)]


class Clock:
    """What the clock says of all claims as they are now."""

    def __init__(self) -> None:
        self.claims = list(Claim.objects.select_related("desk"))
        self.standing = {decision.claim_id: decision for decision in Decision.objects.filter(standing=True)}

    def flagged(self, moment: datetime) -> dict[TimeFlag, set[int]]:
        flags = {claim.pk: claim.time_flags(moment, self.standing.get(claim.pk)) for claim in self.claims}
        return {kind: {number for number, found in flags.items() if kind in found} for kind in TimeFlag}


def listed(kind: str, moment: datetime) -> set[int]:
    return set(Claim.objects.flagged(kind, moment).values_list("pk", flat=True))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOMENTS)
def test_each_list_holds_exactly_the_claims_of_which_the_clock_says_so(newsroom: list[Claim], away: timedelta) -> None:
    moment, clock = now() + away, Clock()
    assert len(clock.claims) == len(newsroom)
    assert {kind: listed(kind, moment) for kind in TimeFlag} == clock.flagged(moment), moment


def test_the_lists_change_in_the_instant_after_each_moment(newsroom: list[Claim]) -> None:
    tick, clock = timedelta(microseconds=1), Clock()
    edges = {claim.review_due_at for claim in newsroom[:14]} | {claim.confirm_by for claim in newsroom[:14]}
    for edge in sorted(moment for moment in edges if moment):
        for moment in (edge - tick, edge, edge + tick):
            assert {kind: listed(kind, moment) for kind in TimeFlag} == clock.flagged(moment), moment


def test_late_is_strictly_after_due() -> None:
    claim = a_claim(a_desk())
    assert claim.review_due_at is not None
    assert not claim.is_late(claim.review_due_at)
    assert claim.is_late(claim.review_due_at + timedelta(microseconds=1))
    assert not Claim.objects.late(claim.review_due_at).exists()


def test_what_is_due_within_a_span_leaves_out_what_is_late() -> None:
    due = a_claim(a_desk()).review_due_at
    assert due is not None
    tick = timedelta(microseconds=1)
    starts = (due - HOUR, due - HOUR + tick, due, due + tick)
    assert [Claim.objects.due_within(start, HOUR).exists() for start in starts] == [False, True, True, False]


def test_the_open_claims_are_the_accepted_ones_without_a_verdict() -> None:
    claims = [a_claim(a_desk(), state) for state in State]
    assert {claim.state for claim in Claim.objects.open()} == {"queued", "in_review", "waiting", "second_opinion"}
    assert set(Claim.objects.open()) == {claim for claim in claims if claim.is_open}


def test_a_flag_that_is_not_the_clocks_is_listed_while_it_stands() -> None:
    claim = a_claim(a_desk())
    with locked(claim.pk) as held:
        held.raise_flag(FlagKind.UNROUTABLE, by=rule("routing"), reason="Everybody is away.")
    assert listed(FlagKind.UNROUTABLE, now()) == {claim.pk}
    with locked(claim.pk) as held:
        held.clear_flag(FlagKind.UNROUTABLE, by=rule("routing"))
    assert listed(FlagKind.UNROUTABLE, now()) == set()


def test_decided_since_counts_only_standing_decisions() -> None:
    before = now() - HOUR
    claim = a_claim(a_desk(), State.DECIDED)
    assert list(Claim.objects.decided_since(before)) == [claim]
    assert not Claim.objects.decided_since(ahead(hours=1)).exists()
    Decision.objects.filter(claim=claim).update(standing=False)
    assert not Claim.objects.decided_since(before).exists()


@pytest.mark.parametrize(
    ("words", "found"), [("minister resign", True), ("MINISTER", True), ("minister king", False), ("міністр", True)]
)
def test_a_search_finds_claims_that_hold_all_words_in_any_language(words: str, *, found: bool) -> None:
    a_claim(a_desk(), statement="The minister will resign. Міністр піде.")
    assert Claim.objects.searched(words).exists() == found


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "claim_state_known"),
        ({"priority": 9}, "claim_priority"),
        ({"statement": ""}, "claim_statement"),
        ({"desk": None}, "claim_accepted_has_desk_and_due"),
        ({"review_due_at": None}, "claim_accepted_has_desk_and_due"),
        ({"confirm_by": datetime.fromisoformat("2026-01-01T00:00:00+00:00")}, "claim_own_date_whole"),
        ({"state": "waiting"}, "claim_waiting_says_why"),
        ({"waiting_reason": "reply"}, "claim_waiting_says_why"),
        ({"state": "dismissed"}, "claim_dismissed_says_why"),
        ({"dismissal_reason": "other"}, "claim_dismissed_says_why"),
    ],
)
def test_the_database_refuses_a_claim_that_cannot_be(changes: dict[str, object], constraint: str) -> None:
    claim = a_claim(a_desk())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(**changes)


def test_the_database_refuses_a_second_standing_decision() -> None:
    first = a_claim(a_desk(), State.DECIDED).decisions.get()
    with pytest.raises(IntegrityError, match="decision_standing_once"), transaction.atomic():
        moments = {"decided_at": now(), "recorded_at": now()}
        Decision.objects.create(claim=first.claim, number=2, said="accurate", why="Again.", **moments)


def test_an_item_of_evidence_tells_the_guards_whether_it_stands() -> None:
    claim = a_claim(a_desk())
    old, new = evidence_for(claim), evidence_for(claim)
    Evidence.objects.filter(pk=old.pk).update(superseded_by=new)
    old.refresh_from_db()
    assert (old.as_item().standing, new.as_item().standing) == (False, True)
