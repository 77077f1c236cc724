"""What the database writes of a claim is what the plain rendering says of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import RequestFactory

from claims.lifecycle import Action, State
from claims.models import Claim, DeskRole, FlagKind, Scope, User, Visibility
from claims.permissions import Viewer, visible_claims
from claims.services.proposing import GivenClaim, GivenStep, propose
from claims.services.splitting import GivenPart
from claims.services.transitions import locked
from reviews.api.claim_pages import page_written
from reviews.models import Reviewer
from reviews.rules import Conditions, Outcomes
from reviews.services.acting import act
from reviews.services.assigning import ROUTER
from tests.api.plain_claims import claims_out
from tests.factories import (
    CONFIRMED,
    TEXT,
    UNPROVEN,
    a_claim,
    a_desk,
    a_desk_with,
    a_key,
    a_later_text,
    a_person,
    a_policy,
    a_quote,
    a_reviewer,
    a_rule,
    ahead,
    an_administrator,
    an_article,
    an_editor,
    dated,
    evidence_for,
    joined,
    maker,
    put_on,
    review_by,
    second_opinion_asked,
    viewer,
)

pytestmark = pytest.mark.django_db


class Newsroom:
    """A desk with a claim of every kind, and another whose rule was asked first."""

    def __init__(self) -> None:
        self.other = a_desk()
        self.desk = a_desk_with(a_policy(), min_origins=1)
        self.editor, self.reviewer = an_editor(self.desk), a_reviewer(self.desk)
        a_rule(Conditions(desks=(self.other.pk,)), Outcomes(priority=1))
        a_rule(Conditions(languages=("uk",)), Outcomes(desk=self.other.pk), name="To the other “desk”")
        a_rule(Conditions(hedged=True), Outcomes(skills=(), review_policy=a_policy().pk))
        for state in State:
            self.claim(state)
            self.claim(
                state, own=dated(ahead(hours=30)), review_due_at=ahead(days=2, hours=3), topics=["a, “b”", "c\\"]
            )
        propose(GivenClaim("Nobody's desk yet.", "uk"), maker(self.editor, None))
        self.work()
        self.outcomes()
        self.links()

    def claim(self, state: State = State.QUEUED, **given: Any) -> Claim:
        said = GivenStep("Mira Vale", verb="said", on_record=True)
        chain = [said, GivenStep(note="Not stated."), GivenStep("a role", "unnamed")]
        reviewer = self.reviewer if state == State.IN_REVIEW else None
        return a_claim(self.desk, state, by=self.editor, reviewer=reviewer, **{"chain": chain, **given})

    def work(self) -> None:
        """People on claims, evidence not everybody sees, flags that are not the clock's, moved and undone dates."""
        busy = self.claim(statement="Line one.\nLine “two” \\ \U0001f3f4 \u2028 é.", short_text="Short")
        put_on(busy, self.reviewer, self.editor)
        nameless = a_reviewer(self.desk)
        User.objects.filter(pk=nameless.user.pk).update(first_name="", last_name="")
        put_on(self.claim(), nameless, self.editor)
        evidence_for(busy, by=self.editor)
        evidence_for(busy, by=self.editor, visibility=Visibility.PROTECTED)
        with locked(busy.pk) as held:
            held.raise_flag(FlagKind.UNROUTABLE, by=ROUTER, reason="Nobody reads “uk”.")
            held.raise_flag(FlagKind.IDLE, by=ROUTER, reason="48 h")
            held.clear_flag(FlagKind.IDLE, by=ROUTER)
        moved = self.claim()
        act(moved.pk, Action.SET_DUE, viewer(self.editor), due=ahead(hours=70), reason="It can wait.")
        act(moved.pk, Action.SET_DUE, viewer(self.editor), due=ahead(hours=60), reason="Or not.")
        act(moved.pk, Action.UNDO, viewer(self.editor))
        changed = an_article(desk=self.desk)
        self.claim(quote=a_quote(changed.revision))
        a_later_text(changed.article, TEXT.replace("next week", "tomorrow"))
        asked = self.claim(State.IN_REVIEW)
        second_opinion_asked(asked, self.reviewer)

    def outcomes(self) -> None:
        """Verdicts: published, corrected, withdrawn, reopened after it, and confirmed."""
        for further in range(4):
            told = self.claim(State.DECIDED)
            act(told.pk, Action.PUBLISH, viewer(self.editor))
            if further == 1:
                why: dict[str, Any] = {
                    "correction_class": "minor",
                    "note": "A word.",
                    "why": "The same in other words, for readers.",
                }
                act(told.pk, Action.CORRECT, viewer(self.editor), **why)
            if further == 2:
                act(told.pk, Action.WITHDRAW, viewer(self.editor), note="It was about another minister.")
            if further == 3:
                act(told.pk, Action.REOPEN, viewer(self.editor), reason="There is something new.")
        for answers in (CONFIRMED, UNPROVEN):
            claim, reviewer = self.claim(), a_reviewer(self.desk)
            put_on(claim, reviewer, self.editor)
            evidence_for(claim, by=self.editor)
            review_by(claim, reviewer, answers)

    def links(self) -> None:
        """Claims that were split, and merged one after the other, one of them from a desk of others."""
        first, second, third = self.claim(), self.claim(), self.claim()
        act(first.pk, Action.SPLIT, viewer(self.editor), part=GivenPart("She denied it on Monday."))
        act(first.pk, Action.MERGE, viewer(self.editor), into=second)
        act(second.pk, Action.MERGE, viewer(self.editor), into=third)
        of_both = joined(an_editor(self.desk), self.other, DeskRole.EDITOR)
        act(self.claim().pk, Action.MERGE, viewer(of_both), into=a_claim(self.other))

    def readers(self) -> dict[str, Viewer]:
        """Every kind of reader."""
        keys = {"key": a_key(*Scope)[0], "key of the desk": a_key(*Scope, desks=(self.desk,))[0]}
        people: dict[str, User | Reviewer] = {
            "administrator": an_administrator(),
            "editor": self.editor,
            "reviewer on some": self.reviewer,
            "reviewer on none": a_reviewer(self.desk),
            "editor of another desk": an_editor(self.other),
            "nobody": a_person(),
        }
        return {name: viewer(who) for name, who in {**keys, **people}.items()}


def test_a_page_says_of_every_claim_what_the_claim_says_itself() -> None:
    newsroom = Newsroom()
    seen: dict[str, set[str]] = {"state": set(), "flags": set(), "assignees": set()}
    for name, reader in newsroom.readers().items():
        for moment in (ahead(seconds=1), ahead(days=1), ahead(days=30)):
            for claim, fast, plain in both_ways(reader, moment):
                assert list(fast) == list(plain), name
                assert fast == plain, (name, claim)
                seen["state"].add(fast["state"])
                seen["flags"] |= {flag["kind"] for flag in fast["flags"]}
                seen["assignees"] |= {one["name"] for one in fast["assignees"]}
    assert seen["state"] == set(State.values)
    assert seen["flags"] >= {"late", "due_soon", "date_passed", "date_near", "unroutable"}
    assert len(seen["assignees"]) > 1


def both_ways(reader: Viewer, now: datetime) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Number, fast and plain rendering of every claim that somebody sees."""
    link = RequestFactory().get("/").build_absolute_uri
    claims = list(visible_claims(reader, now).select_related("desk").order_by("-pk"))
    written = [json.loads(text) for text in page_written(claims, reader, now, link)]
    plain = json.loads(json.dumps(claims_out(claims, reader, now, link)))
    return list(zip([claim.pk for claim in claims], written, plain, strict=True))
