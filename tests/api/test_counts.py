"""Every list of the API asks the database as often for eight rows as for two; no list can be forgotten here.

The lists are those of the API document: an operation that answers `results`. Whoever adds one says below what makes a
row of it.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import BigIntegerField, Value
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import Action, State
from claims.models import Cancellation, Claim, ClaimEvent, Copy, FlagKind, Scope, WebhookDelivery
from claims.models import event as event_module
from claims.services.completing import ToldArticle
from claims.services.evidence import keep_file
from claims.services.following import follow_revisions
from claims.services.operations import ask_import
from claims.services.proposing import GivenStep
from claims.services.transitions import locked
from claims.services.webhooks import make_webhook
from reviews.models import Absence, DeadlinePolicy, Interest, Notice, Part, WorkCalendar
from reviews.rules import Outcomes
from reviews.services.acting import act
from reviews.services.assigning import ROUTER
from reviews.services.rules import GivenRule, change_rule
from tests.api.conftest import Api, signed_in
from tests.api.promises import document
from tests.factories import (
    TEXT,
    UNPROVEN,
    a_claim,
    a_desk,
    a_key,
    a_later_text,
    a_policy,
    a_quote,
    a_reviewer,
    a_rule,
    ahead,
    an_administrator,
    an_article,
    an_editor,
    evidence_for,
    put_on,
    review_by,
    viewer,
)

FEW, MANY = 2, 8
# Lists whose length is given: every step of the table, every number of the dashboard.
FIXED = frozenset({"/claims/{number}/allowed_actions", "/stats"})
_numbers = count(1)


class World:
    """A newsroom in which every list has rows, and what its addresses name."""

    def __init__(self) -> None:
        self.desk, self.administrator = a_desk(), an_administrator()
        self.editor, self.reviewer = an_editor(self.desk), a_reviewer(self.desk)
        self.article = an_article(desk=self.desk)
        self.claim = a_claim(self.desk, State.DECIDED, by=self.editor, quote=a_quote(self.article.revision))
        self.evidence = evidence_for(a_claim(self.desk, by=self.editor), by=self.editor)
        self.rule = a_rule(by=self.administrator)
        self.webhook, _ = make_webhook(viewer(a_key(*Scope)[0]), name="ours", url="https://newsroom.example/hooks")

    def path(self, path: str) -> str:
        """The address of a list, its parameters filled in."""
        numbers = {"/articles": self.article.article.pk, "/evidence": self.evidence.pk, "/webhooks": self.webhook.pk}
        numbers |= {"/routing_rules": self.rule.rule_id, "/claims": self.claim.pk}
        noun = "/" + path.split("/")[1]
        return path.replace("{number}", str(numbers.get(noun, ""))).replace("{key}", "open")

    def full_claim(self) -> Claim:
        """A claim with everything that a row of a list shows."""
        chain = [GivenStep(f"Witness {next(_numbers)}"), GivenStep("The ministry", "organisation")]
        claim = a_claim(
            self.desk, by=self.editor, chain=chain, statement=f"Quay {next(_numbers)} will reopen on Monday."
        )
        put_on(claim, self.reviewer, self.editor)
        evidence_for(claim, by=self.editor)
        with locked(claim.pk) as held:
            held.raise_flag(FlagKind.IDLE, by=ROUTER, reason="Nothing for 48 hours.")
        return claim

    def another_round(self) -> None:
        """The claim is decided once more: a review, a decision, an assignment and their events."""
        act(self.claim.pk, Action.REOPEN, viewer(self.editor), reason="There is something new.")
        reviewer = a_reviewer(self.desk)
        put_on(self.claim, reviewer, self.editor, part=Part.REVIEW)
        review_by(self.claim, reviewer, UNPROVEN)

    def later_text(self) -> None:
        a_later_text(self.article.article, TEXT.replace("next week", f"in {next(_numbers)} weeks"))
        follow_revisions()

    def cancellation(self) -> None:
        moment = ahead(seconds=next(_numbers))
        Cancellation.objects.create(claim=self.claim, article=self.article.article, canceled_at=moment, found_at=moment)

    def copy(self) -> None:
        number = next(_numbers)
        kept = keep_file(BytesIO(f"page {number}".encode()), "text/html")
        Copy.objects.create(
            evidence=self.evidence,
            number=number,
            snapshot=kept,
            url="https://found.example",
            status=200,
            media_type="text/html",
            fetched_at=kept.fetched_at,
        )

    def notice(self) -> None:
        claim = self.full_claim()
        event = ClaimEvent.objects.filter(claim=claim).latest("seq")
        told = {"reason": "assigned", "day": event.recorded_at.date(), "in_app": True, "by_mail": "no"}
        Notice.objects.create(user=self.administrator, claim=claim, event=event, made_at=event.recorded_at, **told)

    def delivery(self) -> None:
        used = WebhookDelivery.objects.filter(webhook=self.webhook).values("event")
        event = ClaimEvent.objects.exclude(pk__in=used).earliest("pk")
        times = {"made_at": event.recorded_at, "next_attempt_at": event.recorded_at}
        WebhookDelivery.objects.create(webhook=self.webhook, event=event, claim=event.claim_id, **times)


Maker = Callable[[World], object]
MAKERS: dict[str, Maker] = {
    "/absences": lambda world: Absence.objects.create(
        reviewer=a_reviewer(world.desk), starts_at=ahead(), ends_at=ahead(days=1)
    ),
    "/articles": lambda world: an_article(desk=world.desk),
    "/articles/{number}/revisions": World.later_text,
    "/calendars": lambda world: WorkCalendar.objects.create(name=f"Calendar {next(_numbers)}"),
    "/claims": World.full_claim,
    "/claims/{number}/assignments": World.another_round,
    "/claims/{number}/cancellations": World.cancellation,
    "/claims/{number}/decisions": World.another_round,
    "/claims/{number}/events": World.another_round,
    "/claims/{number}/evidence": lambda world: evidence_for(world.claim, by=world.editor),
    "/claims/{number}/passages": World.later_text,
    "/claims/{number}/reviews": World.another_round,
    "/claims/{number}/similar": lambda world: a_claim(world.desk, State.PROPOSED, by=world.editor),
    "/deadline_policies": lambda world: DeadlinePolicy.objects.create(
        key=f"k{next(_numbers)}",
        name=f"Policy {next(_numbers)}",
        calendar=WorkCalendar.objects.create(name=f"Days {next(_numbers)}"),
    ),
    "/desks": lambda world: a_desk(),
    "/events": World.full_claim,
    "/evidence/{number}/copies": World.copy,
    "/flags": World.full_claim,
    "/interests": lambda world: Interest.objects.create(
        reviewer=a_reviewer(world.desk), source=an_article().article.outlet
    ),
    "/notices": World.notice,
    "/operations": lambda world: ask_import(
        viewer(world.editor), ToldArticle(url=f"https://gazette.org/{next(_numbers)}", desk=world.desk)
    ),
    "/policies": lambda world: a_policy(),
    "/reviewers": lambda world: a_reviewer(world.desk),
    "/routing_rules": lambda world: a_rule(by=world.administrator),
    "/routing_rules/{number}/versions": lambda world: change_rule(
        world.rule.rule_id,
        GivenRule(f"Rule {next(_numbers)}", outcomes=Outcomes(priority=1)),
        viewer(world.administrator),
    ),
    "/sources": World.full_claim,
    "/stats/{key}": World.full_claim,
    "/stats/agreement": lambda world: a_desk(),
    "/webhooks": lambda world: make_webhook(
        viewer(a_key(*Scope)[0]), name=f"hook {next(_numbers)}", url="https://newsroom.example/hooks"
    ),
    "/webhooks/{number}/deliveries": World.delivery,
}


def lists() -> dict[str, str]:
    """Addresses under /api/v1 whose GET answers `results`, as the document has them, with what asks for many rows."""
    shapes = document()["components"]["schemas"]
    found: dict[str, str] = {}
    for path, methods in document()["paths"].items():
        operation = methods.get("get", {})
        content = operation.get("responses", {}).get("200", {}).get("content", {})
        names = [answer["schema"].get("$ref", "").rpartition("/")[2] for answer in content.values()]
        if any("results" in shapes.get(name, {}).get("properties", {}) for name in names):
            limits = [one["schema"]["maximum"] for one in operation.get("parameters", ()) if one["name"] == "limit"]
            found[path.removeprefix("/api/v1")] = f"?limit={limits[0]}" if limits else ""
    return found


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, kept_aside: Path) -> World:
    """A newsroom whose own events are final although the test's transaction still runs."""
    monkeypatch.setattr(event_module, "CommittedBefore", lambda: Value(2**62, output_field=BigIntegerField()))
    settings.FETCH_PAGES = True
    return World()


def asked(api: Api, path: str) -> tuple[int, int]:
    """How many rows a list answers, and how many statements that takes."""
    with CaptureQueriesContext(connection) as statements:
        answer = api("GET", path)
    assert answer.status == 200, (path, answer.body)
    return len(answer.body["results"]), len(statements)


def test_every_list_asks_as_often_for_many_rows_as_for_few(world: World) -> None:
    api, paths = signed_in(world.administrator), lists()
    assert paths.keys() == MAKERS.keys() | FIXED
    makers = list(dict.fromkeys(MAKERS.values()))

    def grown(by: int) -> dict[str, tuple[int, int]]:
        for make in makers * by:
            make(world)
        return {path: asked(api, world.path(path) + query) for path, query in paths.items()}

    grown(1)  # what is remembered from one call to the next is remembered from now on
    few, many = grown(FEW - 1), grown(MANY - FEW)
    assert {path: statements for path, (_, statements) in many.items()} == {
        path: statements for path, (_, statements) in few.items()
    }
    assert max(statements for _, statements in many.values()) <= 25
    assert [path for path in MAKERS if not FEW <= few[path][0] <= many[path][0] - (MANY - FEW)] == []
