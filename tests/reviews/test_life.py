"""A newsroom lives at random: what is announced is what holds, and verify finds nothing, whatever people do.

Several people take hundreds of random steps on a few claims whose dates pass while they work, with a sweep now and
then. Refusals are part of life; anything else that is raised is a bug. The seed names a life; the clock is real.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest

from claims.deadlines import OwnDate, Precision, TimeFlag, holding, moments
from claims.errors import ClaimDeskError
from claims.ladders import Deed, Step, Tell, Track
from claims.lifecycle import TRANSITIONS, Action, DismissalReason, State, WaitingReason
from claims.models import LADDER_ALARM, Alarm, Claim, ClaimEvent, Decision, Desk, DeskRole, Flag, User
from claims.services.laddering import follow_ladders, set_ladder
from claims.services.ladders import ladder_alarms
from claims.services.splitting import GivenPart
from claims.services.sweep import raise_due_flags
from claims.services.transitions import database_time
from claims.services.warnings import agree_on_warnings
from claims.verdicts import Answers, Outcome, Question, Said, So, Stance
from reviews.models import Assignment, Part, Reviewer
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assignment_of, decline, recuse
from reviews.services.escalation import carry_out
from reviews.services.pool import take_next
from reviews.services.reading import readable_reviews
from reviews.services.reviewing import ask_second_opinion, submit_review
from reviews.services.routing import give, pass_on, route_waiting
from reviews.services.verifying import verify_everything
from tests import factories as make
from tests.concurrency.crowd import broken_promises

pytestmark = pytest.mark.django_db
STEPS, LOOK_EVERY, CLAIMS = 320, 16, 4
NO_PATIENCE = timedelta(0)
BEING_REVIEWED = (State.QUEUED, State.IN_REVIEW, State.SECOND_OPINION)


class Newsroom:
    """Two desks with different hours, the people on them, and the steps they might take."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a life, not a secret
        self.taken: Counter[str] = Counter()
        self.desks = [make.a_desk(warning_hours=hours, min_origins=1) for hours in (0, 8)]
        self.editors = [make.an_editor(desk) for desk in self.desks]
        make.joined(self.editors[0], self.desks[1], DeskRole.EDITOR)
        self.reviewers = [make.a_reviewer(self.desk(), can_triage=bool(n % 2), limit=3) for n in range(6)]
        self.claims = [make.a_claim(self.desk(), State.PROPOSED, by=self.editors[0]).pk for _ in range(CLAIMS)]
        for claim in self.claims:
            self.evidence(claim)
            self.evidence(claim)

    def desk(self) -> Desk:
        return self.dice.choice(self.desks)

    def somebody(self, claim: int) -> User:
        """Mostly somebody who may: an editor, or whoever is on it; sometimes anybody."""
        anybody = [*self.editors, *(one.user for one in self.reviewers)]
        whose = self.dice.randrange(4)
        return self.holder(claim).user if whose == 2 else self.editors[0] if whose < 2 else self.dice.choice(anybody)

    def soon(self) -> datetime:
        """Mostly in an instant, sometimes in hours, now and then gone already."""
        instant = timedelta(milliseconds=self.dice.randrange(5, 60))
        hours = timedelta(hours=self.dice.randrange(1, 60))
        return make.now() + self.dice.choice([instant, instant, instant, hours, hours, -hours])

    def step(self) -> int:
        """One random step on a claim, mostly one that its state allows; a refusal is fine. Answers which claim."""
        claim = self.dice.choice(self.claims)
        state = State(Claim.objects.values_list("state", flat=True).get(pk=claim))
        allowed = [str(action) for action in self.given if state in TRANSITIONS[action].sources]
        work = ["review", "review", "second", "leave", "route", "route"] if state in BEING_REVIEWED else []
        work += ["adjudicator", "adjudicator"] if state == State.SECOND_OPINION else []
        self.take(self.dice.choice([*allowed, *work, "sweep", "nap", self.dice.choice(sorted(self.steps))]), claim)
        return claim

    def take(self, name: str, claim: int) -> None:
        """The step of this name on the claim, counted with what became of it."""
        try:
            self.steps[name](claim)
        except ClaimDeskError as refusal:
            self.taken[f"{name}: {refusal.code}"] += 1
        else:
            self.taken[name] += 1

    @property
    def steps(self) -> dict[str, Callable[[int], object]]:
        plain: dict[str, Callable[[int], object]] = {str(action): self._act(action) for action in self.given}
        return plain | {
            "review": self.review,
            "second": self.second,
            "adjudicator": self.adjudicator,
            "leave": self.leave,
            "evidence": self.evidence,
            "route": lambda _: route_waiting(),
            "take": lambda _: take_next(make.viewer(self.dice.choice(self.reviewers))),
            "hours": self.other_hours,
            "ladder": self.other_ladder,
            "returned": lambda _: carry_out(),
            "nap": lambda _: sleep(self.dice.random() / 20),
            "sweep": lambda _: raise_due_flags(batch=self.dice.choice([1, 2, 1000])),
        }

    @property
    def given(self) -> dict[Action, dict[str, Any]]:
        """What each step of the record is given this time."""
        moment, until = self.soon(), self.soon()
        window = OwnDate(moment - timedelta(days=1), moment, Precision.MINUTE, "UTC")
        reason: dict[str, Any] = {"reason": "Because."}
        return {
            Action.ACCEPT: {},
            Action.DISMISS: {"reason": DismissalReason.OFF_SUBJECT},
            Action.RESTORE: {},
            Action.WAIT: {"reason": WaitingReason.REPLY, "until": until, "due": until + timedelta(milliseconds=5)},
            Action.RESUME: {},
            Action.SET_DUE: {"due": moment, **reason},
            Action.SET_OWN_DATE: {"own": self.dice.choice([window, window, None]), "zone_basis": "stated", **reason},
            Action.CHANGE_DESK: {"desk": self.desk(), **reason},
            Action.SET_PRIORITY: {"priority": self.dice.randrange(1, 5), **reason},
            Action.EDIT: {"changes": {"statement": f"Statement {self.dice.randrange(9)}."}},
            Action.REOPEN: reason,
            Action.SPLIT: {"part": GivenPart(f"Part {self.dice.random()}.")},
            Action.MERGE: {"into": self.dice.choice(self.claims)},
            Action.PUBLISH: self.dice.choice([{}, {"correction_class": "update", "note": "It is new."}]),
            Action.CORRECT: {
                "correction_class": "minor",
                "note": "Plainer.",
                "why": f"{make.WHY} {self.dice.random()}",
            },
            Action.WITHDRAW: {"note": "It was wrong."},
            Action.UNDO: {},
        }

    def _act(self, action: Action) -> Callable[[int], object]:
        def does(claim: int) -> object:
            again = action != Action.UNDO and self.dice.random() < 0.3
            who = make.viewer(self.somebody(claim))
            given = self.given[action]
            if "into" in given:
                given["into"] = Claim.objects.get(pk=given["into"])
            event = act(claim, action, who, **given)
            return act(claim, Action.UNDO, who) if again else event

        return does

    def answers(self, claim: Claim) -> Answers:
        so = self.dice.choice([None, So.UNPROVEN, So.UNPROVEN, So.CONFIRMED, So.REFUTED])
        early = so is None
        outcome = None if early or claim.confirm_by is None else self.dice.choice([Outcome.UNKNOWN, Outcome.LATER])
        said = Said.ACCURATE if early else Said.NOT_CHECKED
        return Answers(said, so, make.WHY, outcome, too_early=early)

    def holder(self, claim: int) -> Reviewer:
        seats = list(Assignment.objects.open().filter(claim=claim).select_related("reviewer__user"))
        return self.dice.choice(seats).reviewer if seats else self.dice.choice(self.reviewers)

    def review(self, claim: int) -> object:
        with acting_on(claim, make.viewer(self.holder(claim))) as acting:
            return submit_review(acting.held, acting.mine, self.answers(acting.held.claim), by=acting.by)

    def second(self, claim: int) -> object:
        with acting_on(claim, make.viewer(self.somebody(claim))) as acting:
            answers = self.answers(acting.held.claim)
            return ask_second_opinion(acting.held, acting.mine, answers, by=acting.by, why="Look again.")

    def adjudicator(self, claim: int) -> object:
        part = self.dice.choice([*Part])
        person = self.dice.choice(self.reviewers)
        return give(make.fresh(Claim(pk=claim)), person, make.viewer(self.editors[0]), chosen_by="editor", part=part)

    def leave(self, claim: int) -> None:
        to = self.dice.choice([None, *self.reviewers])
        with acting_on(claim, make.viewer(self.somebody(claim))) as acting:
            seat = assignment_of(acting.held, None, acting.mine)
            outlet = acting.held.claim.appearances.get().revision.article.outlet_id
            way = self.dice.randrange(4)
            if way == 0:
                recuse(acting.held, seat, by=acting.by, source_id=outlet)
            elif way == 1:
                decline(acting.held, seat, by=acting.by)
            else:
                pass_on(acting.held, seat, to, by=acting.by, note="Yours.")

    def evidence(self, claim: int) -> object:
        for about, stance in ((Question.SAID, Stance.CONTEXT), (Question.SO, Stance.SUPPORTS)):
            item = make.evidence_for(make.fresh(Claim(pk=claim)), stance, by=self.editors[0], question=about)
        return make.evidence_for(make.fresh(Claim(pk=claim)), Stance.CONTRADICTS, by=self.editors[0], derives_from=item)

    def other_hours(self, _: int) -> object:
        desk = self.desk()
        desk.warning_hours = self.dice.choice([0, 1, 8, 48])
        desk.save(update_fields=["warning_hours"])
        return agree_on_warnings()

    def other_ladder(self, _: int) -> object:
        """Steps at the moments themselves, since hours do not pass here, and some others; now and then none at all."""
        names = self.dice.sample(["one", "two", "three", "four"], self.dice.randrange(5))
        at_once = [Step(str(track), "now", track, timedelta(0), Tell.EDITOR) for track in Track]
        steps = [*at_once, *(self.a_step(name) for name in names)]
        set_ladder(self.desk(), [] if self.dice.random() < 0.1 else steps)
        return follow_ladders()

    def a_step(self, name: str) -> Step:
        minutes = self.dice.choice([0, 0, 0, -60, 60])
        track = self.dice.choice([*Track])
        returns = track == Track.REVIEW_DUE and minutes >= 0 and self.dice.random() < 0.3
        every = timedelta(hours=1) if minutes >= 0 and self.dice.random() < 0.3 else None
        act = Deed.RETURN if returns else Deed.TELL
        return Step(name, name, track, timedelta(minutes=minutes), self.dice.choice([*Tell]), act, every)


def standing_of(claim: Claim) -> Decision | None:
    return Decision.objects.filter(claim=claim, standing=True).first()


def wanted_of(claim: Claim, standing: Decision | None) -> dict[TimeFlag, datetime]:
    """Every moment that the clock announces of the claim as it is."""
    return moments(claim.date_facts(standing))


def announced_of(claim: Claim) -> dict[str, datetime]:
    """What stands announced, by kind."""
    flags = Flag.objects.standing().filter(claim=claim, kind__in=TimeFlag.values)
    told = [(flag.kind, flag.moment) for flag in flags]
    assert len(told) == len(dict(told)), f"two standing flags of one kind: {told}"
    return dict(told)


def check_announced(claim: Claim) -> None:
    """Between two sweeps: nothing stands that is not true, and what holds stands or has its alarm."""
    standing = standing_of(claim)
    wanted, now = wanted_of(claim, standing), database_time()
    told = announced_of(claim)
    untrue = {kind: at for kind, at in told.items() if wanted.get(TimeFlag(kind)) != at or at >= now}
    assert not untrue, f"{untrue} stands, {wanted} is wanted"
    set_for = dict(Alarm.objects.filter(claim=claim).values_list("kind", "moment"))
    missing = [kind for kind in holding(wanted, now) if wanted[kind] not in {told.get(kind), set_for.get(kind)}]
    assert not missing, f"{missing} has neither flag nor alarm"
    check_ladder(claim, standing, set_for, now)


def check_ladder(claim: Claim, standing: Decision | None, set_for: dict[str, datetime], now: datetime) -> None:
    """Each ladder of the claim waits for its next step, unless that is for a sweep to take."""
    wanted = ladder_alarms(claim, standing, now)
    for kind in LADDER_ALARM.values():
        untaken = {at for at in (wanted.get(kind), set_for.get(kind)) if at is not None and at < now}
        assert untaken or wanted.get(kind) == set_for.get(kind), f"{kind} waits for {set_for}, not {wanted}"


def check_swept(claims: list[int]) -> None:
    """Right after a sweep, the flags that stand are the flags that hold."""
    before = database_time()
    raise_due_flags()
    for claim in Claim.objects.filter(pk__in=claims).select_related("desk"):
        wanted, told = wanted_of(claim, standing_of(claim)), announced_of(claim)
        holds = [{str(kind): wanted[kind] for kind in holding(wanted, at)} for at in (before, database_time())]
        if holds[0] == holds[1]:  # no moment passed while we looked
            assert told == holds[0]


def check_once(claims: list[int]) -> None:
    """No moment was told twice."""
    rows = ClaimEvent.objects.filter(claim__in=claims, type__in=[f"claim.{kind}" for kind in TimeFlag.values])
    told = Counter(rows.values_list("claim", "type", "occurred_at"))
    assert not [moment for moment, times in told.items() if times > 1]
    steps = ClaimEvent.objects.filter(claim__in=claims, type="claim.escalate")
    taken = Counter(
        (event.claim_id, *(event.data[name] for name in ("desk", "track", "date", "step", "nth"))) for event in steps
    )
    assert not [step for step, times in taken.items() if times > 1]


def check_blind(newsroom: Newsroom) -> None:
    """Whoever still owes a review reads nobody else's of this round."""
    for seat in Assignment.objects.open().filter(part="review").select_related("claim", "reviewer__user"):
        seen = readable_reviews(seat.claim, make.viewer(seat.reviewer)).exclude(reviewer=seat.reviewer)
        assert not seen.filter(round=seat.claim.round).exists(), newsroom.taken


def check_everything(newsroom: Newsroom) -> None:
    for claim in Claim.objects.filter(pk__in=newsroom.claims).select_related("desk"):
        check_announced(claim)
    check_swept(newsroom.claims)
    check_once(newsroom.claims)
    check_blind(newsroom)
    assert broken_promises(NO_PATIENCE) == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_people_do_what_is_announced_is_what_holds(seed: int) -> None:
    newsroom = Newsroom(seed)
    for number in range(STEPS):
        check_announced(make.fresh(Claim(pk=newsroom.step())))
        if number % LOOK_EVERY == 0:
            check_everything(newsroom)
    check_everything(newsroom)
    assert verify_everything(NO_PATIENCE).broken == []
    done = {name for name in newsroom.taken if ":" not in name}
    assert len(done) > 12, f"too little happened: {newsroom.taken}"
    assert ClaimEvent.objects.filter(claim__in=newsroom.claims, type="claim.escalate").exists()


def test_a_claim_may_be_dismissed_and_restored_again_and_again() -> None:
    desk = make.a_desk()
    editor = make.viewer(make.an_editor(desk))
    claim = make.a_claim(desk)
    for steps in ((Action.RESTORE, Action.UNDO, Action.RESTORE), (Action.RESTORE,)):
        act(claim.pk, Action.DISMISS, editor, reason=DismissalReason.OFF_SUBJECT)
        for action in steps:
            act(claim.pk, action, editor)
    assert make.fresh(claim).round == 3
    assert verify_everything(NO_PATIENCE).broken == []
