"""Several people and a key drive claims through the whole workflow by HTTP, at random, and nothing gives.

After every step: no answer of 500, every refusal the one that was announced beforehand, the state one the table leads
to, nothing acknowledged lost, every promise of the stored data kept, and nobody sees another's judgement before theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from claims.api import limits
from claims.lifecycle import TRANSITIONS, Action, State
from claims.models import Claim, DeskRole
from claims.services.sweep import raise_due_flags
from reviews.models import DeskDefaults, PolicyKind, Reviewer, ReviewPolicy
from reviews.services.routing import route_waiting
from tests import factories as make
from tests.api.conftest import Answer, Api, signed_in, with_key
from tests.concurrency.crowd import broken_promises

STEPS, CLAIMS = 40, 2
# Who acts: one of the eight, or (None) somebody who is offered the step.
WHO = st.sampled_from([None, None, None, None, None, None, *range(8)])
ONLY_A_SPLIT = "An adjudicator is needed only when the reviews differ."
BY_THE_TABLE = {"action_not_possible", "role_missing"}
_words = count(1)
TAKEN: Counter[str] = Counter()


@dataclass(frozen=True)
class Secret:
    """Words that only this review holds."""

    words: str
    reviewer: int
    round: int


@dataclass
class Journal:
    """What the callers were told, kept outside of what they called."""

    states: dict[int, str] = field(default_factory=dict)
    tags: dict[int, list[str]] = field(default_factory=dict)
    read: dict[int, Answer] = field(default_factory=dict)  # each claim as it was read last
    listed: dict[int, str] = field(default_factory=dict)  # the tag it had when its evidence was read
    evidence: dict[int, set[int]] = field(default_factory=dict)
    reviews: dict[int, set[int]] = field(default_factory=dict)
    secrets: dict[int, list[Secret]] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """Somebody who calls. `reviewer` is None for those who do not review."""

    name: str
    api: Api
    reviewer: Reviewer | None = None


class Newsroom(RuleBasedStateMachine):
    """The people, their claims, and what they may do to them."""

    claims: Bundle[int] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.journal = Journal()
        self.moved = True
        self.looked_at: set[int] = set()  # since something moved

    def teardown(self) -> None:
        """Leave the database as it was."""
        transaction.savepoint_rollback(self.point)

    @initialize(target=claims, kind=st.sampled_from(["one", "with_editor", "two_of_three"]))
    def staff(self, kind: str) -> int:
        """A desk under one of the policies, its people, a stranger from another desk, an integration, a first claim."""
        desk, elsewhere = make.a_desk(min_origins=1), make.a_desk()
        DeskDefaults.objects.create(desk=desk, review_policy=_policy(kind))
        editor = make.joined(make.a_person("Editor"), desk, DeskRole.EDITOR)
        reviewers = [make.a_reviewer(desk, can_triage=not number, limit=50) for number in range(4)]
        make.profiled(make.joined(editor, desk, DeskRole.REVIEWER), limit=50)
        self.desk = desk
        self.people = [
            Person("editor", signed_in(editor)),
            *(Person(f"reviewer {n}", signed_in(one.user), one) for n, one in enumerate(reviewers)),
            Person("stranger", signed_in(make.a_reviewer(elsewhere).user)),
            Person("administrator", signed_in(make.an_administrator())),
            Person("key", with_key(desks=(desk,))),
        ]
        self.editor, self.stranger, self.key = self.people[0], self.people[5], self.people[7]
        return self.bring(accept=True, dated=True, by_key=False)

    @precondition(lambda self: len(self.journal.states) < CLAIMS)
    @rule(target=claims, accept=st.booleans(), dated=st.booleans(), by_key=st.booleans())
    def another(self, *, accept: bool, dated: bool, by_key: bool) -> int:
        """Somebody brings one more."""
        return self.bring(accept=accept, dated=dated, by_key=by_key)

    def bring(self, *, accept: bool, dated: bool, by_key: bool) -> int:
        """A claim with evidence either way for both questions."""
        body: dict[str, Any] = {"statement": f"Statement {next(_words)}.", "desk": self.desk.key, "language": "en"}
        if dated:
            moment = make.ahead(hours=1).isoformat()
            body["own_date"] = {"from": moment, "until": moment, "precision": "minute", "zone": "UTC"}
        who = self.key if by_key else self.editor
        made = who.api.post("/claims", body | {"accept": accept})
        assert made.status == 201, made.body
        number = int(made.body["id"])
        self.journal.states[number] = made.body["state"]
        self.journal.tags[number] = []
        self.journal.evidence[number] = set()
        self._look_at(number)
        self.evidence(number, None, "supports")
        self.evidence(number, None, "contradicts")
        return number

    @rule(claim=claims, who=WHO, dice=st.integers(0, 999))
    def step(self, claim: int, who: int | None, dice: int) -> None:
        """Somebody takes a step that has the common door; mostly one that the claim's state allows."""
        bodies = _bodies(self.desk.key)
        fitting = [action for action in bodies if self.journal.states[claim] in TRANSITIONS[action].sources]
        action = (fitting * 3 + [*bodies])[dice % (len(fitting) * 3 + len(bodies))]
        body = bodies[action]
        self._try(
            self._somebody(who, claim, action),
            claim,
            action,
            lambda api, tag: api.post(f"/claims/{claim}/actions", {"action": str(action), **body}, If_Match=tag),
        )

    @rule(claim=claims, who=WHO, way=st.sampled_from(["take", "take", "decline", "hand_over", "recuse"]))
    def seat(self, claim: int, who: int | None, way: str) -> None:
        """Somebody comes on a claim or leaves it."""
        action = Action.ASSIGN if way == "take" else Action(way)
        body = {"action": way} | ({"note": "I know them well."} if way == "recuse" else {})
        who_ = self._somebody(who, claim, action)
        self._try(who_, claim, action, lambda api, _tag: api.post(f"/claims/{claim}/assignments", body))

    @rule(claim=claims, reviewer=st.integers(1, 4), adjudicates=st.booleans())
    def put_on(self, claim: int, reviewer: int, *, adjudicates: bool) -> None:
        """The editor names somebody."""
        person = self.people[reviewer].reviewer
        assert person is not None
        body = {"action": "assign", "reviewer": person.pk, "part": "adjudication" if adjudicates else "review"}
        self._try(self.editor, claim, Action.ASSIGN, lambda api, _tag: api.post(f"/claims/{claim}/assignments", body))

    @rule(
        claim=claims,
        who=WHO,
        so=st.sampled_from(["unproven", "unproven", "confirmed", "refuted", None]),
        asks=st.booleans(),
    )
    def review(self, claim: int, who: int | None, so: str | None, *, asks: bool) -> None:
        """Somebody submits a judgement with words of their own, now and then asking for another."""
        person = self._somebody(who, claim, Action.SUBMIT_REVIEW, Action.ADJUDICATE)
        secret = f"secret{next(_words)}x stands in these words."
        answers = {"so": so} if so else {"too_early": True}
        body: dict[str, Any] = {"said": "accurate", "why": secret, **answers}
        if so and self._look_at(claim).body["own_date"]:
            body["outcome"] = "unknown"
        if asks and self.journal.states[claim] == State.IN_REVIEW:
            body["second_opinion"] = {"why": "Somebody else should look."}
        answer = person.api.post(f"/claims/{claim}/reviews", body, If_Match=self._tag(claim))
        self._settle(claim, answer, (Action.SUBMIT_REVIEW, Action.ADJUDICATE, Action.ASK_SECOND_OPINION, Action.START))
        if answer.status == 201:
            kept = answer.body["review"]
            self.journal.reviews.setdefault(claim, set()).add(kept["id"])
            told = Secret(secret.split(" ", maxsplit=1)[0], kept["reviewer"], kept["round"])
            self.journal.secrets.setdefault(claim, []).append(told)

    @rule(claim=claims, who=WHO, stance=st.sampled_from(["supports", "contradicts"]))
    def evidence(self, claim: int, who: int | None, stance: str) -> None:
        """Somebody adds an item for each question."""
        person = self.editor if who is None else self.people[who]
        for question in ("said", "so"):
            body = {"question": question, "stance": stance, "kind": "link", "url": f"https://a.example/{next(_words)}"}
            answer = person.api.post(f"/claims/{claim}/evidence", body)
            self._settle(claim, answer, (Action.START,))
            if answer.status == 201:
                self.journal.evidence[claim].add(answer.body["id"])

    @rule()
    def work_of_the_workers(self) -> None:
        """Routing and the sweep pass by."""
        route_waiting()
        raise_due_flags()
        self._something_moved()
        for claim in self.journal.states:
            self.journal.states[claim] = self._look_at(claim).body["state"]

    @precondition(lambda self: any(len(tags) > 1 for tags in self.journal.tags.values()))
    @rule(claim=claims)
    def somebody_who_read_it_earlier(self, claim: int) -> None:
        """An old tag is refused, and nothing happens."""
        old, current = self.journal.tags[claim][0], self._tag(claim)
        if old == current:
            return
        body = {"action": "set_priority", "priority": 1, "reason": "It matters."}
        assert self.editor.api.post(f"/claims/{claim}/actions", body, If_Match=old).status == 412
        assert self._look_at(claim).etag == current

    @invariant()
    def all_is_well(self) -> None:
        """After every step that changed something; a refusal changes nothing, which `_settle` looks at."""
        limits.REQUESTS = limits.Counter()  # nobody is sent away for asking this much
        if self.moved:
            self.every_promise_is_kept()
            self.nothing_acknowledged_is_lost()
            self.nobody_sees_a_judgement_too_early()
        self.moved = False

    def every_promise_is_kept(self) -> None:
        """What `manage.py verify` looks at."""
        broken = broken_promises(timedelta(minutes=1))
        assert broken == {}, broken

    def nothing_acknowledged_is_lost(self) -> None:
        """Claims, evidence and reviews that were answered for are there."""
        for claim, state in self.journal.states.items():
            if claim not in self.looked_at:
                assert self._look_at(claim).body["state"] == state
            assert self.journal.read[claim].body["evidence_count"] == len(self.journal.evidence[claim])
            if self.journal.listed.get(claim) != self._tag(claim):
                kept = self.editor.api.get(f"/claims/{claim}/evidence?limit=100").body["results"]
                assert self.journal.evidence[claim] == {row["id"] for row in kept}
                self.journal.listed[claim] = self._tag(claim)

    def nobody_sees_a_judgement_too_early(self) -> None:
        """Of an undecided round: not a stranger, not a key, nobody who has yet to judge – wherever they look."""
        for claim, secrets in self.journal.secrets.items():
            if self.journal.states[claim] not in {State.IN_REVIEW, State.SECOND_OPINION}:
                continue
            running = Claim.objects.values_list("round", flat=True).get(pk=claim)
            hidden = [secret for secret in secrets if secret.round == running]
            for person in self._those_who_may_not_see(claim) if hidden else ():
                shown = "".join(_pages(person.api, claim))
                seen = [one for one in hidden if one.words in shown and not _is(person, one.reviewer)]
                assert seen == [], person.name

    def _those_who_may_not_see(self, claim: int) -> list[Person]:
        seats = self.editor.api.get(f"/claims/{claim}/assignments?limit=100").body["results"]
        owing = {row["reviewer"] for row in seats if row["status"] == "open" and row["part"] == "review"}
        return [self.key, self.stranger, *(one for one in self.people if one.reviewer and one.reviewer.pk in owing)]

    def _somebody(self, who: int | None, claim: int, *actions: Action) -> Person:
        """The person with this number; for None the first who is offered one of the actions, else the editor."""
        if who is not None:
            return self.people[who]
        if Action.SUBMIT_REVIEW in actions and route_waiting().assigned:
            for one in self.journal.states:
                self._look_at(one)
        return next((person for person in self.people if self._is_offered(person, claim, *actions)), self.editor)

    def _is_offered(self, person: Person, claim: int, *actions: Action) -> bool:
        offers = self._offers_to(person, claim)
        return any(offers[str(action)]["allowed"] for action in actions) if offers else False

    def _offers_to(self, person: Person, claim: int) -> dict[str, dict[str, Any]]:
        """What is allowed to this person there, and what is not and why; nothing where they see no claim."""
        answer = person.api.get(f"/claims/{claim}/allowed_actions")
        return {row["action"]: row for row in answer.body["results"]} if answer.status == 200 else {}

    def _look_at(self, claim: int) -> Answer:
        """The claim as its editor reads it, whose tag is remembered."""
        answer = self.editor.api.get(f"/claims/{claim}")
        assert answer.status == 200, f"claim {claim} is lost: {answer.body}"
        self.looked_at.add(claim)
        self.journal.tags[claim].append(answer.etag)
        self.journal.read[claim] = answer
        return answer

    def _something_moved(self) -> None:
        self.moved = True
        self.looked_at.clear()

    def _tag(self, claim: int) -> str:
        return self.journal.read[claim].etag

    def _try(self, person: Person, claim: int, action: Action, call: Callable[[Api, str], Answer]) -> None:
        """Ask what is allowed, do it, and hold the answer to what was said."""
        offers = self._offers_to(person, claim)
        answer = call(person.api, self._tag(claim))
        if not offers:
            assert answer.status in {403, 404}, answer.body
        elif offers[str(action)]["allowed"]:  # then only a guard may refuse, in words of its own
            assert answer.status < 300 or answer.code not in BY_THE_TABLE or ONLY_A_SPLIT in answer.body["detail"]
        else:
            said = offers[str(action)]
            assert (answer.code, answer.body["detail"]) == (said["code"], said["sentence"]), person.name
        self._settle(claim, answer, (action,))

    def _settle(self, claim: int, answer: Answer, actions: tuple[Action, ...]) -> None:
        """The state is as before after a refusal, else one that the table leads to; the tag is remembered."""
        assert answer.status < 500, answer.body
        if answer.status < 400:
            self._something_moved()
        before, after = self.journal.states[claim], self._look_at(claim).body["state"]
        if answer.status >= 400:
            TAKEN[f"{actions[0]}: {answer.code}"] += 1
            assert after == before, f"{answer.code} and yet {before} became {after}"
        else:
            TAKEN.update([*map(str, actions[:1]), after])
            reached = {before} | {str(state) for action in actions for state in TRANSITIONS[action].targets}
            assert after in reached, f"{actions} led from {before} to {after}"
        self.journal.states[claim] = after


def _is(person: Person, reviewer: int) -> bool:
    return person.reviewer is not None and person.reviewer.pk == reviewer


def _policy(kind: str) -> ReviewPolicy | None:
    if kind == "one":
        return None
    if kind == "with_editor":
        return ReviewPolicy.objects.create(
            key="with-editor", name="With the editor", kind=PolicyKind.WITH_EDITOR, judges=2, agreeing=2
        )
    return ReviewPolicy.objects.create(
        key="two-of-three", name="Two of three", kind=PolicyKind.INDEPENDENT, judges=3, agreeing=2
    )


def _bodies(desk: str) -> dict[Action, dict[str, Any]]:
    """A body that can be read for each step of the common door."""
    reason = {"reason": "Because."}
    until = make.ahead(hours=3)
    return {
        Action.ACCEPT: {"desk": desk},
        Action.DISMISS: {"reason": "off_subject"},
        Action.RESTORE: {},
        Action.WAIT: {
            "reason": "reply",
            "waiting_until": until.isoformat(),
            "review_due_at": (until + timedelta(hours=1)).isoformat(),
        },
        Action.RESUME: {},
        Action.SET_DUE: {"review_due_at": make.ahead(hours=5).isoformat(), **reason},
        Action.SET_OWN_DATE: {"own_date": None, **reason},
        Action.SET_PRIORITY: {"priority": 2, **reason},
        Action.REOPEN: reason,
        Action.UNDO: {},
    }


def _pages(api: Api, claim: int) -> list[str]:
    """Everything the API says of a claim."""
    behind = ("", "/events", "/evidence", "/reviews", "/decisions", "/assignments", "/allowed_actions")
    return [api.get(f"/claims/{claim}{path}").content.decode() for path in behind]


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_several_people_ask_of_the_api_every_promise_holds() -> None:
    run_state_machine_as_test(
        Newsroom,
        settings=settings(
            max_examples=8,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),  # making a failure shorter takes minutes, in which the feed stands still
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {State.DECIDED, State.SECOND_OPINION, State.DISMISSED} <= TAKEN.keys(), f"too little happened: {TAKEN}"
